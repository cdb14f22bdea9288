using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>
/// The dock's side of docking sessions (SPEC clauses 8, 10 and 15), one after another, as a pure machine: frames and time go in; frames,
/// duties and the time of the next <see cref="Tick"/> come out. It reads no clock, sends nothing and keeps nothing durable. Not thread-safe.
/// </summary>
public sealed class DockSession
{
    /// <summary>The least wait before Hello after the gateway ended a session without saying how long (SPEC clause 8.7), in ms.</summary>
    public const int HelloAgainMs = 1_000;

    private readonly DockIdentity identity;
    private readonly Queue<Outgoing> words;
    private readonly Queue<DockDuty> duties;
    private readonly SendWindow window;
    private readonly DockOffers offers;
    private readonly DockGreeting greeting;
    private long heardMs;
    private long heartbeatDueMs;
    private string upTopic = "";

    /// <summary>A dock that has no connection yet: begin with <see cref="Connected"/>.</summary>
    public DockSession(DockIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        this.identity = identity;
        (words, duties, window, offers, greeting) = ([], [], new(), new(), new(identity));
        PayloadBytesMax = identity.PayloadBytesMax;
    }

    private DockSession(DockSession other)
    {
        (identity, words, duties) = (other.identity, new(other.words), new(other.duties));
        (window, offers, greeting) = (other.window.Copy(), other.offers.Copy(), other.greeting.Copy());
        (heardMs, heartbeatDueMs) = (other.heardMs, other.heartbeatDueMs);
        (upTopic, Standing, ConnectionId, Session, PayloadBytesMax, Now) = (
            other.upTopic,
            other.Standing,
            other.ConnectionId,
            other.Session,
            other.PayloadBytesMax,
            other.Now
        );
        (SessionsBegun, RecordsAcked) = (other.SessionsBegun, other.RecordsAcked);
    }

    /// <summary>Where it stands.</summary>
    public DockStanding Standing { get; private set; }

    /// <summary>Of the connection in use; 0 = there was none yet.</summary>
    public ulong ConnectionId { get; private set; }

    /// <summary>The docking session's number; 0 = none is open.</summary>
    public uint Session { get; private set; }

    /// <summary>Largest payload that may be sent now, in bytes.</summary>
    public int PayloadBytesMax { get; private set; }

    /// <summary>The newest time handed in.</summary>
    public SessionTime Now { get; private set; }

    /// <summary>Docking sessions begun so far.</summary>
    public long SessionsBegun { get; private set; }

    /// <summary>Event records acked so far, in all sessions.</summary>
    public long RecordsAcked { get; private set; }

    /// <summary>Frames sent again so far.</summary>
    public long Repeats => window.Repeats;

    /// <summary>The number that the next numbered frame must carry.</summary>
    public uint NextNumber => window.NextNumber;

    /// <summary>Whether one more numbered frame of the largest size would go at once.</summary>
    public bool Room => Session != 0 && window.Room(FrameHeader.Bytes + PayloadBytesMax + FrameHeader.CheckBytes, Now.Ms);

    /// <summary>Whether everything numbered is acked.</summary>
    public bool AllAcked => window.IsEmpty;

    /// <summary>Whether every Docked was answered, everything wanted was taken, and everything numbered is acked.</summary>
    public bool AllSaid => Session != 0 && offers.AllTaken && window.IsEmpty;

    /// <summary>What the gateway wants next; null = nothing now. Answer with a batch and <see cref="Took"/>.</summary>
    public WantedRange? NextWanted => offers.Next;

    /// <summary>A new connection, with a new random id that is not 0: a docking session that was open is over, and Hello is due at once.</summary>
    public void Connected(ulong connectionId, SessionTime now)
    {
        ArgumentOutOfRangeException.ThrowIfZero(connectionId);
        (Now, ConnectionId) = (now, connectionId);
        greeting.Forget();
        if (Standing != DockStanding.Stopped)
        {
            StartOver(now.Ms);
        }
    }

    /// <summary>The Hello of <see cref="DockDuty.SignHello"/> with its signature, or as it was where the dock cannot sign.</summary>
    public void Signed(in Hello signed)
    {
        if (Standing == DockStanding.Greeting && greeting.Signed(signed))
        {
            SayHello();
        }
    }

    /// <summary>
    /// The next frame to be sent now; to be asked for when there is room for one, since the timer of a numbered frame runs from here. What has
    /// no number goes first.
    /// </summary>
    public bool TryTake(out Outgoing outgoing)
    {
        if (words.TryDequeue(out outgoing))
        {
            return true;
        }

        if (Standing == DockStanding.Open && window.TryTake(Now.Ms, out var frame))
        {
            outgoing = new(upTopic, false, frame);
            return true;
        }

        return false;
    }

    /// <summary>The next thing the dock must do.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DockDuty? duty) => duties.TryDequeue(out duty);

    /// <summary>The monotonic ms at which <see cref="Tick"/> has something to do; <see cref="long.MaxValue"/> = never.</summary>
    public long DueMs =>
        Standing switch
        {
            DockStanding.Greeting => greeting.DueMs,
            DockStanding.Open => Math.Min(
                Math.Min(window.DueAtMs(Now.Ms), offers.DueAtMs()),
                Math.Min(SilentAtMs, identity.Transport == Transport.Serial ? heartbeatDueMs : long.MaxValue)
            ),
            _ => long.MaxValue,
        };

    /// <summary>Time passes: greetings, repeats, heartbeats, silence.</summary>
    public void Tick(SessionTime now)
    {
        Now = now;
        if (Standing == DockStanding.Greeting && now.Ms >= greeting.DueMs)
        {
            SayHello();
        }
        else if (Standing == DockStanding.Open && (now.Ms >= SilentAtMs || (NextNumber > SendWindow.NumberMax && AllAcked)))
        {
            StartOver(now.Ms);
            Tick(now);
        }
        else if (Standing == DockStanding.Open)
        {
            if (identity.Transport == Transport.Serial && now.Ms >= heartbeatDueMs)
            {
                heartbeatDueMs = now.Ms + Limits.HeartbeatMs;
                Say(new Heartbeat(now.MonotonicNs, now.UtcNs, window.NextNumber));
            }

            OfferDue();
        }
    }

    /// <summary>A carrier is docked: said, and repeated until its Want comes. Only while a session is open.</summary>
    public void Offer(in Docked docked)
    {
        offers.Add(docked);
        OfferDue();
    }

    /// <summary>The carrier was taken out: nothing more of it is offered or wanted. The dock says Undocked itself.</summary>
    public void Withdraw(LogKey log, string carrier) => offers.Withdraw(log, carrier);

    /// <summary>The first so many records of <see cref="NextWanted"/> are on their way, or were said to be gone.</summary>
    public void Took(uint records) => offers.Took(records);

    /// <summary>Sends a message without a number.</summary>
    public void Say<T>(in T message)
        where T : struct, IMessage<T> => SayFrame(FrameWriter.ToArray(Session, 0, message));

    /// <summary>Sends a frame as it is.</summary>
    public void SayFrame(byte[] frame) => words.Enqueue(new(upTopic, false, frame));

    /// <summary>Sends a numbered message as soon as credit allows, and again until it is acked.</summary>
    public void Number<T>(in T message)
        where T : struct, IMessage<T> => NumberFrame(FrameWriter.ToArray(Session, NextNumber, message), 0);

    /// <summary>As <see cref="Number"/>, for a frame that already carries <see cref="NextNumber"/>; so many event records are in it.</summary>
    /// <exception cref="InvalidOperationException">256 frames wait already: a dock looks at <see cref="Room"/> first.</exception>
    public void NumberFrame(byte[] frame, uint records) => window.Add(frame, records);

    /// <summary>Ends the docking session as planned, with Goodbye; after that only <see cref="Connected"/> begins another.</summary>
    public void Close(Reason reason)
    {
        if (Session != 0)
        {
            Say(new Goodbye(reason));
        }

        (Standing, Session) = (DockStanding.Idle, 0);
    }

    /// <summary>
    /// Takes one whole frame from the gateway. What is of another docking session, of another connection or does not decode changes
    /// nothing: the gateway repeats itself.
    /// </summary>
    public void Receive(Frame frame, SessionTime now)
    {
        Now = now;
        if (Standing == DockStanding.Greeting)
        {
            ReceiveGreeting(frame);
        }
        else if (Standing == DockStanding.Open && frame.Header.Session == Session)
        {
            heardMs = now.Ms;
            ReceiveOpen(frame);
            if (Standing == DockStanding.Open)
            {
                OfferDue();
            }
        }
    }

    internal DockSession Copy() => new(this);

    /// <summary>Everything that decides what happens next, times counted from now.</summary>
    internal void WriteState(BinaryWriter to)
    {
        to.Write((byte)Standing);
        to.Write(ConnectionId);
        to.Write(Session);
        to.Write(PayloadBytesMax);
        greeting.WriteState(to, Now.Ms);
        to.Write(SessionState.FromNow(SilentAtMs, Now.Ms));
        to.Write(SessionState.FromNow(heartbeatDueMs, Now.Ms));
        window.WriteState(to, Now.Ms);
        offers.WriteState(to, Now.Ms);
    }

    // Over MQTT a dock that waits for nothing hears nothing (clause 10.8).
    private long SilentAtMs =>
        identity.Transport == Transport.Serial || !window.IsEmpty || !offers.AllAnswered ? heardMs + Limits.SilenceMs : long.MaxValue;

    private void ReceiveGreeting(Frame frame)
    {
        switch (frame.Header.Type)
        {
            case MessageType.Welcome when frame.Decode(out Welcome welcome).IsNone && greeting.IsAnswer(welcome, ConnectionId):
                Begin(welcome);
                break;
            case MessageType.Challenge when frame.Decode(out Challenge challenge).IsNone && challenge.ConnectionId == ConnectionId:
                duties.Enqueue(new DockDuty.SignHello(greeting.Challenged(challenge.Nonce)));
                break;
            case MessageType.Busy when frame.Decode(out Busy busy).IsNone && busy.ConnectionId == ConnectionId:
                greeting.WaitUntil(Now.Ms + Math.Clamp(busy.WaitMs, HelloAgainMs, Limits.HoldMsMax));
                break;
            case MessageType.Abort when frame.Header.Session == 0 && frame.Decode(out Abort abort).IsNone:
                Obey(abort);
                break;
            default:
                break;
        }
    }

    private void Begin(in Welcome welcome)
    {
        Standing = DockStanding.Open;
        (Session, upTopic) = (welcome.Session, welcome.UpTopic);
        PayloadBytesMax = Math.Min(welcome.PayloadBytesMax, identity.PayloadBytesMax);
        (heardMs, heartbeatDueMs) = (Now.Ms, Now.Ms + Limits.HeartbeatMs);
        SessionsBegun++;
        var serial = identity.Transport == Transport.Serial;
        window.Begin(welcome.Credit, serial ? Limits.SerialWindowFramesMax : SendWindow.FramesMax, Now.Ms);
        if (welcome.UtcNs != 0)
        {
            duties.Enqueue(new DockDuty.SetClock(welcome.UtcNs));
        }

        duties.Enqueue(new DockDuty.Begun());
    }

    private void ReceiveOpen(Frame frame)
    {
        switch (frame.Header.Type)
        {
            case MessageType.Want when frame.Decode(out Want want).IsNone:
                offers.Wanted(want).ForEach(beyond => duties.Enqueue(new DockDuty.WantedBeyond(beyond)));
                break;
            case MessageType.Ack when frame.Decode(out Ack ack).IsNone:
                TakeAck(ack);
                break;
            case MessageType.Nack when frame.Decode(out Nack nack).IsNone:
                window.ResendNow(nack.Frame);
                break;
            case MessageType.Hold when frame.Decode(out Hold hold).IsNone:
                window.HoldUntil(Now.Ms + Math.Min(hold.DurationMs, Limits.HoldMsMax));
                break;
            case MessageType.ClockEchoRequest when frame.Decode(out ClockEchoRequest asked).IsNone:
                Number(
                    new ClockEcho(asked.RequestId, asked.GatewayUtcNs, identity.BootId, Now.MonotonicNs, Now.UtcNs, identity.ClockState)
                );
                break;
            case MessageType.Receipt when frame.Decode(out Receipt receipt).IsNone:
                duties.Enqueue(new DockDuty.KeepReceipt(receipt));
                break;
            case MessageType.NonceGrant when frame.Decode(out NonceGrant grant).IsNone:
                duties.Enqueue(new DockDuty.KeepNonces(grant));
                break;
            case MessageType.ConsistencyProof when frame.Decode(out ConsistencyProof proof).IsNone:
                duties.Enqueue(new DockDuty.CheckProof(proof));
                break;
            case MessageType.Abort when frame.Decode(out Abort abort).IsNone && abort.Action != ReasonAction.Skip:
                Obey(abort);
                break;
            case MessageType.Goodbye:
                StartOver(Now.Ms + HelloAgainMs);
                break;
            default:
                break; // a Welcome said again, a heartbeat, what is not known here
        }
    }

    private void TakeAck(in Ack ack)
    {
        window.Renew(ack.Credit, Now.Ms);
        RecordsAcked += window.Acked(ack, Now.Ms);
        foreach (var verdict in ack.Verdicts.ToArray())
        {
            if (verdict.Verdict is Verdict.Stored or Verdict.KeptAside)
            {
                continue;
            }

            switch (verdict.Action)
            {
                case ReasonAction.None or ReasonAction.Skip:
                    window.Drop(verdict.Frame);
                    break;
                case ReasonAction.ResendNow:
                    window.ResendNow(verdict.Frame);
                    break;
                case ReasonAction.Wait:
                    window.HoldUntil(Now.Ms + WaitOf(verdict.Detail));
                    window.ResendNow(verdict.Frame);
                    break;
                default:
                    Obey(new Abort(verdict.Reason, verdict.Action, verdict.Detail));
                    return;
            }
        }
    }

    private void Obey(in Abort abort)
    {
        switch (abort.Action)
        {
            case ReasonAction.None or ReasonAction.ResendNow or ReasonAction.Skip or ReasonAction.HelloAgain:
                StartOver(Now.Ms + HelloAgainMs);
                break;
            case ReasonAction.Wait:
                StartOver(Now.Ms + WaitOf(abort.Detail));
                break;
            default:
                StartOver(long.MaxValue);
                Standing = DockStanding.Stopped;
                duties.Enqueue(new DockDuty.CallPerson(abort.Reason, abort.Detail));
                break;
        }
    }

    private static uint WaitOf(uint detail) => detail == FrameVerdict.NoDetail ? HelloAgainMs : Math.Min(detail, Limits.HoldMsMax);

    private void StartOver(long helloAtMs)
    {
        if (Session != 0)
        {
            duties.Enqueue(new DockDuty.Over());
        }

        (Standing, Session, upTopic) = (DockStanding.Greeting, 0, "");
        PayloadBytesMax = identity.PayloadBytesMax;
        words.Clear();
        offers.Clear();
        window.Begin(default, 1, Now.Ms);
        greeting.Begin(helloAtMs);
    }

    private void SayHello() => words.Enqueue(new("", true, greeting.Take(ConnectionId, Now)));

    private void OfferDue() => offers.TakeDue(Now.Ms, window.TimerMs, docked => Say(docked));
}
