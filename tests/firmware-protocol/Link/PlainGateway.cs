using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>
/// The gateway's end: keeps each number once, acks it after a while as if a disk had to turn, changes its mind about credit, holds, and
/// refuses now and then until the line calms down.
/// </summary>
internal sealed class PlainGateway(Random luck, SimulatedLine line, long calmAtMs)
{
    private readonly SerialLink link = new(0);
    private readonly HashSet<uint> taken = [];
    private readonly SortedSet<uint> durable = [];
    private readonly PriorityQueue<uint, long> writing = new();
    private readonly List<FrameVerdict> verdicts = [];
    private ulong connection;
    private uint session;
    private bool ackDue;
    private long heardMs;
    private long heartbeatDueMs;

    /// <summary>What was delivered, a list for each docking session, in the order it came.</summary>
    public List<(uint Session, List<(uint Number, byte[] Payload)> Frames)> Delivered { get; } = [];

    public SerialLink Link => link;

    public uint Session => session;

    public int Silences { get; private set; }

    public long DamagedFrames { get; private set; }

    public double DueMs(long nowMs) =>
        link.OutputBytes > 0
            ? nowMs + 1
            : Math.Min(
                writing.TryPeek(out _, out var durableAtMs) ? durableAtMs : long.MaxValue,
                Math.Min(link.DueMs(nowMs), session == 0 ? long.MaxValue : Math.Min(heartbeatDueMs, heardMs + Limits.SilenceMs))
            );

    public void Step(List<byte[]> pieces, long nowMs)
    {
        foreach (var piece in pieces)
        {
            ReadOnlySpan<byte> bytes = piece;
            while (link.Receive(ref bytes, nowMs) is { Status: not DeframerStatus.NeedsMore } found)
            {
                if (found.Status == DeframerStatus.Frame)
                {
                    Receive(found.Frame, nowMs);
                }
                else if (found.Status == DeframerStatus.Damaged && session != 0 && found.Header.Session == session)
                {
                    DamagedFrames++;
                    link.Send(FrameWriter.ToArray(session, 0, new Nack(found.Header.FrameNumber, found.Reason)));
                }
            }
        }

        while (writing.TryPeek(out var number, out var durableAtMs) && durableAtMs <= nowMs)
        {
            writing.Dequeue();
            durable.Add(number);
            ackDue = true;
        }

        link.Tick(nowMs);
        if (session != 0 && nowMs - heardMs >= Limits.SilenceMs)
        {
            Assert.True(link.IsSilent(nowMs), "the link says so too");
            Silences++;
            (connection, session) = (0, 0);
        }
        else if (session != 0 && nowMs >= heartbeatDueMs)
        {
            heartbeatDueMs = nowMs + Limits.HeartbeatMs;
            link.Send(FrameWriter.ToArray(session, 0, new Heartbeat(0, 0, 1)));
        }

        if (ackDue && session != 0)
        {
            SayAck(nowMs);
        }

        Write(nowMs);
        Assert.True(link.OutputBytes <= SerialLink.OutputBytesMax);
    }

    private void Receive(Frame frame, long nowMs)
    {
        heardMs = nowMs;
        if (frame.Decode(out Hello hello).IsNone)
        {
            Welcome(hello, nowMs);
            return;
        }

        var header = frame.Header;
        if (session == 0 || header.Session != session)
        {
            link.Send(FrameWriter.ToArray(header.Session, 0, new Abort(Reason.SessionUnknown, ReasonAction.HelloAgain, uint.MaxValue)));
            return;
        }

        if (header.FrameNumber == 0)
        {
            return;
        }

        var calm = nowMs >= calmAtMs;
        if (!calm && !taken.Contains(header.FrameNumber) && luck.Next(40) == 0)
        {
            verdicts.Add(new FrameVerdict(header.FrameNumber, Verdict.Refused, ReasonAction.ResendNow, Reason.StorageSlow, 0));
            ackDue = true;
        }
        else if (taken.Add(header.FrameNumber))
        {
            Delivered[^1].Frames.Add((header.FrameNumber, frame.Payload.ToArray()));
            writing.Enqueue(header.FrameNumber, nowMs + luck.Next(30));
        }
        else
        {
            ackDue |= durable.Contains(header.FrameNumber);
        }

        if (!calm && luck.Next(50) == 0)
        {
            link.Send(FrameWriter.ToArray(session, 0, new Hold((uint)luck.Next(3_000), Reason.DiskFull)));
        }
    }

    private void Welcome(in Hello hello, long nowMs)
    {
        if (hello.ConnectionId != connection)
        {
            connection = hello.ConnectionId;
            Delivered.Add(((uint)Delivered.Count + 1, []));
            taken.Clear();
            durable.Clear();
            writing.Clear();
            verdicts.Clear();
            ackDue = false;
            (session, heartbeatDueMs) = ((uint)Delivered.Count, nowMs + Limits.HeartbeatMs);
        }

        link.Send(FrameWriter.ToArray(session, 0, new Welcome(connection, session, Credit(nowMs), 1_024, 1, 0, "gateway", "")));
    }

    private void SayAck(long nowMs)
    {
        var next = 1u;
        while (durable.Contains(next))
        {
            next++;
        }

        var ranges = new List<FrameRange>();
        foreach (var number in durable.Where(number => number > next))
        {
            if (ranges.Count > 0 && ranges[^1].First + ranges[^1].Count == number)
            {
                ranges[^1] = ranges[^1] with { Count = ranges[^1].Count + 1 };
            }
            else if (ranges.Count < Limits.RangesMax)
            {
                ranges.Add(new FrameRange(number, 1));
            }
        }

        var ack = new Ack(next, Credit(nowMs), [.. ranges], [.. verdicts.Take(Limits.AckVerdictsMax)]);
        verdicts.Clear();
        ackDue = false;
        link.Send(FrameWriter.ToArray(session, 0, ack));
    }

    private Credit Credit(long nowMs) =>
        nowMs >= calmAtMs ? new Credit(8, 65_536)
        : luck.Next(100) == 0 ? default
        : new Credit((ushort)luck.Next(1, 12), (uint)luck.Next(500, 12_000));

    private void Write(long nowMs)
    {
        // as a terminal that takes what it has room for
        var output = link.Output(nowMs);
        var count = output.Length == 0 ? 0 : luck.Next(1, output.Length + 1);
        line.Write(output[..count], nowMs);
        link.Written(count, nowMs);
    }
}
