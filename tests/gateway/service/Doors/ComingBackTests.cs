using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Tests.Ingest;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>A dock whose connection broke is back before the broker has done with the old one: at the embedded broker both have one name.</summary>
public sealed class ComingBackTests
{
    private const int DocksAtOnce = 8;
    private const int Times = 300;

    [Fact]
    public async Task A_dock_that_comes_back_at_once_is_answered_each_time_and_never_cut_off_for_the_connection_it_had()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await Parallel.ForEachAsync(
            Enumerable.Range(1, DocksAtOnce),
            new ParallelOptions { MaxDegreeOfParallelism = DocksAtOnce },
            async (number, _) =>
            {
                var address = RunningGateway.Dock with { Dock = $"dock-{number}" };
                for (var time = 1; time <= Times; time++)
                {
                    await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, address);
                    await dock.OpenAsync((ulong)time);
                }
            }
        );
    }
}
