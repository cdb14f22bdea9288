using System.Buffers;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>A frame of a serial line whose payload check failed, kept until it is mended or given up (wire 21).</summary>
internal sealed record DamagedFrame(uint Number, Reason Reason, ReadOnlyMemory<byte> Bytes, ulong ReceivedNs, long At)
{
    /// <summary>Held for one session.</summary>
    public const int CountMax = 64;

    /// <summary>After this it is journalled as quarantine.</summary>
    public static readonly TimeSpan MendWithin = TimeSpan.FromSeconds(60);
}

/// <summary>
/// One docking session, hello to the end. Holds what is to be said until the commit: at most one `down` message a dock and commit
/// (wire 8). Touched by the ingest thread alone.
/// </summary>
internal sealed class DockingSession(Sender sender, DockLink link, ulong connectionId, int payloadBytesMax, Credit credit)
{
    /// <summary>Logs whose gaps are written down when the session ends.</summary>
    public const int LogsMax = 1_024;

    private readonly List<byte[]> outbox = [];
    private readonly List<FrameVerdict> verdicts = [];
    private readonly HashSet<LogKey> logs = [];
    private bool ackDue;

    public Sender Sender { get; } = sender;

    public DockLink Link { get; } = link;

    /// <summary>The number frames carry. 32 bits of the session's own; a dock would have to dock four thousand million times to meet one again.</summary>
    public uint Number { get; } = unchecked((uint)sender.SessionId);

    public ulong ConnectionId { get; } = connectionId;

    /// <summary>The lower of both sides' limits.</summary>
    public int PayloadBytesMax { get; } = payloadBytesMax;

    public FrameWindow Window { get; } = new();

    public Credit Credit { get; set; } = credit;

    /// <summary>Timestamp of the last frame that belonged to this session.</summary>
    public long HeardAt { get; set; }

    /// <summary>Timestamp of the last thing said on a serial line.</summary>
    public long SaidAt { get; set; }

    /// <summary>The echo asked for and not yet answered: its id and when it left; 0 = none.</summary>
    public (ulong Id, ulong AtNs, long At) EchoAsked { get; set; }

    /// <summary>Docked messages whose Want waits for the clock comparison, so that it is journalled before the first batch.</summary>
    public List<Docked> Waiting { get; } = [];

    /// <summary>Frames with a good header and a bad check that a retransmission may still mend.</summary>
    public List<DamagedFrame> Damaged { get; } = [];

    /// <summary>The frame came whole after all.</summary>
    public void Mended(uint frame) => Damaged.RemoveAll(d => d.Number == frame);

    /// <summary>The session is over; what is still to be said is said once.</summary>
    public bool Ended { get; set; }

    /// <summary>What carriers in this session said they hold, by log: receipts answer it.</summary>
    public Dictionary<LogKey, Docked> Offered { get; } = [];

    /// <summary>Logs for which a receipt may have become due since the last look.</summary>
    public HashSet<LogKey> ReceiptsDue { get; } = [];

    /// <summary>Logs that this session brought something of.</summary>
    public IReadOnlyCollection<LogKey> Logs => logs;

    public void Touched(in LogKey log)
    {
        if (logs.Count < LogsMax)
        {
            logs.Add(log);
            ReceiptsDue.Add(log);
        }
    }

    /// <summary>Frame dealt with: said by the next ack.</summary>
    public void Deal(uint frame, FrameOutcome outcome)
    {
        Window.Deal(frame);
        ackDue = true;
        if (outcome != FrameOutcome.Stored)
        {
            verdicts.Add(new FrameVerdict(frame, outcome.Verdict, outcome.Action, outcome.Reason, outcome.Detail));
        }
    }

    /// <summary>A refused frame is not dealt with: its number stays open for the repeat.</summary>
    public void Refuse(uint frame, FrameOutcome outcome)
    {
        ackDue = true;
        verdicts.Add(new FrameVerdict(frame, outcome.Verdict, outcome.Action, outcome.Reason, outcome.Detail));
    }

    /// <summary>Something was repeated: the ack before was lost.</summary>
    public void AckAgain() => ackDue = true;

    public void Say<T>(in T message)
        where T : struct, IMessage<T> => outbox.Add(FrameWriter.ToArray(Number, 0, message));

    /// <summary>Whether anything waits to be said.</summary>
    public bool HasWords => ackDue || outbox.Count > 0;

    /// <summary>Says what waits; called after the fsync of everything it speaks of.</summary>
    public void Flush()
    {
        var message = new ArrayBufferWriter<byte>(256);
        while (ackDue || verdicts.Count > 0)
        {
            Append(message, FrameWriter.ToArray(Number, 0, TakeAck()));
        }
        foreach (var frame in outbox)
        {
            Append(message, frame);
        }
        outbox.Clear();
        if (message.WrittenCount > 0)
        {
            Link.Send(message.WrittenMemory);
        }
    }

    private Ack TakeAck()
    {
        Span<FrameRange> ranges = stackalloc FrameRange[Limits.RangesMax];
        var count = Window.CopyTo(ranges);
        var told = Math.Min(verdicts.Count, Limits.AckVerdictsMax);
        var ack = new Ack(Window.Next, Credit, ranges[..count], verdicts.GetRange(0, told).ToArray());
        verdicts.RemoveRange(0, told);
        ackDue = false;
        return ack;
    }

    private void Append(ArrayBufferWriter<byte> message, byte[] frame)
    {
        if (message.WrittenCount + frame.Length > Limits.MqttMessageBytesMax)
        {
            Link.Send(message.WrittenMemory.ToArray());
            message.ResetWrittenCount();
        }
        message.Write(frame);
    }
}
