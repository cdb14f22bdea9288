using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Link;

/// <summary>
/// One end of a serial line, either one, as a state machine: bytes, frames and times go in; frames, the bytes to write and the time to wake
/// come out (SPEC clause 3). It cuts the line's bytes into frames and finds its place again after anything; it puts frames on the line no
/// faster than the line takes them; it says when the line has fallen silent. What a frame says is for the docking session above, with its
/// <see cref="SendWindow"/>. Fixed buffers, and nothing else grows. No clock, no I/O; calls must not overlap. Times are milliseconds of any
/// monotonic clock.
/// </summary>
public sealed class SerialLink
{
    /// <summary>Bytes that may wait for the line: about 6 s at 115,200 baud. What does not fit is not sent, and is said again when it is missed.</summary>
    public const int OutputBytesMax = 65_536;

    /// <summary>A dock's line has room for the next frame while less than so many milliseconds of it are still to be sent.</summary>
    public const int LeadMs = 80;

    private const int BitsPerByte = 10; // 8N1: a start bit, eight of data, a stop bit (SPEC clause 3.1)

    private readonly int bitsPerSecond;
    private readonly SerialDeframer deframer = new();
    private readonly byte[] output = new byte[OutputBytesMax];
    private int outputFrom;
    private int outputTo;
    private double lineBusyUntilMs;
    private long lastByteMs;
    private long lastFrameMs = long.MaxValue;

    /// <summary>
    /// One end of a line that has just been opened: nothing carries over from an earlier opening. With <paramref name="bitsPerSecond"/> it
    /// hands out bytes no faster than the line takes them, so that timers run from when a frame really leaves, however much the operating
    /// system would buffer; 0 = as fast as asked.
    /// </summary>
    public SerialLink(long nowMs, int bitsPerSecond = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bitsPerSecond);
        this.bitsPerSecond = bitsPerSecond;
        lastByteMs = nowMs;
        lineBusyUntilMs = nowMs;
    }

    /// <summary>Bytes that wait for the line, at most <see cref="OutputBytesMax"/>.</summary>
    public int OutputBytes => outputTo - outputFrom;

    /// <summary>Frames that found no room among the bytes that wait.</summary>
    public long FramesDropped { get; private set; }

    /// <summary>Whether the line can take another frame about now: nothing waits, and what was handed out has nearly left.</summary>
    public bool IsReady(long nowMs) => OutputBytes == 0 && lineBusyUntilMs - nowMs < LeadMs;

    /// <summary>
    /// Whether the other side is taken to be gone: whole frames came, and then none for 35 s (SPEC clause 8.5). Noise is no sign of life.
    /// Where either side has just ended the session or put it off, silence is what was agreed, and means nothing until a frame comes.
    /// </summary>
    public bool IsSilent(long nowMs) => lastFrameMs != long.MaxValue && nowMs - lastFrameMs >= Limits.SilenceMs;

    /// <summary>
    /// Takes bytes as they came off the line, up to the end of one thing found; what is left stays in <paramref name="untrusted"/>. To be
    /// called until it answers <see cref="DeframerStatus.NeedsMore"/>. The answer's bytes are valid until the next call.
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
            lastFrameMs = AgreesToSilence(found.Header.Type) ? long.MaxValue : nowMs;
        }

        return found;
    }

    /// <summary>
    /// Queues one or more whole frames of serial size for the line; anything else throws, since only a program's fault could ask for it.
    /// False where one of them found no room: the rest was not queued, and the session above says it again in time.
    /// </summary>
    public bool Send(ReadOnlySpan<byte> frames)
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

            lastFrameMs = AgreesToSilence(read.Header.Type) ? long.MaxValue : lastFrameMs;
            frames = frames[read.Bytes.Length..];
        }

        return true;
    }

    /// <summary>
    /// What time brings: the end of a stretch that nobody finished within 35 s, so that what comes after is not taken for its other half
    /// (SPEC clause 3.4). Answers it as noise, else <see cref="DeframerStatus.NeedsMore"/>. To be called at <see cref="DueMs"/>, and
    /// harmless at any other time.
    /// </summary>
    public Deframed Tick(long nowMs) => deframer.PendingBytes > 0 && nowMs - lastByteMs >= Limits.SilenceMs ? deframer.Flush() : default;

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

    /// <summary>
    /// When <see cref="Tick"/>, <see cref="IsSilent"/>, <see cref="Output"/> or <see cref="IsReady"/> next has another answer by time alone;
    /// <see cref="long.MaxValue"/> = never.
    /// </summary>
    public long DueMs(long nowMs)
    {
        var due = deframer.PendingBytes > 0 ? lastByteMs + Limits.SilenceMs : long.MaxValue;
        if (lastFrameMs != long.MaxValue)
        {
            due = Math.Min(due, lastFrameMs + Limits.SilenceMs);
        }

        var free = (long)Math.Ceiling(lineBusyUntilMs) - LeadMs + 1;
        return free > nowMs ? Math.Min(due, free) : due;
    }

    private static bool AgreesToSilence(MessageType type) => type is MessageType.Goodbye or MessageType.Abort or MessageType.Busy;

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
