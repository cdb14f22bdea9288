using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Link;

/// <summary>
/// The dock's end of the window, over either transport: its numbered frames in the order of their numbers, from their making to the Ack
/// that covers them (SPEC clauses 2.6, 3.5 and 10.2 to 10.6). It owns numbers, credit, hold, the retransmission timer, and the repeat of
/// what a Nack asks for or an Ack passed over. Pure: times are milliseconds of any monotonic clock and are handed in. Frames come out one
/// at a time from <see cref="TryTake"/>, to be called when the line has room for one, so that the timer of each runs from its own sending.
/// </summary>
public sealed class SendWindow
{
    /// <summary>Frames kept at most, sent or waiting for credit; a larger credit is not used up.</summary>
    public const int FramesMax = 256;

    /// <summary>The highest number a frame may have: before the next one the dock says hello again (SPEC clause 2.6).</summary>
    public const uint NumberMax = uint.MaxValue - 1;

    private const int BackOffsMax = 5; // 1 s doubled five times passes 30 s
    private const long FarMs = 120_000; // no timer runs longer than a minute: what is further away makes no difference

    private readonly List<OnItsWay> frames;
    private int framesSent;
    private long bytesSent;
    private long heldUntilMs = long.MinValue;
    private long noCreditUntilMs = long.MinValue;
    private long smoothedTimes8 = -1;
    private int backOffs;
    private long sendings;

    /// <summary>A window before any docking session: without credit, so that nothing comes out of it.</summary>
    public SendWindow() => frames = [];

    private SendWindow(SendWindow other)
    {
        frames = [.. other.frames.Select(frame => frame.Copy())];
        (framesSent, bytesSent, sendings) = (other.framesSent, other.bytesSent, other.sendings);
        (heldUntilMs, noCreditUntilMs) = (other.heldUntilMs, other.noCreditUntilMs);
        (smoothedTimes8, backOffs) = (other.smoothedTimes8, other.backOffs);
        (NextNumber, Credit, Repeats, WindowFramesMax) = (other.NextNumber, other.Credit, other.Repeats, other.WindowFramesMax);
    }

    /// <summary>The number of the next new frame: 1 at the start of a docking session.</summary>
    public uint NextNumber { get; private set; } = 1;

    /// <summary>The credit as last given (SPEC clause 10.2).</summary>
    public Credit Credit { get; private set; }

    /// <summary>Sendings after the first, of all frames since the window was made.</summary>
    public long Repeats { get; private set; }

    /// <summary>Whether everything made is dealt with.</summary>
    public bool IsEmpty => frames.Count == 0;

    /// <summary>Frames made and not dealt with.</summary>
    public int Count => frames.Count;

    /// <summary>Frames on their way at most, whatever the credit says: 8 on a serial line (SPEC clause 3.5).</summary>
    public int WindowFramesMax { get; private set; } = FramesMax;

    /// <summary>The retransmission timer as it stands, in milliseconds: 1 s to 30 s, before the first ack 4 s (SPEC clause 10.5).</summary>
    public int TimerMs
    {
        get
        {
            var ms = smoothedTimes8 < 0 ? Limits.FirstTimerMs : Math.Max(Limits.RetransmitMsMin, smoothedTimes8 / 2);
            return (int)Math.Min(ms << backOffs, Limits.RetransmitMsMax);
        }
    }

    /// <summary>The same state once more, independent of this one: for whoever explores what may happen next.</summary>
    public SendWindow Copy() => new(this);

    /// <summary>
    /// A docking session begins: numbers count from 1 and nothing carries over (SPEC clause 10.8). At most <paramref name="windowFramesMax"/>
    /// frames are on their way at once, 1 to <see cref="FramesMax"/>; a larger value is read as that.
    /// </summary>
    public void Begin(Credit credit, int windowFramesMax, long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(windowFramesMax, 1);
        frames.Clear();
        (framesSent, bytesSent, sendings, backOffs, smoothedTimes8) = (0, 0, 0, 0, -1);
        (NextNumber, WindowFramesMax, heldUntilMs) = (1, Math.Min(windowFramesMax, FramesMax), long.MinValue);
        Renew(credit, nowMs);
    }

    /// <summary>Takes a credit: absolute, in place of the earlier one (SPEC clause 10.2).</summary>
    public void Renew(Credit credit, long nowMs)
    {
        Credit = credit;
        noCreditUntilMs = credit.Frames == 0 ? nowMs + Limits.NoCreditWaitMs : long.MinValue;
    }

    /// <summary>Nothing numbered goes before that time; behind it timers begin anew (SPEC clause 10.6). A time that has passed ends a hold.</summary>
    public void HoldUntil(long ms) => heldUntilMs = ms;

    /// <summary>Whether nothing numbered may be sent now.</summary>
    public bool IsHeld(long nowMs) => nowMs < heldUntilMs;

    /// <summary>Whether one more new frame of that size, header to check, would go at once: number, window, credit and hold allow it.</summary>
    public bool Room(int frameBytes, long nowMs) =>
        frames.Count < FramesMax && NextNumber <= NumberMax && !IsHeld(nowMs) && AllSent() && HasCredit(frameBytes, nowMs);

    /// <summary>
    /// Takes the frame that carries <see cref="NextNumber"/>; it goes when there is credit for it. <paramref name="records"/> is what
    /// <see cref="Acked"/> counts. Throws where the number is another one, or <see cref="FramesMax"/> frames are kept already.
    /// </summary>
    public void Add(byte[] frame, uint records)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(8)) != NextNumber || NextNumber > NumberMax)
        {
            throw new ArgumentException($"The next frame has the number {NextNumber}, and none is above {NumberMax}.", nameof(frame));
        }

        if (frames.Count == FramesMax)
        {
            throw new InvalidOperationException($"{FramesMax} numbered frames wait already: say more when there is room.");
        }

        frames.Add(new OnItsWay(NextNumber, frame, records));
        NextNumber++;
    }

    /// <summary>
    /// The next frame to send, lowest number first: asked for again, run out of time, or new and within credit. Its timer begins now. False
    /// when there is none, or while held.
    /// </summary>
    public bool TryTake(long nowMs, out byte[] frame)
    {
        frame = [];
        if (IsHeld(nowMs))
        {
            return false;
        }

        LookAtTimers(nowMs);
        foreach (var next in frames)
        {
            if (next.Times > 0 ? !next.AskedFor : !HasCredit(next.Frame.Length, nowMs))
            {
                if (next.Times == 0)
                {
                    return false; // new frames go in their order
                }

                continue;
            }

            (framesSent, bytesSent) = next.Times > 0 ? (framesSent, bytesSent) : (framesSent + 1, bytesSent + next.Frame.Length);
            Repeats += next.Times > 0 ? 1 : 0;
            next.Send(nowMs, ++sendings);
            frame = next.Frame;
            return true;
        }

        return false;
    }

    /// <summary>Sends that frame again at once: Nack, or a refusal that says so. One not on its way is ignored (SPEC clause 8.18).</summary>
    public void ResendNow(uint number)
    {
        if (Find(number) is { Times: > 0 } frame)
        {
            frame.AskedFor = true;
        }
    }

    /// <summary>Never sends that frame again (SPEC clause 14.1, Skip); its number is not used a second time.</summary>
    public void Drop(uint number)
    {
        if (Find(number) is { } frame)
        {
            Remove(frame);
        }
    }

    /// <summary>
    /// Lets go of what an Ack covers, but for what it refuses, and answers how many event records that were. What it passed over is sent
    /// again at once (SPEC clause 10.4). Credit and refusals are the caller's to obey: <see cref="Renew"/>, <see cref="ResendNow"/>,
    /// <see cref="Drop"/>, <see cref="HoldUntil"/>.
    /// </summary>
    public long Acked(in Ack ack, long nowMs)
    {
        var records = 0L;
        var newest = 0L;
        foreach (var frame in frames.ToArray())
        {
            if (!ack.Covers(frame.Number) || frame.Times == 0 || IsRefused(ack, frame.Number))
            {
                continue;
            }

            Measure(frame, nowMs);
            newest = Math.Max(newest, frame.FirstSending);
            records += frame.Records;
            backOffs = 0;
            Remove(frame);
        }

        foreach (var frame in frames)
        {
            // Sent before one that arrived, and did not arrive itself: lost. Which copy of a repeated frame arrived nobody knows, so its
            // first sending counts: that says too little rather than too much. Sent again it is the newest: so once for each sending.
            frame.AskedFor |= frame.Times > 0 && frame.LastSending < newest;
        }

        return records;
    }

    /// <summary>When <see cref="TryTake"/> next has a frame by time alone; <see cref="long.MaxValue"/> = never.</summary>
    public long DueAtMs(long nowMs)
    {
        var due = long.MaxValue;
        foreach (var frame in frames)
        {
            due = Math.Min(
                due,
                frame.Times > 0 ? (frame.AskedFor ? nowMs : TimerEndsMs(frame))
                    : HasCredit(frame.Frame.Length, nowMs) ? nowMs
                    : noCreditUntilMs > nowMs && framesSent == 0 ? noCreditUntilMs
                    : long.MaxValue
            );
        }

        return due == long.MaxValue ? due : Math.Max(due, heldUntilMs);
    }

    /// <summary>Writes everything that decides what happens next, times counted from now: two windows that write the same bytes behave alike.</summary>
    public void WriteState(BinaryWriter to, long nowMs)
    {
        ArgumentNullException.ThrowIfNull(to);
        to.Write(NextNumber);
        to.Write(WindowFramesMax);
        to.Write(Credit.Frames);
        to.Write(Credit.Bytes);
        to.Write(FromNow(heldUntilMs, nowMs));
        to.Write(FromNow(noCreditUntilMs, nowMs));
        to.Write(smoothedTimes8);
        to.Write(backOffs);
        var orders = frames.SelectMany(frame => new[] { frame.FirstSending, frame.LastSending }).Distinct().Order().ToList();
        foreach (var frame in frames)
        {
            to.Write(frame.Number);
            to.Write(frame.Frame);
            to.Write((byte)Math.Min(frame.Times, 2));
            to.Write(orders.IndexOf(frame.FirstSending));
            to.Write(orders.IndexOf(frame.LastSending));
            to.Write(frame.AskedFor);
            to.Write(FromNow(frame.SentMs, nowMs));
        }
    }

    private static long FromNow(long ms, long nowMs) =>
        ms is long.MaxValue or long.MinValue ? Math.Sign(ms) * FarMs : Math.Clamp(ms - nowMs, -FarMs, FarMs);

    private static bool IsRefused(in Ack ack, uint number)
    {
        foreach (var verdict in ack.Verdicts)
        {
            if (verdict.Frame == number && verdict.Verdict is not (Verdict.Stored or Verdict.KeptAside))
            {
                return true;
            }
        }

        return false;
    }

    // Of a repeated frame nobody knows which copy was acked: only frames sent once are measured (Karn and Partridge, 1987).
    private void Measure(OnItsWay frame, long nowMs)
    {
        if (frame.Times == 1)
        {
            var ms = Math.Max(0, nowMs - frame.SentMs);
            smoothedTimes8 = smoothedTimes8 < 0 ? ms * 8 : smoothedTimes8 + ms - (smoothedTimes8 / 8);
        }
    }

    private void LookAtTimers(long nowMs)
    {
        var ranOut = false;
        var timer = TimerMs;
        foreach (var frame in frames)
        {
            if (frame.Times > 0 && !frame.AskedFor && nowMs >= Math.Max(frame.SentMs, heldUntilMs) + timer)
            {
                frame.AskedFor = true;
                ranOut = true;
            }
        }

        backOffs = Math.Min(backOffs + (ranOut ? 1 : 0), BackOffsMax);
    }

    private long TimerEndsMs(OnItsWay frame) => Math.Max(frame.SentMs, heldUntilMs) + TimerMs;

    // One frame is always allowed where there is credit, however long; with a credit of no frames one after a while (SPEC clause 10.2).
    private bool HasCredit(int frameBytes, long nowMs) =>
        framesSent == 0
            ? Credit.Frames > 0 || (noCreditUntilMs != long.MinValue && nowMs >= noCreditUntilMs)
            : framesSent < Math.Min(Credit.Frames, WindowFramesMax) && bytesSent + frameBytes <= Credit.Bytes;

    private bool AllSent() => frames.Count == 0 || frames[^1].Times > 0;

    private OnItsWay? Find(uint number) => frames.Find(frame => frame.Number == number);

    private void Remove(OnItsWay frame)
    {
        frames.Remove(frame);
        if (frame.Times > 0)
        {
            (framesSent, bytesSent) = (framesSent - 1, bytesSent - frame.Frame.Length);
        }
    }

    private sealed class OnItsWay(uint number, byte[] frame, uint records)
    {
        public uint Number { get; } = number;

        public byte[] Frame { get; } = frame;

        public uint Records { get; } = records;

        public int Times { get; private set; }

        /// <summary>To be sent at once: Nack, a refusal that says so, its timer, or passed over by an ack.</summary>
        public bool AskedFor { get; set; }

        public long SentMs { get; private set; }

        /// <summary>Place of the first sending among all sendings of all frames; 0 = not sent.</summary>
        public long FirstSending { get; private set; }

        public long LastSending { get; private set; }

        public void Send(long nowMs, long sending)
        {
            FirstSending = Times == 0 ? sending : FirstSending;
            (AskedFor, SentMs, LastSending) = (false, nowMs, sending);
            Times = Math.Min(Times + 1, int.MaxValue - 1);
        }

        public OnItsWay Copy() => (OnItsWay)MemberwiseClone();
    }
}
