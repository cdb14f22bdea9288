using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>A frame to be sent: before Welcome on hello, afterwards on the topic that Welcome named.</summary>
internal readonly record struct Outgoing(string UpTopic, byte[] Frame)
{
    public bool IsHello => UpTopic.Length == 0;
}

/// <summary>What a dock has come to.</summary>
internal enum DockProgress
{
    Working,
    Done,

    /// <summary>The gateway said: stop and call a person.</summary>
    Stopped,
}

/// <summary>
/// The dock's side of the conversation (SPEC clause 9), without sockets or clocks: frames and time go in, frames come out. What
/// there is to say comes from the <see cref="IDockWork"/>; session, credit, hold, refusals and repeats are the same for all of it.
/// </summary>
internal sealed class DockConversation(DockAddress address, Transport transport, IDockWork work, ulong bootId, Func<ulong> connectionIds)
{
    private const long HelloRepeatMs = 2_000;
    private const long NoCreditHoldMs = 15_000;

    private readonly Queue<Outgoing> _outgoing = new();
    private readonly SendWindow _window = new();
    private ulong _connection;
    private uint _session;
    private string _upTopic = "";
    private int _payloadBytesMax = Limits.PayloadBytesFloor;
    private long _helloDueMs;
    private long _heardMs;
    private long _heartbeatDueMs;
    private DockClock _clock;

    public DockProgress Progress { get; private set; }

    public string StoppedBecause { get; private set; } = "";

    public long RecordsAcked { get; private set; }

    public long Repeats => _window.Repeats;

    public long Sessions { get; private set; }

    public ulong ConnectionId => _connection;

    public DockClock Clock => _clock;

    public ulong BootId => bootId;

    public uint Session => _session;

    public int PayloadBytesMax => _payloadBytesMax;

    public uint NextNumber => _window.NextNumber;

    /// <summary>Whether one more numbered frame may go now.</summary>
    public bool Room => _window.Room(_clock.Ms, _payloadBytesMax);

    /// <summary>Whether everything numbered is acked.</summary>
    public bool AllAcked => _window.IsEmpty;

    /// <summary>A new connection: whatever the old session knew is forgotten, except what is already acked.</summary>
    public void Connected(DockClock now)
    {
        _clock = now;
        _connection = connectionIds();
        Forget(now.Ms);
    }

    public bool TryTake(out Outgoing outgoing) => _outgoing.TryDequeue(out outgoing);

    /// <summary>Milliseconds until <see cref="Tick"/> has something to do, 5 to 1,000.</summary>
    public long WaitMs(long nowMs)
    {
        var due = Math.Min(_helloDueMs, Math.Min(_window.DueMs, _session == 0 ? long.MaxValue : work.DueMs));
        return due <= nowMs ? 5 : Math.Clamp(due - nowMs, 5, 1_000);
    }

    public void Tick(DockClock now)
    {
        _clock = now;
        if (Progress != DockProgress.Working)
        {
            return;
        }

        if (_session == 0)
        {
            if (now.Ms >= _helloDueMs)
            {
                SayHello();
            }

            return;
        }

        // over MQTT a dock that waits for nothing hears nothing
        if (now.Ms - _heardMs > Limits.SilenceMs && (transport == Transport.Serial || !_window.IsEmpty))
        {
            Forget(now.Ms);
            return;
        }

        if (transport == Transport.Serial && now.Ms >= _heartbeatDueMs)
        {
            _heartbeatDueMs = now.Ms + Limits.HeartbeatMs;
            Say(new Heartbeat(now.MonotonicNs, now.UtcNs, _window.NextNumber));
        }

        foreach (var frame in _window.TakeDue(now.Ms))
        {
            _outgoing.Enqueue(new Outgoing(Topic, frame));
        }

        Advance();
    }

    /// <summary>Takes one frame from the gateway. Frames of another session or another connection are ignored.</summary>
    public void Receive(ReadOnlySpan<byte> untrusted, DockClock now)
    {
        _clock = now;
        var read = FrameReader.Read(untrusted, Limits.MqttPayloadBytesMax);
        if (read.Status != ReadStatus.Done || Progress != DockProgress.Working)
        {
            return;
        }

        var frame = read.Frame;
        if (_session == 0 || frame.Header.Session == 0)
        {
            ReceiveBeforeSession(frame);
        }
        else if (frame.Header.Session == _session)
        {
            _heardMs = now.Ms;
            ReceiveInSession(frame);
        }

        if (_session != 0 && Progress == DockProgress.Working)
        {
            Advance();
        }
    }

    private string Topic => _upTopic.Length == 0 ? "serial" : _upTopic;

    private void ReceiveBeforeSession(Frame frame)
    {
        if (
            frame.Header.Type == MessageType.Welcome
            && frame.Decode(out Welcome welcome).IsNone
            && welcome.ConnectionId == _connection
            && _session == 0
        )
        {
            _session = welcome.Session;
            _upTopic = welcome.UpTopic;
            _payloadBytesMax = Math.Min(welcome.PayloadBytesMax, OurPayloadMax);
            _heardMs = _clock.Ms;
            _heartbeatDueMs = _clock.Ms + Limits.HeartbeatMs;
            _helloDueMs = long.MaxValue;
            Sessions++;
            _window.Begin(welcome.Credit, transport == Transport.Serial ? Limits.SerialWindowFramesMax : int.MaxValue);
            HoldIfNoCredit(welcome.Credit);
        }
        else if (frame.Header.Type == MessageType.Busy && frame.Decode(out Busy busy).IsNone && busy.ConnectionId == _connection)
        {
            _helloDueMs = _clock.Ms + Math.Clamp(busy.WaitMs, 100, Limits.HoldMsMax);
        }
        else if (frame.Header.Type == MessageType.Abort && frame.Decode(out Abort abort).IsNone)
        {
            Obey(abort.Action, abort.Reason, abort.Detail);
        }
    }

    private void ReceiveInSession(Frame frame)
    {
        switch (frame.Header.Type)
        {
            case MessageType.Want when frame.Decode(out Want want).IsNone:
                work.Wanted(want);
                break;
            case MessageType.Ack when frame.Decode(out Ack ack).IsNone:
                Acked(ack);
                break;
            case MessageType.Nack when frame.Decode(out Nack nack).IsNone:
                _window.ResendNow(nack.Frame);
                break;
            case MessageType.Hold when frame.Decode(out Hold hold).IsNone:
                _window.HoldUntil(_clock.Ms + hold.DurationMs);
                break;
            case MessageType.ClockEchoRequest when frame.Decode(out ClockEchoRequest request).IsNone:
                Number(
                    new ClockEcho(request.RequestId, request.GatewayUtcNs, bootId, _clock.MonotonicNs, _clock.UtcNs, ClockState.Disciplined)
                );
                break;
            case MessageType.Abort when frame.Decode(out Abort abort).IsNone:
                Obey(abort.Action == ReasonAction.None ? ReasonAction.HelloAgain : abort.Action, abort.Reason, abort.Detail);
                break;
            case MessageType.Goodbye:
                Obey(ReasonAction.HelloAgain, Reason.GatewayStopping, 0);
                break;
            default:
                break; // what is not known here changes nothing for a dock
        }
    }

    private void Acked(in Ack ack)
    {
        HoldIfNoCredit(ack.Credit);
        _window.Credit = ack.Credit;
        var refused = new List<FrameVerdict>();
        foreach (var verdict in ack.Verdicts)
        {
            if (verdict.Verdict is not (Verdict.Stored or Verdict.KeptAside))
            {
                refused.Add(verdict);
            }
        }

        foreach (var verdict in refused)
        {
            switch (verdict.Action)
            {
                case ReasonAction.Skip or ReasonAction.None:
                    break;
                case ReasonAction.ResendNow:
                    _window.ResendNow(verdict.Frame);
                    break;
                case ReasonAction.Wait:
                    _window.HoldUntil(_clock.Ms + Math.Min(verdict.Detail, Limits.HoldMsMax));
                    _window.ResendNow(verdict.Frame);
                    break;
                default:
                    Obey(verdict.Action, verdict.Reason, verdict.Detail);
                    return;
            }
        }

        var keep = refused.Where(v => v.Action is ReasonAction.ResendNow or ReasonAction.Wait).Select(v => v.Frame).ToHashSet();
        RecordsAcked += _window.Acked(ack, keep, _clock.Ms);
    }

    private void Obey(ReasonAction action, Reason reason, uint detail)
    {
        switch (action)
        {
            case ReasonAction.Wait:
                Forget(_clock.Ms + Math.Min(detail, Limits.HoldMsMax));
                break;
            case ReasonAction.StopAndCall:
                Progress = DockProgress.Stopped;
                StoppedBecause = reason.ToString();
                break;
            case ReasonAction.HelloAgain or ReasonAction.ResendNow:
                Forget(_clock.Ms + 200);
                break;
            default:
                break;
        }
    }

    /// <summary>Lets the work say whatever the session, credit and window allow.</summary>
    private void Advance()
    {
        if (_session != 0 && work.Advance(this))
        {
            Finish();
        }
    }

    private void Finish()
    {
        Say(new Goodbye(Reason.ConversationOver));
        Progress = DockProgress.Done;
    }

    private void SayHello()
    {
        _helloDueMs = _clock.Ms + HelloRepeatMs;
        var hello = BatchSource.Hello(address, transport, _connection, bootId, _clock.MonotonicNs, _clock.UtcNs);
        _outgoing.Enqueue(new Outgoing("", FrameWriter.ToArray(0, 0, hello)));
    }

    private int OurPayloadMax => transport == Transport.Serial ? Limits.SerialPayloadBytesMax : Limits.MqttPayloadBytesMax;

    private void HoldIfNoCredit(Credit credit)
    {
        if (credit.Frames == 0)
        {
            _window.HoldUntil(_clock.Ms + NoCreditHoldMs);
        }
    }

    private void Forget(long helloAtMs)
    {
        _session = 0;
        _upTopic = "";
        work.SessionLost();
        _outgoing.Clear();
        _window.Begin(default, 1);
        _helloDueMs = helloAtMs;
    }

    /// <summary>Sends a message that is not numbered.</summary>
    public void Say<T>(T message)
        where T : struct, IMessage<T> => SayFrame(FrameWriter.ToArray(_session, 0, message));

    public void SayFrame(byte[] frame) => _outgoing.Enqueue(new Outgoing(Topic, frame));

    /// <summary>Sends a numbered message and keeps it until it is acked.</summary>
    public void Number<T>(T message)
        where T : struct, IMessage<T> => NumberFrame(FrameWriter.ToArray(_session, _window.NextNumber, message), 0);

    /// <summary>Sends a frame that already carries <see cref="NextNumber"/>, and keeps it until it is acked.</summary>
    public void NumberFrame(byte[] frame, uint records)
    {
        var number = _window.NextNumber;
        _window.Add(frame, records, _clock.Ms);
        if (_window.IsHeld(_clock.Ms))
        {
            _window.ResendNow(number);
        }
        else
        {
            _outgoing.Enqueue(new Outgoing(Topic, frame));
        }
    }
}
