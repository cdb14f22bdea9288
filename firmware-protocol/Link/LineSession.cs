using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Link;

/// <summary>
/// What one end of a serial line knows of the docking session on it, read off the frames that pass: its number, what the next heartbeat
/// says, when something was last heard (SPEC clauses 8.4 to 8.8).
/// </summary>
internal sealed class LineSession(LinkEnd end)
{
    private ulong helloConnection;
    private long heartbeatDueMs;
    private long heardMs;
    private bool silent;

    /// <summary>0 = none is open.</summary>
    public uint Number { get; private set; }

    /// <summary>Dock: number of its next new frame. Gateway: as in its last Ack (SPEC clause 8.5).</summary>
    public uint NextFrame { get; private set; }

    public long DueMs => Number == 0 ? long.MaxValue : Math.Min(heartbeatDueMs, heardMs + Limits.SilenceMs);

    /// <summary>Whether a damaged frame is worth asking for: of this session, and of the kind that is sent again (SPEC clauses 2.6 and 11.1).</summary>
    public bool Wants(in FrameHeader header) =>
        Number != 0 && header.Session == Number && header.FrameNumber != 0 && (header.Type.IsNumbered() || !header.Type.IsKnown());

    public void Heard(Frame frame, long nowMs)
    {
        heardMs = nowMs;
        if (end == LinkEnd.Dock && frame.Header.Type == MessageType.Welcome)
        {
            // A Welcome to an earlier Hello opens nothing (SPEC clause 8.4).
            if (
                frame.Decode(out Welcome welcome).IsNone
                && welcome.ConnectionId == helloConnection
                && welcome.Session == frame.Header.Session
            )
            {
                Begin(welcome.Session, nowMs);
            }
        }
        else
        {
            Ending(frame);
        }
    }

    public void Said(Frame frame, long nowMs)
    {
        switch (frame.Header.Type)
        {
            case MessageType.Hello when end == LinkEnd.Dock && frame.Decode(out Hello hello).IsNone:
                helloConnection = hello.ConnectionId;
                Number = 0;
                break;
            case MessageType.Welcome when end == LinkEnd.Gateway:
                Begin(frame.Header.Session, nowMs);
                break;
            case MessageType.Ack when end == LinkEnd.Gateway && frame.Header.Session == Number && frame.Payload.Length >= sizeof(uint):
                NextFrame = BinaryPrimitives.ReadUInt32LittleEndian(frame.Payload);
                break;
            default:
                if (end == LinkEnd.Dock && frame.Header.Session == Number && frame.Header.FrameNumber >= NextFrame)
                {
                    NextFrame = frame.Header.FrameNumber + 1;
                }

                Ending(frame);
                break;
        }
    }

    public bool TakeHeartbeatDue(long nowMs)
    {
        if (Number == 0 || nowMs < heartbeatDueMs)
        {
            return false;
        }

        heartbeatDueMs = nowMs + Limits.HeartbeatMs;
        return true;
    }

    public void LookForSilence(long nowMs)
    {
        if (Number != 0 && nowMs - heardMs >= Limits.SilenceMs)
        {
            (Number, silent) = (0, true);
        }
    }

    public bool TakeSilence()
    {
        var was = silent;
        silent = false;
        return was;
    }

    private void Begin(uint number, long nowMs)
    {
        if (number == Number)
        {
            return; // the same answer once more
        }

        (Number, NextFrame, heardMs, heartbeatDueMs) = (number, 1, nowMs, nowMs + Limits.HeartbeatMs);
        silent = false;
    }

    private void Ending(Frame frame)
    {
        if (Number == 0 || frame.Header.Session != Number)
        {
            return;
        }

        // Only an Abort that says skip leaves the session open (SPEC clause 8.7).
        if (
            frame.Header.Type == MessageType.Goodbye
            || (frame.Header.Type == MessageType.Abort && frame.Decode(out Abort abort).IsNone && abort.Action != ReasonAction.Skip)
        )
        {
            Number = 0;
        }
    }
}
