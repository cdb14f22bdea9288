using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>What became of a frame (SPEC clause 10.4).</summary>
public enum Verdict : byte
{
    /// <summary>Durable. Not listed in an Ack unless a reason goes with it.</summary>
    Stored = 0,

    /// <summary>Durable in quarantine: not to be sent again.</summary>
    KeptAside = 1,

    /// <summary>Not kept.</summary>
    Refused = 2,
}

/// <summary>A run of frame numbers (SPEC clause 8.17).</summary>
/// <param name="First">First frame number.</param>
/// <param name="Count">How many, not 0.</param>
public readonly record struct FrameRange(uint First, uint Count);

/// <summary>Verdict on one frame that was not simply stored (SPEC clause 8.17). 12 bytes.</summary>
/// <param name="Frame">Frame number.</param>
/// <param name="Verdict">What became of it; one that is not known is read as refused.</param>
/// <param name="Action">What the dock does.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">With Wait the milliseconds; else the byte of the frame that is wrong, or all ones = none.</param>
public readonly record struct FrameVerdict(uint Frame, Verdict Verdict, ReasonAction Action, Reason Reason, uint Detail)
{
    /// <summary>A detail of all ones says nothing.</summary>
    public const uint NoDetail = uint.MaxValue;
}

/// <summary>
/// Gateway to dock: what is durable (SPEC clause 8.17). There is no other ack, and it follows fsync. Frames below
/// <see cref="NextFrame"/> and those in <see cref="Frames"/> are dealt with: stored, unless a verdict says otherwise.
/// </summary>
public readonly struct Ack : IMessage<Ack>, IEquatable<Ack>
{
    private readonly FrameRange[]? frames;
    private readonly FrameVerdict[]? verdicts;

    /// <summary>An ack to send. Throws where ranges or verdicts are above their limit or a range is empty.</summary>
    public Ack(uint nextFrame, Credit credit, ReadOnlySpan<FrameRange> frames = default, ReadOnlySpan<FrameVerdict> verdicts = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frames.Length, Limits.RangesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(verdicts.Length, Limits.AckVerdictsMax);
        NextFrame = nextFrame;
        Credit = credit;
        this.frames = frames.ToArray();
        this.verdicts = verdicts.ToArray();
    }

    /// <inheritdoc />
    public static MessageType Type => MessageType.Ack;

    /// <summary>The lowest frame number not yet dealt with; all below are.</summary>
    public uint NextFrame { get; }

    /// <summary>Renewed credit.</summary>
    public Credit Credit { get; }

    /// <summary>Runs above <see cref="NextFrame"/> that are dealt with too, rising.</summary>
    public ReadOnlySpan<FrameRange> Frames => frames;

    /// <summary>Frames not simply stored, each told once.</summary>
    public ReadOnlySpan<FrameVerdict> Verdicts => verdicts;

    /// <summary>Equality of values.</summary>
    public static bool operator ==(Ack left, Ack right) => left.Equals(right);

    /// <summary>Equality of values.</summary>
    public static bool operator !=(Ack left, Ack right) => !left.Equals(right);

    /// <inheritdoc />
    public static Ack Read(ref PayloadReader reader)
    {
        var next = reader.U32();
        var credit = Credit.Read(ref reader);
        int rangeCount = reader.U8();
        int verdictCount = reader.U8();
        if (rangeCount > Limits.RangesMax)
        {
            reader.Reject(Reason.TooManyRanges, 10);
        }

        if (verdictCount > Limits.AckVerdictsMax)
        {
            reader.Reject(Reason.TooManyItems, 11);
        }

        if (reader.Failed)
        {
            return default;
        }

        var readFrames = new FrameRange[rangeCount];
        for (var index = 0; index < rangeCount && !reader.Failed; index++)
        {
            readFrames[index] = ReadRange(ref reader, index == 0 ? next : readFrames[index - 1].First + readFrames[index - 1].Count);
        }

        var readVerdicts = new FrameVerdict[verdictCount];
        for (var index = 0; index < verdictCount && !reader.Failed; index++)
        {
            readVerdicts[index] = new(reader.U32(), (Verdict)reader.U8(), (ReasonAction)reader.U8(), (Reason)reader.U16(), reader.U32());
        }

        return reader.Failed ? default : new(next, credit, readFrames, readVerdicts);
    }

    /// <summary>Whether a frame number is dealt with by this ack.</summary>
    public bool Covers(uint frame)
    {
        if (frame < NextFrame)
        {
            return true;
        }

        foreach (var range in Frames)
        {
            if (frame >= range.First && frame - range.First < range.Count)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.U32(NextFrame);
        Credit.Write(ref writer);
        writer.U8((byte)Frames.Length);
        writer.U8((byte)Verdicts.Length);
        foreach (var range in Frames)
        {
            writer.U32(range.First);
            writer.U32(range.Count);
        }

        foreach (var verdict in Verdicts)
        {
            writer.U32(verdict.Frame);
            writer.U8((byte)verdict.Verdict);
            writer.U8((byte)verdict.Action);
            writer.U16((ushort)verdict.Reason);
            writer.U32(verdict.Detail);
        }
    }

    /// <inheritdoc />
    public bool Equals(Ack other) =>
        NextFrame == other.NextFrame
        && Credit == other.Credit
        && Frames.SequenceEqual(other.Frames)
        && Verdicts.SequenceEqual(other.Verdicts);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Ack other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(NextFrame, Credit, Frames.Length, Verdicts.Length);

    private static FrameRange ReadRange(ref PayloadReader reader, uint above)
    {
        var at = reader.Position;
        var range = new FrameRange(reader.U32(), reader.U32());
        if (reader.Failed)
        {
            return default;
        }

        if (range.Count == 0)
        {
            reader.Reject(Reason.RangeEmpty, at);
        }
        else if (range.First > uint.MaxValue - range.Count)
        {
            reader.Reject(Reason.RangeOverflow, at);
        }
        else if (range.First <= above)
        {
            // A run that touches what lies below it would have been said by a higher next frame, or by a longer run.
            reader.Reject(Reason.RangesOutOfOrder, at);
        }

        return range;
    }
}
