using System.Buffers;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>What a gateway must do with a frame that its <see cref="GatewaySession"/> took.</summary>
public enum GatewayDuty
{
    /// <summary>Nothing: a repeat, a heartbeat, or a frame that this session leaves to the dock's timer.</summary>
    None,

    /// <summary>
    /// Judge this numbered frame and make it durable, then tell through <see cref="GatewaySession.Settle"/>; or tell why it is refused.
    /// </summary>
    MakeDurable,

    /// <summary>A Docked that decodes: keep what it states. The session answers it by itself.</summary>
    KeepDocked,

    /// <summary>
    /// A number used twice for other bytes (SPEC clause 14.2, FrameNumberReused). The session is over and has said so; a batch says enough
    /// to be stored all the same.
    /// </summary>
    KeepIfPossible,

    /// <summary>A frame without a number that does not decode: keep it aside. The session is over and has said why.</summary>
    KeepAside,

    /// <summary>The dock has ended the session.</summary>
    Over,
}

/// <summary>What a gateway gives a dock with Welcome (SPEC clause 8.4).</summary>
/// <param name="Number">Not 0, and not given to another session that frames may still be on their way from: drawn at random.</param>
/// <param name="Transport">Serial or MQTT.</param>
/// <param name="Gateway">Name of the gateway.</param>
/// <param name="UpTopic">Where the dock's later frames go; empty on a serial line.</param>
/// <param name="PayloadBytesMax">The lower of both sides' limits.</param>
/// <param name="EchoId">Random, not 0: id of the clock echo that is asked for at once.</param>
public sealed record GatewayTerms(uint Number, Transport Transport, string Gateway, string UpTopic, int PayloadBytesMax, ulong EchoId);

/// <summary>What is durable, as a <see cref="GatewaySession"/> asks it when it speaks: never what is on its way to the disk.</summary>
public interface IDurableLogs
{
    /// <summary>Of what a carrier holds, what is not durable: at most 16 ranges, the lowest first (SPEC clause 8.10).</summary>
    SequenceRanges Missing(in Docked docked);

    /// <summary>A signed receipt for what of a carrier's holding is durable, or null when nothing of it is (SPEC clause 13.7).</summary>
    Receipt? ReceiptFor(in Docked docked);
}

/// <summary>
/// The gateway's side of one docking session (SPEC clauses 8, 10 and 15) as a pure machine: frames, time and what became durable go in;
/// frames and duties come out. It reads no clock, sends nothing and writes nothing; what <see cref="Speak"/> gives may be sent as it is,
/// because nothing is acked before <see cref="Settle"/>. Not thread-safe.
/// </summary>
public sealed class GatewaySession
{
    /// <summary>Docked messages followed in one docking session; more are answered and get no receipt until they are said again.</summary>
    public const int OffersMax = 1_024;

    /// <summary>So long a Want waits for the clock echo, so that it is durable before the first batch (SPEC clause 12.3), in ms.</summary>
    public const int EchoWaitMs = 2_000;

    /// <summary>So long a dock waits that has sent more than its credit, in ms.</summary>
    public const uint ExceededWaitMs = 1_000;

    private const uint TypeOffset = 2; // of the header, SPEC clause 2.2
    private const uint FrameNumberOffset = 8;
    private readonly GatewayTerms terms;
    private readonly ulong helloMonotonicNs;
    private readonly byte[] welcome;
    private readonly ReceivedFrames frames;
    private readonly List<FrameVerdict> verdicts;
    private readonly List<byte[]> outbox;
    private readonly GatewayOffers offers;
    private bool ackDue;
    private bool echoed;
    private int framesMost;
    private long heardMs;
    private long heartbeatDueMs;
    private long echoWaitUntilMs;

    /// <summary>Opens a docking session for this Hello: Welcome and a clock echo request wait to be said.</summary>
    public GatewaySession(in Hello hello, GatewayTerms terms, Credit credit, SessionTime now)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentOutOfRangeException.ThrowIfZero(terms.Number);
        this.terms = terms;
        (ConnectionId, helloMonotonicNs, Credit, framesMost) = (hello.ConnectionId, hello.MonotonicNs, credit, credit.Frames);
        (frames, verdicts, outbox, offers) = (new(), [], [], new());
        (heardMs, heartbeatDueMs) = (now.Ms, now.Ms + Limits.HeartbeatMs);
        echoWaitUntilMs = now.Ms + EchoWaitMs;
        welcome = FrameWriter.ToArray(
            terms.Number,
            0,
            new Welcome(
                ConnectionId,
                terms.Number,
                credit,
                (ushort)terms.PayloadBytesMax,
                FrameHeader.Version,
                now.UtcNs,
                terms.Gateway,
                terms.UpTopic
            )
        );
        outbox.Add(welcome);
        AskEcho(terms.EchoId, now);
    }

    private GatewaySession(GatewaySession other)
    {
        (terms, helloMonotonicNs, welcome, ConnectionId) = (other.terms, other.helloMonotonicNs, other.welcome, other.ConnectionId);
        (frames, offers) = (other.frames.Copy(), other.offers.Copy());
        (verdicts, outbox) = ([.. other.verdicts], [.. other.outbox]);
        (ackDue, echoed, framesMost, Credit) = (other.ackDue, other.echoed, other.framesMost, other.Credit);
        (heardMs, heartbeatDueMs, echoWaitUntilMs) = (other.heardMs, other.heartbeatDueMs, other.echoWaitUntilMs);
        (IsOver, EchoAsked) = (other.IsOver, other.EchoAsked);
    }

    /// <summary>The number that frames of this session carry.</summary>
    public uint Number => terms.Number;

    /// <summary>Of the Hello that opened it.</summary>
    public ulong ConnectionId { get; }

    /// <summary>Largest payload of both sides, in bytes.</summary>
    public int PayloadBytesMax => terms.PayloadBytesMax;

    /// <summary>What the next ack grants.</summary>
    public Credit Credit { get; private set; }

    /// <summary>The session has ended; what still waits to be said is said once.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The lowest frame number not dealt with.</summary>
    public uint NextFrame => frames.Next;

    /// <summary>The clock echo asked for last: its id and the gateway's clock then, ns since 1970-01-01 UTC.</summary>
    public (ulong Id, ulong AtNs) EchoAsked { get; private set; }

    /// <summary>Whether <see cref="Speak"/> has something to say now.</summary>
    public bool HasWords(SessionTime now) => ackDue || outbox.Count > 0 || (offers.HasAnswers && MayAnswer(now));

    /// <summary>Whether this Hello is the one that opened the session, said again (SPEC clause 10.1).</summary>
    public bool IsSame(in Hello hello) => hello.ConnectionId == ConnectionId && hello.MonotonicNs == helloMonotonicNs;

    /// <summary>The first answer may have been lost: the same Welcome again.</summary>
    public void WelcomeAgain() => outbox.Add(welcome);

    /// <summary>Asks the dock for its clock once more.</summary>
    public void AskEcho(ulong id, SessionTime now)
    {
        EchoAsked = (id, now.UtcNs);
        Say(new ClockEchoRequest(id, now.UtcNs));
    }

    /// <summary>Today's credit, granted with the next ack.</summary>
    public void Grant(Credit credit)
    {
        ackDue |= credit.Frames < Credit.Frames || (Credit.Frames == 0 && credit.Frames > 0);
        Credit = credit;
        framesMost = Math.Max(framesMost, credit.Frames);
    }

    /// <summary>Takes one whole frame that carries this session's number.</summary>
    public GatewayDuty Receive(Frame frame, SessionTime now)
    {
        if (IsOver)
        {
            return GatewayDuty.None;
        }

        heardMs = now.Ms;
        var header = frame.Header;
        // A numbered frame of a type not known here is kept like any statement (clause 16.3).
        return header.FrameNumber != 0 && (header.Type.IsNumbered() || !header.Type.IsKnown())
            ? ReceiveNumbered(frame)
            : ReceiveUnnumbered(frame);
    }

    /// <summary>
    /// What became of a frame of <see cref="GatewayDuty.MakeDurable"/>: Stored and KeptAside only once it is durable. Acked by the next
    /// <see cref="Speak"/>.
    /// </summary>
    public void Settle(in FrameVerdict verdict)
    {
        ackDue = true;
        if (verdict.Verdict == Verdict.Refused)
        {
            frames.Refuse(verdict.Frame);
        }
        else
        {
            frames.Deal(verdict.Frame);
        }

        if (verdict.Verdict != Verdict.Stored || verdict.Reason != Reason.None)
        {
            verdicts.Add(verdict);
        }
    }

    /// <summary>A frame whose header passed and whose payload failed (SPEC clause 8.18): asked for again. False when it is no numbered one.</summary>
    public bool Damaged(in FrameHeader header, Reason reason)
    {
        if (IsOver || header.FrameNumber == 0 || (header.Type.IsKnown() && !header.Type.IsNumbered()))
        {
            return false;
        }

        Say(new Nack(header.FrameNumber, reason));
        return true;
    }

    /// <summary>Time passes: heartbeats and silence on a serial line, wants that waited for the clock echo.</summary>
    public void Tick(SessionTime now)
    {
        if (IsOver || terms.Transport != Transport.Serial)
        {
            return;
        }

        if (now.Ms - heardMs > Limits.SilenceMs)
        {
            End(new Abort(Reason.SilentTooLong, ReasonAction.HelloAgain, FrameVerdict.NoDetail));
        }
        else if (now.Ms >= heartbeatDueMs)
        {
            heartbeatDueMs = now.Ms + Limits.HeartbeatMs;
            Say(new Heartbeat(now.MonotonicNs, now.UtcNs, frames.Next));
        }
    }

    /// <summary>Says a message of the gateway's around it: a nonce grant, a proof.</summary>
    public void Say<T>(in T message)
        where T : struct, IMessage<T> => outbox.Add(FrameWriter.ToArray(Number, 0, message));

    /// <summary>Stops the dock's sending and timers for that long; 0 ends a hold (SPEC clause 10.6). It speaks of nothing durable and may go at once.</summary>
    public byte[] HoldFrame(int forMs, Reason reason) => FrameWriter.ToArray(Number, 0, new Hold((uint)forMs, reason));

    /// <summary>Ends the session with these last words.</summary>
    public void End(in Abort why)
    {
        Say(why);
        IsOver = true;
    }

    /// <summary>Ends the session as planned.</summary>
    public void End(Reason goodbye)
    {
        Say(new Goodbye(goodbye));
        IsOver = true;
    }

    /// <summary>Ends the session without a word: the dock ended it, or cannot hear.</summary>
    public void End() => IsOver = true;

    /// <summary>
    /// Everything that waits to be said, as messages of whole frames of at most 65,536 bytes each: acks first, then answers, wants and
    /// receipts by what is durable now.
    /// </summary>
    public void Speak(IDurableLogs durable, SessionTime now, Action<byte[]> send)
    {
        ArgumentNullException.ThrowIfNull(durable);
        ArgumentNullException.ThrowIfNull(send);
        if (!IsOver)
        {
            offers.Answer(durable, MayAnswer(now), outbox, Number);
        }

        var message = new ArrayBufferWriter<byte>(256);
        while (ackDue || verdicts.Count > 0)
        {
            Append(message, FrameWriter.ToArray(Number, 0, TakeAck()), send);
        }

        foreach (var frame in outbox)
        {
            Append(message, frame, send);
        }

        outbox.Clear();
        if (message.WrittenCount > 0)
        {
            send(message.WrittenSpan.ToArray());
        }
    }

    internal GatewaySession Copy() => new(this);

    /// <summary>Everything that decides what happens next, times counted from now.</summary>
    internal void WriteState(BinaryWriter to, SessionTime now)
    {
        to.Write(Number);
        to.Write(ConnectionId);
        to.Write(helloMonotonicNs);
        to.Write(IsOver);
        to.Write(ackDue);
        to.Write(echoed);
        to.Write(Credit.Frames);
        to.Write(framesMost);
        to.Write(SessionState.FromNow(heardMs, now.Ms));
        to.Write(SessionState.FromNow(heartbeatDueMs, now.Ms));
        to.Write(SessionState.FromNow(echoWaitUntilMs, now.Ms));
        frames.WriteState(to);
        offers.WriteState(to);
        verdicts.ForEach(verdict => to.Write(verdict.ToString()));
        outbox.ForEach(to.Write);
    }

    private bool MayAnswer(SessionTime now) => echoed || now.Ms >= echoWaitUntilMs;

    private GatewayDuty ReceiveNumbered(Frame frame)
    {
        var number = frame.Header.FrameNumber;
        var check = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(frame.Bytes[^FrameHeader.CheckBytes..]);
        switch (frames.Meaning(number, check))
        {
            case FrameNumberMeaning.New when frames.PendingCount >= framesMost:
                var serial = terms.Transport == Transport.Serial && framesMost >= Limits.SerialWindowFramesMax;
                var reason = serial ? Reason.WindowExceeded : Reason.CreditExceeded;
                Settle(new FrameVerdict(number, Verdict.Refused, ReasonAction.Wait, reason, ExceededWaitMs));
                return GatewayDuty.None;
            case FrameNumberMeaning.New:
                frames.Take(number, check);
                echoed |= frame.Header.Type == MessageType.ClockEcho;
                if (frame.Header.Type == MessageType.RecordBatch && RecordBatch.Decode(frame, out var batch).IsNone)
                {
                    offers.Touched(batch.Header.Log);
                }

                return GatewayDuty.MakeDurable;
            // What the dock no longer had when it sent again is durable here already (clause 10.7): acked like any repeat.
            case FrameNumberMeaning.Repeat:
            case FrameNumberMeaning.Reused when frame.Header.Type == MessageType.RangeGone:
                ackDue = true;
                return GatewayDuty.None;
            case FrameNumberMeaning.Reused:
                End(new Abort(Reason.FrameNumberReused, ReasonAction.HelloAgain, FrameNumberOffset));
                return GatewayDuty.KeepIfPossible;
            default:
                return GatewayDuty.None;
        }
    }

    private GatewayDuty ReceiveUnnumbered(Frame frame)
    {
        switch (frame.Header.Type)
        {
            case MessageType.Docked:
                var rejection = frame.Decode<Docked>(out var docked);
                if (rejection.IsNone)
                {
                    offers.Add(docked);
                    return GatewayDuty.KeepDocked;
                }

                End(new Abort(rejection.Reason, ReasonAction.StopAndCall, (uint)rejection.Offset));
                return GatewayDuty.KeepAside;
            case MessageType.Heartbeat:
                return GatewayDuty.None; // heard, which is all that it says
            case MessageType.Goodbye or MessageType.Abort:
                IsOver = true;
                return GatewayDuty.Over;
            default:
                Say(
                    frame.Header.Type.IsNumbered()
                        ? new Abort(Reason.ValueNotAllowed, ReasonAction.Skip, FrameNumberOffset) // a number of 0 where one is due
                        : new Abort(Reason.MessageNotExpected, ReasonAction.Skip, TypeOffset)
                );
                return GatewayDuty.None;
        }
    }

    private Ack TakeAck()
    {
        var told = Math.Min(verdicts.Count, Limits.AckVerdictsMax);
        var ack = new Ack(frames.Next, Credit, frames.Ranges(), verdicts.GetRange(0, told).ToArray());
        verdicts.RemoveRange(0, told);
        ackDue = false;
        return ack;
    }

    private static void Append(ArrayBufferWriter<byte> message, byte[] frame, Action<byte[]> send)
    {
        if (message.WrittenCount + frame.Length > Limits.MqttMessageBytesMax)
        {
            send(message.WrittenSpan.ToArray());
            message.ResetWrittenCount();
        }

        message.Write(frame);
    }
}
