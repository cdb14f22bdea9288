using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>
/// The protocol's own machines of both sides, link and docking session, on two simulated directions of one line: one log of one device is to
/// come home.
/// </summary>
internal sealed class SessionsOnALine
{
    private const int BitsPerSecond = 115_200;
    private static readonly LogKey Log = new("X29000001", LogKind.Event, default);
    private readonly Random luck;
    private readonly uint records;
    private readonly SimulatedLine up;
    private readonly SimulatedLine down;
    private readonly SerialLink dockLink = new(0, BitsPerSecond);
    private readonly SerialLink gatewayLink = new(0);
    private readonly DockSession dock = new(new DockIdentity(new("kent", "maidstone", "dock"), Transport.Serial, 7, "", ""));
    private readonly PriorityQueue<(GatewaySession Session, uint Frame, ulong First, int Count), long> writing = new();
    private readonly HashSet<(uint Session, uint Frame)> judged = [];
    private readonly Durable durable = new();
    private GatewaySession? gateway;
    private uint sessions;
    private long nowMs;

    public SessionsOnALine(int seed, Weather weather, uint records)
    {
        luck = new Random(seed);
        this.records = records;
        up = new SimulatedLine(BitsPerSecond, weather, luck);
        down = new SimulatedLine(BitsPerSecond, weather, luck);
        dock.Connected(1, Now);
    }

    public long NowMs => nowMs;

    public int DurableCount => durable.Sequences.Count;

    public long DockSessions => dock.SessionsBegun;

    public bool AllIsSaid => dock.AllSaid && durable.Sequences.Count == records;

    public bool RunUntil(Func<bool> condition, long untilMs)
    {
        while (!condition())
        {
            if (nowMs >= untilMs)
            {
                return false;
            }

            nowMs += 1 + luck.Next(20);
            GatewayStep();
            DockStep();
        }

        return true;
    }

    private SessionTime Now => new((ulong)nowMs * 1_000_000, 0);

    private void DockStep()
    {
        ReadOnlySpan<byte> bytes = down.Read(nowMs);
        while (dockLink.Receive(ref bytes, nowMs) is { Status: not DeframerStatus.NeedsMore } found)
        {
            if (found.Status == DeframerStatus.Frame)
            {
                dock.Receive(found.Frame, Now);
            }
        }

        dockLink.Tick(nowMs);
        dock.Tick(Now);
        while (dock.TryTake(out DockDuty? duty))
        {
            if (duty is DockDuty.Begun)
            {
                var held = SequenceRanges.Of(new SequenceRange(0, records));
                dock.Offer(new Docked(Log, DockedFlags.None, 64, held, "", "", ""));
            }
        }

        Upload();
        while (dockLink.IsReady(nowMs) && dock.TryTake(out Outgoing outgoing))
        {
            Assert.True(dockLink.Send(outgoing.Frame));
            var output = dockLink.Output(nowMs);
            up.Write(output, nowMs);
            dockLink.Written(output.Length, nowMs);
            Upload();
        }
    }

    private void Upload()
    {
        Span<byte> frame = stackalloc byte[Limits.SerialFrameBytesMax];
        while (dock.Room && dock.NextWanted is { } wanted)
        {
            var header = new RecordBatchHeader(Log, wanted.Range.First, "", "", "", StampUnit.Seconds, 0, 0, 64, 0, 0);
            var writer = new RecordBatchWriter(frame, dock.PayloadBytesMax, header);
            var count = 0u;
            while (count < wanted.Range.Count && writer.TryAdd(RecordAt(wanted.Range.First + count)))
            {
                count++;
            }

            dock.NumberFrame(frame[..writer.Finish(dock.Session, dock.NextNumber)].ToArray(), count);
            dock.Took(count);
        }
    }

    private void GatewayStep()
    {
        ReadOnlySpan<byte> bytes = up.Read(nowMs);
        while (gatewayLink.Receive(ref bytes, nowMs) is { Status: not DeframerStatus.NeedsMore } found)
        {
            if (found.Status == DeframerStatus.Frame)
            {
                TakeFrame(found.Frame);
            }
            else if (found.Status == DeframerStatus.Damaged && gateway is not null && found.Header.Session == gateway.Number)
            {
                gateway.Damaged(found.Header, found.Reason);
            }
        }

        gatewayLink.Tick(nowMs);
        while (writing.TryPeek(out var next, out var atMs) && atMs <= nowMs)
        {
            writing.Dequeue();
            for (var index = 0; index < next.Count; index++)
            {
                durable.Sequences.Add(next.First + (ulong)index);
            }

            next.Session.Settle(new FrameVerdict(next.Frame, Verdict.Stored, ReasonAction.None, Reason.None, FrameVerdict.NoDetail));
        }

        gateway?.Tick(Now);
        gateway?.Speak(durable, Now, message => gatewayLink.Send(message));
        gateway = gateway is { IsOver: true } ? null : gateway;
        var output = gatewayLink.Output(nowMs);
        down.Write(output, nowMs);
        gatewayLink.Written(output.Length, nowMs);
    }

    private void TakeFrame(Frame frame)
    {
        if (frame.Decode(out Hello hello).IsNone)
        {
            if (gateway is { IsOver: false } && gateway.IsSame(hello))
            {
                gateway.WelcomeAgain();
                return;
            }

            var terms = new GatewayTerms(++sessions, Transport.Serial, "gateway", "", Limits.SerialPayloadBytesMax, sessions);
            gateway = new GatewaySession(hello, terms, new Credit(8, 65_536), Now);
        }
        else if (gateway is null || frame.Header.Session != gateway.Number)
        {
            var stray = new Abort(Reason.SessionUnknown, ReasonAction.HelloAgain, FrameVerdict.NoDetail);
            gatewayLink.Send(FrameWriter.ToArray(frame.Header.Session, 0, stray));
        }
        else if (gateway.Receive(frame, Now) == GatewayDuty.MakeDurable)
        {
            Judge(gateway, frame);
        }
    }

    private void Judge(GatewaySession session, Frame frame)
    {
        var number = frame.Header.FrameNumber;
        Assert.True(judged.Add((session.Number, number)), "a frame is judged once");
        var (first, count) = (0ul, 0);
        if (RecordBatch.Decode(frame, out var batch).IsNone)
        {
            (first, count) = (batch.Header.FirstSequence, batch.Count);
            for (var index = 0; index < count; index++)
            {
                Assert.Equal(RecordAt(first + (ulong)index), batch[index]);
            }
        }

        writing.Enqueue((session, number, first, count), nowMs + luck.Next(40));
    }

    private static EventRecord RecordAt(ulong sequence) =>
        new(1_700_000_000 + sequence, (uint)sequence, EventCode.Arm, EventFlags.None, 0, 0, 0, 215, 80, 255, sequence);

    /// <summary>What the gateway's disk holds.</summary>
    private sealed class Durable : IDurableLogs
    {
        public HashSet<ulong> Sequences { get; } = [];

        public SequenceRanges Missing(in Docked docked)
        {
            var missing = new List<SequenceRange>();
            foreach (var held in docked.Held.Span)
            {
                for (var sequence = held.First; sequence < held.Next; sequence++)
                {
                    if (Sequences.Contains(sequence))
                    {
                        continue;
                    }

                    if (missing.Count > 0 && missing[^1].Next == sequence)
                    {
                        missing[^1] = new SequenceRange(missing[^1].First, missing[^1].Count + 1);
                    }
                    else if (missing.Count < Limits.RangesMax)
                    {
                        missing.Add(new SequenceRange(sequence, 1));
                    }
                }
            }

            return SequenceRanges.Of([.. missing]);
        }

        public Receipt? ReceiptFor(in Docked docked) => null;
    }
}
