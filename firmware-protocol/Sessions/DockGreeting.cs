using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>A dock's Hello: made when it first goes, the same bytes until an answer comes, on a timer that doubles (SPEC clauses 10.1, 10.5).</summary>
internal sealed class DockGreeting(DockIdentity identity)
{
    /// <summary>Docking sessions of one connection whose late Welcomes are known again (SPEC clause 8.4).</summary>
    public const int SessionsRemembered = 16;

    private readonly Queue<uint> sessionsHad = [];
    private Hello hello;
    private byte[] frame = [];
    private int timerMs;

    /// <summary>When the next Hello goes; <see cref="long.MaxValue"/> = never.</summary>
    public long DueMs { get; private set; } = long.MaxValue;

    public DockGreeting Copy()
    {
        var copy = new DockGreeting(identity)
        {
            hello = hello,
            frame = frame,
            timerMs = timerMs,
            DueMs = DueMs,
        };
        foreach (var session in sessionsHad)
        {
            copy.sessionsHad.Enqueue(session);
        }

        return copy;
    }

    /// <summary>A new connection: its id tells late Welcomes from new ones.</summary>
    public void Forget() => sessionsHad.Clear();

    /// <summary>
    /// Whether this Welcome opens a session: of this connection, and not the late copy of one that was open before, where the numbers from 1
    /// have been used already. If so it is remembered.
    /// </summary>
    public bool IsAnswer(in Welcome welcome, ulong connectionId)
    {
        if (welcome.ConnectionId != connectionId || sessionsHad.Contains(welcome.Session))
        {
            return false;
        }

        sessionsHad.Enqueue(welcome.Session);
        if (sessionsHad.Count > SessionsRemembered)
        {
            sessionsHad.Dequeue();
        }

        return true;
    }

    /// <summary>A new Hello, to be made and sent at that time.</summary>
    public void Begin(long atMs) => (frame, DueMs, timerMs) = ([], atMs, Limits.RetransmitMsMin);

    public void WaitUntil(long ms) => DueMs = ms;

    public byte[] Take(ulong connectionId, SessionTime now)
    {
        if (frame.Length == 0)
        {
            hello = new(
                FrameHeader.Version,
                FrameHeader.Version,
                (ushort)identity.PayloadBytesMax,
                identity.Transport,
                identity.ClockState,
                connectionId,
                identity.BootId,
                now.MonotonicNs,
                now.UtcNs,
                identity.Address.Force,
                identity.Address.Armoury,
                identity.Address.Dock,
                identity.Model,
                identity.Firmware,
                default,
                default
            );
            frame = FrameWriter.ToArray(0, 0, hello);
        }

        DueMs = now.Ms + timerMs;
        timerMs = Math.Min(timerMs * 2, Limits.RetransmitMsMax);
        return frame;
    }

    /// <summary>The same Hello over a gateway's nonce, to be signed.</summary>
    public Hello Challenged(Nonce nonce) => hello with { Nonce = nonce };

    /// <summary>From now on the signed Hello is said; false when it is not of this greeting.</summary>
    public bool Signed(in Hello signed)
    {
        if (frame.Length == 0 || signed.ConnectionId != hello.ConnectionId || signed.MonotonicNs != hello.MonotonicNs)
        {
            return false;
        }

        frame = FrameWriter.ToArray(0, 0, signed);
        return true;
    }

    public void WriteState(BinaryWriter to, long nowMs)
    {
        to.Write(frame);
        to.Write(SessionState.FromNow(DueMs, nowMs));
        to.Write(timerMs);
        foreach (var session in sessionsHad)
        {
            to.Write(session);
        }
    }
}
