using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.FirmwareProtocol.Trust;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>What a dock has come to.</summary>
internal enum DockProgress
{
    Working,
    Done,

    /// <summary>The gateway said: stop and call a person.</summary>
    Stopped,
}

/// <summary>
/// One dock in conversation, without sockets or clocks: the protocol's own <see cref="DockSession"/> says when and how often, and an
/// <see cref="IDockWork"/> what there is to say.
/// </summary>
internal sealed class DockConversation(
    DockAddress address,
    Transport transport,
    IDockWork work,
    ulong bootId,
    Func<ulong> connectionIds,
    Sign? sign = null
)
{
    private readonly Queue<(Nonce Nonce, ulong ExpiresUtcNs)> _nonces = new();

    private const string DockModel = "taser-sim dock";

    private readonly DockSession _dock = new(
        new DockIdentity(address, transport, bootId, DockModel, "1") { ClockState = ClockState.Disciplined }
    );

    public DockProgress Progress { get; private set; }

    public string StoppedBecause { get; private set; } = "";

    public long RecordsAcked => _dock.RecordsAcked;

    public long Repeats => _dock.Repeats;

    public long Sessions => _dock.SessionsBegun;

    public ulong ConnectionId => _dock.ConnectionId;

    public SessionTime Clock => _dock.Now;

    public ulong BootId => bootId;

    /// <summary>The docking session as the protocol has it: what work says goes through it.</summary>
    public DockSession Dock => _dock;

    /// <summary>A new connection: whatever the old session knew is forgotten, except what is already acked.</summary>
    public void Connected(SessionTime now)
    {
        _dock.Connected(connectionIds(), now);
        DoDuties();
    }

    /// <summary>The next frame to be sent, when there is room for one.</summary>
    public bool TryTake(out Outgoing outgoing)
    {
        if (_dock.TryTake(out outgoing))
        {
            return true;
        }

        Advance();
        return _dock.TryTake(out outgoing);
    }

    /// <summary>Milliseconds until <see cref="Tick"/> has something to do, 5 to 1,000.</summary>
    public long WaitMs(long nowMs)
    {
        var due = Math.Min(_dock.DueMs, _dock.Session == 0 ? long.MaxValue : work.DueMs);
        return due <= nowMs ? 5 : Math.Clamp(due - nowMs, 5, 1_000);
    }

    public void Tick(SessionTime now)
    {
        if (Progress == DockProgress.Working)
        {
            _dock.Tick(now);
            DoDuties();
            Advance();
        }
    }

    /// <summary>Takes one frame from the gateway. Frames of another session or another connection are ignored.</summary>
    public void Receive(ReadOnlySpan<byte> untrusted, SessionTime now)
    {
        var read = FrameReader.Read(untrusted, Limits.MqttPayloadBytesMax);
        if (read.Status == ReadStatus.Done && Progress == DockProgress.Working)
        {
            _dock.Receive(read.Frame, now);
            DoDuties();
            Advance();
        }
    }

    private void DoDuties()
    {
        while (_dock.TryTake(out DockDuty? duty))
        {
            switch (duty)
            {
                case DockDuty.Over:
                    work.SessionLost();
                    break;
                case DockDuty.SignHello asked:
                    _dock.Signed(sign is null ? asked.Hello : asked.Hello.Signed(sign));
                    break;
                case DockDuty.KeepNonces keep:
                    Keep(keep.Grant);
                    break;
                case DockDuty.CallPerson call:
                    Progress = DockProgress.Stopped;
                    StoppedBecause = call.Reason.ToString();
                    break;
                default:
                    break; // a simulated dock forgets nothing, so it keeps no receipts; its clock is the machine's
            }
        }
    }

    /// <summary>A nonce that the gateway granted and that has not expired, to be used once; none = there is none left.</summary>
    public Nonce TakeNonce()
    {
        while (_nonces.TryDequeue(out var granted))
        {
            if (granted.ExpiresUtcNs > Clock.UtcNs)
            {
                return granted.Nonce;
            }
        }

        return default;
    }

    private void Keep(NonceGrant grant)
    {
        foreach (var nonce in grant.Nonces)
        {
            _nonces.Enqueue((nonce, grant.ExpiresUtcNs));
        }

        // as many as a gateway has out at once: older ones have been replaced there
        while (_nonces.Count > Limits.NoncePoolMax)
        {
            _nonces.Dequeue();
        }
    }

    /// <summary>Lets the work say whatever the session, credit and window allow.</summary>
    private void Advance()
    {
        if (Progress == DockProgress.Working && _dock.Session != 0 && work.Advance(this))
        {
            _dock.Close(Reason.ConversationOver);
            Progress = DockProgress.Done;
        }
    }
}
