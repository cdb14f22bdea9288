using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.Tests;

public sealed class TemperTests
{
    public static TheoryData<string> All => [.. DockTempers.All];

    [Theory]
    [MemberData(nameof(All))]
    public void A_dock_of_any_temper_brings_everything_home_in_the_end(string kind)
    {
        var history = Runs.Play("one-armoury-day");
        var dock = history.Armouries[0].Docks[0];
        var visits = history.Visits.Where(v => v.Dock == dock).ToList();
        var gateway = new ScriptedGateway();
        var work = new VisitWork(history, visits);
        var ids = 1UL;
        var talk = new DockConversation(CaptureOutput.Address(history, dock), Transport.Mqtt, work, 1, () => ids++);
        var temper = new DockTemper(kind, Draw.For(1, kind));
        var ms = 0L;
        var frames = 0;
        talk.Connected(Clock(ms));
        for (var step = 0; step < 200_000 && talk.Progress == DockProgress.Working; step++)
        {
            ms += 50;
            talk.Tick(Clock(ms));
            while (talk.TryTake(out var outgoing))
            {
                foreach (var frame in temper.Send(outgoing.Frame))
                {
                    frames++;
                    foreach (var answer in gateway.Receive(frame))
                    {
                        talk.Receive(answer, Clock(ms));
                    }
                }

                if (temper.PowerFails())
                {
                    talk.Connected(Clock(ms));
                }
            }
        }

        Assert.Equal(DockProgress.Done, talk.Progress);
        Assert.Equal(
            visits
                .SelectMany(v => v.Held)
                .SelectMany(h => Enumerable.Range(0, (int)h.Range.Count).Select(i => (h.Log, h.Range.First + (ulong)i)))
                .Distinct()
                .Count(),
            gateway.Kept.Count
        );
        Assert.Equal(0, gateway.VariantsSeen);
        Assert.True(frames > visits.Count);
    }

    [Fact]
    public void A_forged_frame_never_passes_its_check()
    {
        var temper = new DockTemper("forging", new Draw(3));
        var honest = FrameWriter.ToArray(1, 0, new Goodbye(Reason.ConversationOver));
        var forged = Enumerable.Range(0, 400).SelectMany(_ => temper.Send(honest)).Where(f => !f.SequenceEqual(honest)).ToList();
        Assert.NotEmpty(forged);
        Assert.All(forged, f => Assert.NotEqual(ReadStatus.Done, FrameReader.Read(f, Limits.MqttPayloadBytesMax).Status));
    }

    private static SessionTime Clock(long ms) => new((ulong)ms * 1_000_000, (ulong)ms * 1_000_000);
}
