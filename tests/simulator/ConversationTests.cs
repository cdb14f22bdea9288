using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>The dock's side of the conversation against a scripted gateway, on a clock that the test drives.</summary>
public sealed class ConversationTests
{
    private readonly History _history = Runs.Play("one-armoury-day");
    private long _ms = 1_000;

    private SessionTime Now => new((ulong)_ms * 1_000_000, 1_800_000_000_000_000_000 + (ulong)_ms * 1_000_000);

    [Theory]
    [InlineData("dock-a", Transport.Mqtt)]
    [InlineData("dock-c", Transport.Serial)]
    public void A_dock_brings_home_every_record_it_holds_and_then_is_done(string dock, Transport transport)
    {
        var gateway = new ScriptedGateway(transport == Transport.Serial ? "" : "up");
        var talk = Talk(dock, transport);
        Play(talk, gateway);
        Assert.Equal(DockProgress.Done, talk.Progress);
        Assert.Equal(Held(dock), gateway.Kept.Keys.ToHashSet());
        Assert.Equal(Held(dock).Count, talk.RecordsAcked);
        Assert.Equal(Visits(dock).Count, gateway.Readings.Count);
        Assert.Contains(MessageType.ClockEcho, gateway.Heard);
        Assert.Equal(Visits(dock).Count, gateway.Heard.Count(t => t == MessageType.Undocked));
        Assert.Equal(0, talk.Repeats);
    }

    [Fact]
    public void Records_arrive_as_the_device_wrote_them()
    {
        var gateway = new ScriptedGateway();
        Play(Talk("dock-a", Transport.Mqtt), gateway);
        foreach (var (log, range) in Visits("dock-a").SelectMany(v => v.Held))
        {
            for (var s = range.First; s < range.Next; s++)
            {
                Assert.Equal(log.RecordAt(s), gateway.Kept[new RecordKey(log.Key, s, 0)]);
            }
        }
    }

    [Fact]
    public void A_lost_ack_costs_a_repeat_and_no_record()
    {
        var gateway = new ScriptedGateway();
        var talk = Talk("dock-a", Transport.Mqtt);
        var drop = 0;
        Play(talk, gateway, toDock: _ => ++drop % 3 != 0);
        Assert.Equal(DockProgress.Done, talk.Progress);
        Assert.Equal(Held("dock-a"), gateway.Kept.Keys.ToHashSet());
        Assert.True(talk.Repeats > 0);
    }

    [Fact]
    public void A_gateway_that_dies_at_any_moment_gets_the_rest_and_nothing_twice_as_another_record()
    {
        for (var after = 2; after < 40; after += 3)
        {
            var gateway = new ScriptedGateway();
            var talk = Talk("dock-b", Transport.Mqtt);
            var count = 0;
            Play(
                talk,
                gateway,
                toDock: _ =>
                {
                    if (++count == after)
                    {
                        gateway.Restart();
                        return false;
                    }

                    return true;
                }
            );
            Assert.Equal(DockProgress.Done, talk.Progress);
            Assert.Equal(Held("dock-b"), gateway.Kept.Keys.ToHashSet());
            Assert.Equal(0, gateway.VariantsSeen);
        }
    }

    [Fact]
    public void Nothing_numbered_is_sent_while_the_gateway_holds()
    {
        var gateway = new ScriptedGateway();
        var talk = Talk("dock-a", Transport.Mqtt);
        talk.Connected(Now);
        talk.Tick(Now);
        Deliver(talk, gateway);
        talk.Receive(FrameWriter.ToArray(gateway.Session, 0, new Hold(5_000, Reason.DiskFull)), Now);
        while (talk.TryTake(out _)) { }

        _ms += 4_900;
        talk.Tick(Now);
        while (talk.TryTake(out var frame))
        {
            var read = FrameReader.Read(frame.Frame, Limits.MqttPayloadBytesMax);
            Assert.False(read.Header.Type.IsNumbered(), read.Header.Type.ToString());
        }

        _ms += 200;
        talk.Tick(Now);
        Play(talk, gateway, connected: true);
        Assert.Equal(DockProgress.Done, talk.Progress);
        Assert.Equal(Held("dock-a"), gateway.Kept.Keys.ToHashSet());
    }

    [Fact]
    public void Never_more_frames_are_on_their_way_than_the_credit_allows()
    {
        var gateway = new ScriptedGateway
        {
            Credit = new Credit(2, 64 * 1024),
            Instead = _ => FrameWriter.ToArray(0, 0, new Goodbye(Reason.None)),
        };
        var talk = Talk("dock-a", Transport.Mqtt);
        talk.Connected(Now);
        talk.Tick(Now);
        Deliver(talk, gateway);
        Deliver(talk, gateway);
        // ClockEcho and ClockReading fill the credit: no batch may follow
        Assert.DoesNotContain(MessageType.RecordBatch, gateway.Heard);
    }

    [Theory]
    [InlineData(ReasonAction.Wait)]
    [InlineData(ReasonAction.ResendNow)]
    [InlineData(ReasonAction.HelloAgain)]
    public void A_refused_batch_comes_again_as_the_action_says(ReasonAction action)
    {
        var gateway = new ScriptedGateway();
        var refused = false;
        gateway.Instead = header =>
        {
            if (refused || header.Type != MessageType.RecordBatch)
            {
                return null;
            }

            refused = true;
            return FrameWriter.ToArray(
                gateway.Session,
                0,
                new Ack(
                    header.FrameNumber + 1,
                    gateway.Credit,
                    [],
                    [new FrameVerdict(header.FrameNumber, Verdict.Refused, action, Reason.DiskFull, 1_500)]
                )
            );
        };
        var talk = Talk("dock-a", Transport.Mqtt);
        Play(talk, gateway);
        Assert.True(refused);
        Assert.Equal(DockProgress.Done, talk.Progress);
        Assert.Equal(Held("dock-a"), gateway.Kept.Keys.ToHashSet());
    }

    [Fact]
    public void Stop_and_call_stops_the_dock_and_names_the_reason()
    {
        var gateway = new ScriptedGateway
        {
            Instead = _ => FrameWriter.ToArray(1, 0, new Abort(Reason.DockRevoked, ReasonAction.StopAndCall, 0)),
        };
        var talk = Talk("dock-a", Transport.Mqtt);
        Play(talk, gateway);
        Assert.Equal(DockProgress.Stopped, talk.Progress);
        Assert.Equal("DockRevoked", talk.StoppedBecause);
    }

    [Fact]
    public void Honest_devices_write_nothing_that_looks_doubtful()
    {
        var buffer = new byte[Limits.MqttFrameBytesMax];
        foreach (var visit in _history.Visits)
        {
            foreach (var (log, range) in visit.Held)
            {
                var (bytes, _) = BatchSource.Write(buffer, Limits.MqttPayloadBytesMax, visit, log, range, 1, 1);
                var read = FrameReader.Read(buffer.AsSpan(0, bytes), Limits.MqttPayloadBytesMax);
                Assert.True(RecordBatch.Decode(read.Frame, out var batch).IsNone);
                Assert.True(batch.Validate() == RecordMarks.None, $"{visit.Device.Model.Name} {log.Key.Log}: {batch.Validate()}");
            }
        }
    }

    private DockConversation Talk(string dock, Transport transport)
    {
        var ids = 1UL;
        return new DockConversation(
            CaptureOutput.Address(_history, _history.Armouries[0].Docks.Single(d => d.Name == dock)),
            transport,
            new VisitWork(_history, Visits(dock)),
            9,
            () => ids++
        );
    }

    private List<DockVisit> Visits(string dock) => [.. _history.Visits.Where(v => v.Dock.Name == dock)];

    private HashSet<RecordKey> Held(string dock) =>
        [
            .. Visits(dock)
                .SelectMany(v => v.Held)
                .SelectMany(h =>
                    Enumerable.Range(0, (int)h.Range.Count).Select(i => new RecordKey(h.Log.Key, h.Range.First + (ulong)i, 0))
                ),
        ];

    private void Play(DockConversation talk, ScriptedGateway gateway, Func<byte[], bool>? toDock = null, bool connected = false)
    {
        if (!connected)
        {
            talk.Connected(Now);
        }

        for (var step = 0; step < 20_000 && talk.Progress == DockProgress.Working; step++)
        {
            _ms += 25;
            talk.Tick(Now);
            Deliver(talk, gateway, toDock);
        }
    }

    private void Deliver(DockConversation talk, ScriptedGateway gateway, Func<byte[], bool>? toDock = null)
    {
        while (talk.TryTake(out var outgoing))
        {
            foreach (var answer in gateway.Receive(outgoing.Frame))
            {
                if (toDock?.Invoke(answer) ?? true)
                {
                    talk.Receive(answer, Now);
                }
            }
        }
    }
}
