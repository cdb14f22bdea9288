namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>What the deframer found.</summary>
public enum DeframerStatus
{
    /// <summary>All bytes are taken; a stretch may be half-way.</summary>
    NeedsMore,

    /// <summary>A stretch decoded to a whole frame.</summary>
    Frame,

    /// <summary>A frame whose header passed and whose check did not: to be asked for again by number.</summary>
    Damaged,

    /// <summary>A stretch that never passed a header check.</summary>
    Noise,
}

/// <summary>One thing found on a serial line. Its bytes are valid until the deframer's next call.</summary>
public readonly ref struct Deframed
{
    internal Deframed(DeframerStatus status, Reason reason, FrameHeader header, ReadOnlySpan<byte> bytes, int stretchBytes)
    {
        Status = status;
        Reason = reason;
        Header = header;
        Bytes = bytes;
        StretchBytes = stretchBytes;
    }

    /// <summary>What was found.</summary>
    public DeframerStatus Status { get; }

    /// <summary>Why not a frame.</summary>
    public Reason Reason { get; }

    /// <summary>The header, of a frame or a damaged one.</summary>
    public FrameHeader Header { get; }

    /// <summary>A frame's bytes after decoding; of noise the first bytes as they came, as many as the buffer keeps.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Bytes the stretch took on the line, without its zero: of noise this may be more than <see cref="Bytes"/> keeps.</summary>
    public int StretchBytes { get; }

    /// <summary>The frame. Only meaningful when <see cref="Status"/> is <see cref="DeframerStatus.Frame"/>.</summary>
    public Frame Frame => new(Header, Bytes);
}

/// <summary>
/// Finds frames in the bytes of a serial line, however they are split or fused (SPEC clause 3). Two buffers of fixed size; a stretch
/// longer than any frame is counted as noise and let go of until the next zero.
/// </summary>
public sealed class SerialDeframer
{
    private readonly byte[] stretch;
    private readonly byte[] decoded;
    private readonly int payloadBytesMax;
    private int kept;
    private long seen;

    /// <summary>A deframer for frames with at most so many payload bytes, 0 to <see cref="Limits.MqttPayloadBytesMax"/>.</summary>
    public SerialDeframer(int payloadBytesMax = Limits.SerialPayloadBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadBytesMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytesMax, Limits.MqttPayloadBytesMax);
        this.payloadBytesMax = payloadBytesMax;
        var frameBytesMax = FrameHeader.Bytes + payloadBytesMax + FrameHeader.CheckBytes;
        stretch = new byte[Cobs.EncodedBytesMax(frameBytesMax)];
        decoded = new byte[stretch.Length];
    }

    /// <summary>Bytes of a stretch that is half-way.</summary>
    public long PendingBytes => seen;

    /// <summary>
    /// Takes bytes up to and including the next zero and says what they were; what is left stays in <paramref name="untrusted"/>.
    /// To be called until it answers <see cref="DeframerStatus.NeedsMore"/>.
    /// </summary>
    public Deframed Next(ref ReadOnlySpan<byte> untrusted)
    {
        while (true)
        {
            var zero = untrusted.IndexOf((byte)0);
            if (zero < 0)
            {
                Keep(untrusted);
                untrusted = default;
                return default;
            }

            var part = untrusted[..zero];
            untrusted = untrusted[(zero + 1)..];
            if (seen == 0 && part.Length <= stretch.Length)
            {
                if (part.IsEmpty)
                {
                    continue; // zeros between frames mean nothing (SPEC clause 3.3)
                }

                return Judge(part, part.Length);
            }

            Keep(part);
            var all = seen;
            var whole = stretch.AsSpan(0, kept);
            Forget();
            return all > whole.Length
                ? new(DeframerStatus.Noise, Reason.FrameTooLong, default, whole, Saturated(all))
                : Judge(whole, whole.Length);
        }
    }

    /// <summary>The line went away or fell silent: what is half-way is noise (SPEC clause 3.4). Answers it, or nothing.</summary>
    public Deframed Flush()
    {
        if (seen == 0)
        {
            return default;
        }

        var all = seen;
        var whole = stretch.AsSpan(0, kept);
        Forget();
        return new(DeframerStatus.Noise, Reason.FrameCutShort, default, whole, Saturated(all));
    }

    private static int Saturated(long bytes) => (int)Math.Min(bytes, int.MaxValue);

    private Deframed Judge(ReadOnlySpan<byte> encoded, int stretchBytes)
    {
        var length = Cobs.Decode(encoded, decoded);
        if (length < 0)
        {
            return new(DeframerStatus.Noise, Reason.CobsBroken, default, encoded, stretchBytes);
        }

        var read = FrameReader.Read(decoded.AsSpan(0, length), payloadBytesMax);
        return read.Status switch
        {
            ReadStatus.Done when read.Bytes.Length == length => new(
                DeframerStatus.Frame,
                Reason.None,
                read.Header,
                read.Bytes,
                stretchBytes
            ),
            ReadStatus.Done => new(DeframerStatus.Damaged, Reason.FrameRunsOn, read.Header, decoded.AsSpan(0, length), stretchBytes),
            ReadStatus.FrameRejected => new(
                DeframerStatus.Damaged,
                read.Rejection.Reason,
                read.Header,
                decoded.AsSpan(0, length),
                stretchBytes
            ),
            ReadStatus.Incomplete when length >= FrameHeader.Bytes => new(
                DeframerStatus.Damaged,
                Reason.FrameCutShort,
                read.Header,
                decoded.AsSpan(0, length),
                stretchBytes
            ),
            ReadStatus.Incomplete => new(DeframerStatus.Noise, Reason.FrameCutShort, default, encoded, stretchBytes),
            _ => new(DeframerStatus.Noise, read.Rejection.Reason, default, encoded, stretchBytes),
        };
    }

    private void Keep(ReadOnlySpan<byte> part)
    {
        var room = Math.Min(part.Length, stretch.Length - kept);
        part[..room].CopyTo(stretch.AsSpan(kept));
        kept += room;
        seen += part.Length;
    }

    private void Forget()
    {
        kept = 0;
        seen = 0;
    }
}
