using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Link;

/// <summary>Which end of a serial line.</summary>
public enum LinkEnd
{
    /// <summary>The dock's.</summary>
    Dock,

    /// <summary>The gateway's.</summary>
    Gateway,
}

/// <summary>
/// One end of a serial line as a state machine: bytes and times go in; frames, the bytes to write and the time to wake come out (SPEC
/// clauses 3, 8.5 and 11). It cuts the line's bytes into frames and finds its place again after anything; it asks for damaged frames; it
/// sends and expects heartbeats, and says when the line has fallen silent. It reads which docking session is open off the frames that
/// pass, so nothing above it has to tell it. What a frame says, and which numbered frames are still owed, is for the session above, with its
/// <see cref="SendWindow"/>. Two fixed buffers each way and nothing else grows. No clock, no I/O; calls
/// must not overlap. Times are milliseconds of any monotonic clock.
/// </summary>
public sealed class SerialLink
{
    /// <summary>Bytes that may wait for the line: about 6 s at 115,200 baud. What does not fit is not sent, and is said again when it is missed.</summary>
    public const int OutputBytesMax = 65_536;

    /// <summary>A dock's line has room for the next frame while less than so many milliseconds of it are still to be sent.</summary>
    public const int LeadMs = 60;

    private const int BitsPerByte = 10; // 8N1: a start bit, eight of data, a stop bit (SPEC clause 3.1)

    private readonly LinkEnd end;
    private readonly int bitsPerSecond;
    private readonly SerialDeframer deframer = new();
    private readonly byte[] output = new byte[OutputBytesMax];
    private readonly byte[] own = new byte[FrameHeader.Bytes + Limits.PayloadBytesFloor + FrameHeader.CheckBytes];
    private readonly LineSession session;
    private int outputFrom;
    private int outputTo;
    private double lineBusyUntilMs;
    private long lastByteMs;

    /// <summary>
    /// One end of a line that has just been opened. With <paramref name="bitsPerSecond"/> it hands out bytes no faster than the line takes
    /// them, so that timers run from when a frame really leaves, however much the operating system would buffer; 0 = as fast as asked.
    /// </summary>
    public SerialLink(LinkEnd end, long nowMs, int bitsPerSecond = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bitsPerSecond);
        this.end = end;
        this.bitsPerSecond = bitsPerSecond;
        session = new LineSession(end);
        lastByteMs = nowMs;
        lineBusyUntilMs = nowMs;
    }

    /// <summary>The docking session that frames on this line belong to; 0 = none is open.</summary>
    public uint Session => session.Number;

    /// <summary>Bytes that wait for the line, at most <see cref="OutputBytesMax"/>.</summary>
    public int OutputBytes => outputTo - outputFrom;

    /// <summary>Frames that found no room among the bytes that wait.</summary>
    public long FramesDropped { get; private set; }

    /// <summary>Whether the line can take another frame about now: nothing waits, and what was handed out has nearly left.</summary>
    public bool IsReady(long nowMs) => OutputBytes == 0 && lineBusyUntilMs - nowMs < LeadMs;

    /// <summary>
    /// Takes bytes as they came off the line, up to the end of one thing found; what is left stays in <paramref name="untrusted"/>. To be
    /// called until it answers <see cref="DeframerStatus.NeedsMore"/>. A damaged frame of the open session has been asked for already when
    /// this returns (SPEC clause 11.1). The answer's bytes are valid until the next call.
    /// </summary>
    public Deframed Receive(ref ReadOnlySpan<byte> untrusted, long nowMs)
    {
        if (!untrusted.IsEmpty)
        {
            lastByteMs = nowMs;
        }

        var found = deframer.Next(ref untrusted);
        if (found.Status == DeframerStatus.Frame)
        {
            session.Heard(found.Frame, nowMs);
        }
        else if (found.Status == DeframerStatus.Damaged && end == LinkEnd.Gateway && session.Wants(found.Header))
        {
            Say(new Nack(found.Header.FrameNumber, found.Reason), nowMs);
        }

        return found;
    }

    /// <summary>
    /// Queues one or more whole frames of serial size for the line; anything else throws, since only a program's fault could ask for it.
    /// False where one of them found no room: the rest was not queued, and the session above says it again in time.
    /// </summary>
    public bool Send(ReadOnlySpan<byte> frames, long nowMs)
    {
        while (!frames.IsEmpty)
        {
            var read = FrameReader.Read(frames, Limits.SerialPayloadBytesMax);
            if (read.Status != ReadStatus.Done)
            {
                throw new ArgumentException(
                    $"Only whole frames of serial size may be sent on a serial line: {read.Rejection.Reason}.",
                    nameof(frames)
                );
            }

            if (!Queue(read.Bytes))
            {
                return false;
            }

            session.Said(read.Frame, nowMs);
            frames = frames[read.Bytes.Length..];
        }

        return true;
    }

    /// <summary>
    /// What time brings: a heartbeat, the end of a docking session by silence, the end of a stretch that nobody finished. To be called at
    /// <see cref="DueMs"/>, and harmless at any other time. The clocks go into the heartbeat: <paramref name="monotonicNs"/> since the boot
    /// that this side's boot id names, <paramref name="utcNs"/> since 1970, 0 = not known. Answers a stretch cut short as noise, else
    /// <see cref="DeframerStatus.NeedsMore"/>.
    /// </summary>
    public Deframed Tick(long nowMs, ulong monotonicNs, ulong utcNs)
    {
        if (session.TakeHeartbeatDue(nowMs))
        {
            Say(new Heartbeat(monotonicNs, utcNs, session.NextFrame), nowMs);
        }

        session.LookForSilence(nowMs);
        if (deframer.PendingBytes > 0 && nowMs - lastByteMs >= Limits.SilenceMs)
        {
            return deframer.Flush(); // what comes after so long a silence is not its other half (SPEC clause 3.4)
        }

        return default;
    }

    /// <summary>Whether the docking session on this line ended by 35 s without a whole frame (SPEC clause 8.5); asking forgets it.</summary>
    public bool TakeSilence() => session.TakeSilence();

    /// <summary>The bytes that may be written now, in their order; empty when there are none, or the line is still busy. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Output(long nowMs) => lineBusyUntilMs - nowMs < LeadMs ? output.AsSpan(outputFrom, OutputBytes) : default;

    /// <summary>So many of those bytes were written.</summary>
    public void Written(int bytes, long nowMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, OutputBytes);
        outputFrom += bytes;
        if (outputFrom == outputTo)
        {
            (outputFrom, outputTo) = (0, 0);
        }

        if (bitsPerSecond > 0)
        {
            lineBusyUntilMs = Math.Max(lineBusyUntilMs, nowMs) + (bytes * BitsPerByte * 1_000.0 / bitsPerSecond);
        }
    }

    /// <summary>When <see cref="Tick"/> has something to do, or a busy line takes bytes again; <see cref="long.MaxValue"/> = never by itself.</summary>
    public long DueMs(long nowMs)
    {
        var due = session.DueMs;
        if (deframer.PendingBytes > 0)
        {
            due = Math.Min(due, lastByteMs + Limits.SilenceMs);
        }

        // Also with nothing to write: whoever waits for IsReady has to be woken.
        var free = (long)Math.Ceiling(lineBusyUntilMs) - LeadMs + 1;
        return free > nowMs ? Math.Min(due, free) : due;
    }

    private void Say<T>(in T message, long nowMs)
        where T : struct, IMessage<T> => Send(own.AsSpan(0, FrameWriter.Write(own, session.Number, 0, message)), nowMs);

    private bool Queue(ReadOnlySpan<byte> frame)
    {
        var bytesMax = Cobs.EncodedBytesMax(frame.Length) + 2;
        if (OutputBytesMax - OutputBytes < bytesMax)
        {
            FramesDropped++;
            return false;
        }

        if (OutputBytesMax - outputTo < bytesMax)
        {
            output.AsSpan(outputFrom, OutputBytes).CopyTo(output);
            (outputFrom, outputTo) = (0, OutputBytes);
        }

        if (outputTo == outputFrom)
        {
            output[outputTo++] = 0; // the line may have been silent: noise on it must not become part of this frame (SPEC clause 3.3)
        }

        outputTo += Cobs.Encode(frame, output.AsSpan(outputTo));
        output[outputTo++] = 0;
        return true;
    }
}
