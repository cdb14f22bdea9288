using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Simulator.Docking;

namespace TaserTelemetry.Simulator.Replay;

/// <summary>One thing a dock sent, as captured.</summary>
/// <param name="AfterMs">Milliseconds after the first thing replayed, at the capture's own pace.</param>
/// <param name="Bytes">One frame, or bytes that are no frame.</param>
internal readonly record struct Captured(long AfterMs, byte[] Bytes);

/// <summary>
/// Says again what one dock said, in a docking session of its own: numbered frames get the new session and number, everything
/// else in them stays as it was. Bytes that are no frame are sent as they are. After a lost session it goes back to the first frame that
/// was not acked.
/// </summary>
internal sealed class ReplayWork(IReadOnlyList<Captured> captured, double speed) : IDockWork
{
    private long _startMs = -1;
    private int _next;
    private int _acked;

    public int Total => captured.Count;

    public int Said => _next;

    public int Acked => _acked;

    public long DueMs => _next == captured.Count || _startMs < 0 ? long.MaxValue : Due(captured[_next]);

    public void SessionLost() => _next = _acked;

    public bool Advance(DockConversation talk)
    {
        if (_startMs < 0)
        {
            _startMs = talk.Clock.Ms;
        }

        if (talk.Dock.AllAcked)
        {
            _acked = _next;
        }

        while (_next < captured.Count && Due(captured[_next]) <= talk.Clock.Ms)
        {
            if (!Say(captured[_next].Bytes, talk))
            {
                return false;
            }

            _next++;
        }

        return _next == captured.Count && talk.Dock.AllAcked;
    }

    private static bool Say(byte[] bytes, DockConversation talk)
    {
        var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
        if (read.Status != ReadStatus.Done)
        {
            talk.Dock.SayFrame(bytes);
            return true;
        }

        var type = read.Header.Type;
        if (type is MessageType.Hello or MessageType.Goodbye or MessageType.Heartbeat or MessageType.State)
        {
            return true; // the replay has a session of its own
        }

        if (!type.IsNumbered())
        {
            talk.Dock.SayFrame(Resealed(bytes, read.Header with { Session = talk.Dock.Session }));
            return true;
        }

        if (!talk.Dock.Room)
        {
            return false;
        }

        talk.Dock.NumberFrame(
            Resealed(bytes, read.Header with { Session = talk.Dock.Session, FrameNumber = talk.Dock.NextNumber }),
            Records(read)
        );
        return true;
    }

    private static byte[] Resealed(byte[] bytes, FrameHeader header)
    {
        var frame = bytes.ToArray();
        FrameWriter.Seal(frame, header);
        return frame;
    }

    private static uint Records(FrameRead read) => RecordBatch.Decode(read.Frame, out var batch).IsNone ? (uint)batch.Count : 0;

    private long Due(Captured one) => speed > 0 ? _startMs + (long)(one.AfterMs / speed) : _startMs;
}
