using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Gateway.Tests.TimeSeries;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

public sealed class PointPurgeTests : IDisposable
{
    private const string Kept = "X00-000002";
    private static readonly (ActorId Asker, ActorId Agreer) People = (new(1, 1), new(2, 2));
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task Points_of_disposed_records_are_deleted_from_a_real_server_and_all_others_come_back()
    {
        await using var witness = await TestWitness.StartAsync("one.example");
        await using var influx = await Influx.StartAsync(ground);
        await influx.QueryAsync("CREATE DATABASE taser");
        void Change(GatewaySettings settings)
        {
            settings.Retention.ActivationDays = 1;
            settings.TimeSeries.Influx.Url = influx.Url;
            settings.TimeSeries.Influx.Database = "taser";
            WitnessTests.Name(settings, 1, witness);
        }
        var settings = RunningGateway.SettingsIn(ground.Folder);
        Change(settings);
        Task<int> PointsAsync() => CountAsync(influx);
        await using (var gateway = await RunningGateway.StartAsync(Change, ground.Folder))
        {
            await RetentionTests.UploadAsync(gateway, RunningGateway.Device, 7);
            await RetentionTests.UploadAsync(gateway, Kept, 8);
            await Ground.UntilAsync(async () => await PointsAsync() == 6, "both devices' points");
        }
        ControlAnswer Ask(string verb, ActorId by, params (string, string)[] arguments) =>
            RetentionTests.With(settings, journal => RetentionTests.Ask(journal, verb, by, arguments));
        Assert.True(Ask(ControlActions.RequestDisposal, People.Asker, ("class", "activation")).Done);
        Assert.True(Ask(ControlActions.ConfirmDisposal, People.Agreer, ("number", "1")).Done);
        await using (var gateway = await RunningGateway.StartAsync(Change, ground.Folder))
        {
            await WitnessTests.WitnessedAsync(gateway);
        }
        Assert.True(Ask(ControlActions.PlaceHold, People.Asker, ("device", Kept)).Done);
        Assert.True(RetentionTests.With(settings, j => DisposalRun.Run(j, People.Asker, new RetentionTests.At(31))).Done);
        Assert.Single(new PointPurges(settings.Data).Pending());
        Assert.Equal(6, await PointsAsync());
        await using (await RunningGateway.StartAsync(Change, ground.Folder))
        {
            await Ground.UntilAsync(
                async () => new PointPurges(settings.Data).Pending().Count == 0 && await PointsAsync() == 3,
                "the disposed device's points to go"
            );
        }
        Assert.All(await InfluxContent.EventsAsync(influx, "taser"), point => Assert.Equal(Kept, point.Device));
    }

    private static async Task<int> CountAsync(Influx influx) => (await InfluxContent.EventsAsync(influx, "taser")).Count;
}
