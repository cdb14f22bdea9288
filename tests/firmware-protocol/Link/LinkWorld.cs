using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>
/// Both ends of a serial line on a clock of our own: at the dock's end the library's link and window, at the gateway's the library's link
/// and, above it, the plainest receiver there could be, a set of numbers. All promises that hold at every moment are checked here.
/// </summary>
internal sealed class LinkWorld
{
    public const int BitsPerSecond = 115_200;

    private readonly Random luck;
    private readonly PlainDock dock;
    private readonly PlainGateway gateway;

    public LinkWorld(int seed, Weather weather, byte[][] items)
    {
        luck = new Random(seed);
        Up = new SimulatedLine(BitsPerSecond, weather, luck);
        Down = new SimulatedLine(BitsPerSecond, weather, luck);
        gateway = new PlainGateway(luck, Down, weather.CalmAtMs);
        dock = new PlainDock(items, Up);
    }

    public SimulatedLine Up { get; }

    public SimulatedLine Down { get; }

    public long NowMs { get; private set; }

    public PlainDock Dock => dock;

    public PlainGateway Gateway => gateway;

    /// <summary>Lets time pass until the condition holds; false when it does not by that time.</summary>
    public bool RunUntil(Func<bool> condition, long untilMs)
    {
        while (!condition())
        {
            if (NowMs >= untilMs)
            {
                return false;
            }

            var next = Math.Min(Math.Min(Up.NextMs, Down.NextMs), Math.Min(dock.DueMs(NowMs), gateway.DueMs(NowMs)));
            // whoever waits is woken a little late, as on any machine; so bytes come in pieces of any size
            NowMs = Math.Min(
                untilMs,
                Math.Max(NowMs, (long)Math.Ceiling(Math.Min(next, untilMs))) + luck.Next(12) + (next <= NowMs ? 1 : 0)
            );
            gateway.Step(Pieces(Up.Read(NowMs)), NowMs);
            dock.Step(Pieces(Down.Read(NowMs)), NowMs);
        }

        return true;
    }

    private List<byte[]> Pieces(byte[] bytes)
    {
        var pieces = new List<byte[]>();
        for (var at = 0; at < bytes.Length; )
        {
            var count = Math.Min(bytes.Length - at, 1 + luck.Next(luck.Next(2) == 0 ? 3 : 5_000));
            pieces.Add(bytes[at..(at + count)]);
            at += count;
        }

        return pieces;
    }
}

/// <summary>A dock that has items to bring home, each in one frame, and brings again in the next docking session what was not acked.</summary>
internal sealed class PlainDock(byte[][] items, SimulatedLine line)
{
    private readonly SerialLink link = new(0, LinkWorld.BitsPerSecond);
    private readonly SendWindow window = new();
    private readonly bool[] acked = new bool[items.Length];
    private readonly Dictionary<uint, (int Item, int Times, int Bytes)> sent = [];
    private ulong connection;
    private uint session;
    private long helloDueMs;
    private int hellos;
    private int nextItem;
    private long heldUntilMs;
    private long creditMs;
    private long heardMs;
    private long heartbeatDueMs;

    public bool AllAcked => Array.TrueForAll(acked, a => a);

    public SendWindow Window => window;

    public SerialLink Link => link;

    public uint Session => session;

    public int Silences { get; private set; }

    /// <summary>How often each frame of the docking session that is open went on the line, by number.</summary>
    public IReadOnlyDictionary<uint, (int Item, int Times, int Bytes)> Sent => sent;

    public double DueMs(long nowMs)
    {
        var due = session == 0 ? helloDueMs : Math.Min(window.DueAtMs(nowMs), Math.Min(heartbeatDueMs, heardMs + Limits.SilenceMs));
        due = Math.Min(link.DueMs(nowMs), due);
        return due <= nowMs && !link.IsReady(nowMs) ? Math.Max(link.DueMs(nowMs), nowMs + 1) : due;
    }

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
            }
        }

        link.Tick(nowMs);
        if (session != 0 && nowMs - heardMs >= Limits.SilenceMs)
        {
            Assert.True(link.IsSilent(nowMs), "the link says so too");
            Silences++;
            StartOver(nowMs);
        }

        Speak(nowMs);
        Assert.True(window.Count <= Limits.SerialWindowFramesMax);
        Assert.True(link.OutputBytes <= SerialLink.OutputBytesMax);
    }

    private void Speak(long nowMs)
    {
        while (link.IsReady(nowMs))
        {
            if (session == 0 && nowMs >= helloDueMs)
            {
                SayHello(nowMs);
            }
            else if (session != 0 && nowMs >= heartbeatDueMs)
            {
                heartbeatDueMs = nowMs + Limits.HeartbeatMs;
                link.Send(FrameWriter.ToArray(session, 0, new Heartbeat(0, 0, window.NextNumber)));
            }
            else if (session == 0 || !TakeNext(nowMs, out var frame) || !link.Send(frame))
            {
                break;
            }

            Write(nowMs);
        }

        Write(nowMs);
    }

    private void Write(long nowMs)
    {
        var output = link.Output(nowMs);
        line.Write(output, nowMs);
        link.Written(output.Length, nowMs);
    }

    private bool TakeNext(long nowMs, out byte[] frame)
    {
        for (; nextItem < items.Length && acked[nextItem]; nextItem++) { }
        if (nextItem < items.Length && window.Room(Limits.SerialFrameBytesMax, nowMs))
        {
            var made = Made(MessageType.RecordBatch, window.NextNumber, items[nextItem]);
            sent[window.NextNumber] = (nextItem++, 0, made.Length);
            window.Add(made, 1);
        }

        if (!window.TryTake(nowMs, out frame))
        {
            return false;
        }

        var number = BitConverter.ToUInt32(frame, 8);
        Assert.True(nowMs >= heldUntilMs, "nothing numbered is sent while held");
        var before = sent[number];
        sent[number] = before with { Times = before.Times + 1 };
        if (before.Times == 0)
        {
            NewFrameIsAllowed(number, nowMs);
        }

        return true;
    }

    private void NewFrameIsAllowed(uint number, long nowMs)
    {
        var others = sent.Where(s => s.Key != number && s.Value.Times > 0 && !acked[s.Value.Item]).ToList();
        Assert.True(others.Count < Limits.SerialWindowFramesMax, "at most 8 are on their way");
        if (others.Count > 0)
        {
            Assert.True(others.Count < window.Credit.Frames, "the credit's frames hold");
            Assert.True(others.Sum(o => o.Value.Bytes) + sent[number].Bytes <= window.Credit.Bytes, "the credit's bytes hold");
        }
        else
        {
            Assert.True(window.Credit.Frames > 0 || nowMs - creditMs >= Limits.NoCreditWaitMs, "without credit one goes after 15 s");
        }
    }

    private void SayHello(long nowMs)
    {
        var hello = new Hello(
            1,
            1,
            1_024,
            Transport.Serial,
            ClockState.NotSet,
            connection == 0 ? connection = 1 : connection,
            1,
            1,
            0,
            "kent",
            "maidstone",
            "dock",
            "",
            "",
            default,
            default
        );
        link.Send(FrameWriter.ToArray(0, 0, hello));
        helloDueMs = nowMs + Math.Min(Limits.RetransmitMsMin << Math.Min(hellos++, 5), Limits.RetransmitMsMax);
    }

    private void Receive(Frame frame, long nowMs)
    {
        var header = frame.Header;
        heardMs = nowMs;
        if (frame.Decode(out Welcome welcome).IsNone)
        {
            if (session == 0 && welcome.ConnectionId == connection)
            {
                (session, creditMs, hellos, heartbeatDueMs) = (welcome.Session, nowMs, 0, nowMs + Limits.HeartbeatMs);
                window.Begin(welcome.Credit, Limits.SerialWindowFramesMax, nowMs);
            }
        }
        else if (session == 0 || header.Session != session) { }
        else if (frame.Decode(out Ack ack).IsNone)
        {
            creditMs = nowMs;
            Acked(ack, nowMs);
        }
        else if (frame.Decode(out Nack nack).IsNone)
        {
            window.ResendNow(nack.Frame);
        }
        else if (frame.Decode(out Hold hold).IsNone)
        {
            heldUntilMs = nowMs + hold.DurationMs;
            window.HoldUntil(heldUntilMs);
        }
        else if (header.Type == MessageType.Abort)
        {
            StartOver(nowMs + 1_000);
        }
    }

    private void Acked(in Ack ack, long nowMs)
    {
        window.Renew(ack.Credit, nowMs);
        window.Acked(ack, nowMs);
        foreach (var verdict in ack.Verdicts)
        {
            window.ResendNow(verdict.Frame);
        }

        foreach (var (number, what) in sent)
        {
            if (ack.Covers(number))
            {
                Assert.True(what.Times > 0, "nothing is acked that was not sent");
                acked[what.Item] = true;
            }
        }
    }

    private void StartOver(long helloAtMs)
    {
        connection++;
        (session, helloDueMs, hellos, nextItem, heldUntilMs) = (0, helloAtMs, 0, 0, 0);
        sent.Clear();
        window.Begin(default, 1, helloAtMs);
    }

    private byte[] Made(MessageType type, uint number, byte[] payload)
    {
        var frame = new byte[FrameHeader.Bytes + payload.Length + FrameHeader.CheckBytes];
        payload.CopyTo(frame, FrameHeader.Bytes);
        FrameWriter.Seal(frame, new FrameHeader(type, FrameFlags.None, session, number, (ushort)payload.Length));
        return frame;
    }
}
