using System.Numerics;
using System.Runtime.Intrinsics;

namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>
/// Consistent Overhead Byte Stuffing (Cheshire and Baker 1999), as SPEC clause 3.2: no zero inside, so that a zero ends a frame and a
/// receiver that lost its place finds it again at the next zero.
/// </summary>
public static class Cobs
{
    private const int RunMax = 254;

    // Event records are full of zeros, so most runs are a few bytes long: those are moved as one vector, whatever their length, and what is
    // moved too much is written over by what follows.
    private const int VectorBytes = 16;
    private const int CopyBytes = 512;

    /// <summary>Bytes that so many bytes can take once encoded, without the closing zero.</summary>
    public static int EncodedBytesMax(int bytes) => bytes + 1 + (bytes / RunMax);

    /// <summary>Encodes without the closing zero and answers the bytes written. A destination too short is a programming error.</summary>
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (TryEncodeShortRuns(source, destination))
        {
            return source.Length + 1;
        }

        var at = 0;
        var start = 0;
        for (var block = 0; block < source.Length; block += VectorBytes)
        {
            var zeros = ZerosIn(source, block);
            for (; zeros != 0; zeros &= zeros - 1)
            {
                var zero = block + BitOperations.TrailingZeroCount(zeros);
                at = WriteFullRuns(source, ref start, zero, destination, at);
                at = WriteRun(source, start, zero - start, destination, at);
                start = zero + 1;
            }
        }

        // The last run ends with the frame; of a frame that ends in a full run nothing is left to say.
        var before = at;
        at = WriteFullRuns(source, ref start, source.Length, destination, at);
        return start == source.Length && at > before ? at : WriteRun(source, start, source.Length - start, destination, at);
    }

    /// <summary>
    /// Decodes one stretch without its closing zero. Answers the bytes written, or -1 where a run points past the end, a zero stands
    /// inside, or the destination is shorter than the stretch less one. Never throws.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> untrusted, Span<byte> destination)
    {
        if (destination.Length < untrusted.Length - 1 || untrusted.Contains((byte)0))
        {
            return -1;
        }

        if (untrusted.IsEmpty)
        {
            return 0;
        }

        return TryDecodeShortRuns(untrusted, destination, out var decoded) ? decoded : DecodeByWalking(untrusted, destination);
    }

    // Where no run is full, the decoded bytes are the encoded ones, one place down, with a zero where a code stood. False where one is full.
    private static bool TryDecodeShortRuns(ReadOnlySpan<byte> untrusted, Span<byte> destination, out int decoded)
    {
        decoded = -1;
        int code = untrusted[0];
        if (code > RunMax || !Vector128.IsHardwareAccelerated || !BitConverter.IsLittleEndian)
        {
            return false;
        }

        Span<byte> scratch = stackalloc byte[CobsLanes.Bytes];
        var next = code - 1;
        var window = 1;
        for (; untrusted.Length - window >= VectorBytes; window += VectorBytes)
        {
            var bytes = Vector128.Create(untrusted.Slice(window, VectorBytes));
            CobsLanes.FollowCodes(bytes, scratch);
            var codes = CobsLanes.CodesFrom(scratch, ref next);
            if (Vector128.EqualsAny(bytes & codes, Vector128<byte>.AllBitsSet))
            {
                return false;
            }

            Vector128.AndNot(bytes, codes).CopyTo(destination.Slice(window - 1, VectorBytes));
        }

        for (; window < untrusted.Length; window++, next--)
        {
            code = untrusted[window];
            destination[window - 1] = next == 0 ? (byte)0 : untrusted[window];
            if (next == 0)
            {
                if (code > RunMax)
                {
                    return false;
                }

                next = code;
            }
        }

        decoded = next == 0 ? untrusted.Length - 1 : -1;
        return true;
    }

    private static int DecodeByWalking(ReadOnlySpan<byte> untrusted, Span<byte> destination)
    {
        // The decoded bytes are the encoded ones, one place down, with a zero where a code stood: so they are copied in large pieces, and the
        // walk from code to code only writes zeros. A full run's code stands for no zero and moves what follows one more place down.
        var copied = 1;
        var down = 1;
        int code = untrusted[0];
        var at = code;
        while (at < untrusted.Length)
        {
            if (code > RunMax)
            {
                Copy(untrusted, ref copied, at, destination, down);
                copied = at + 1;
                down++;
                code = untrusted[at];
                at += code;
                continue;
            }

            if (at >= copied)
            {
                Copy(untrusted, ref copied, Math.Min(at + CopyBytes, untrusted.Length), destination, down);
            }

            destination[at - down] = 0;
            code = untrusted[at];

            // In event records a zero mostly follows a zero: said as a branch, the processor walks on without waiting for the code.
            if (code == 1)
            {
                at++;
            }
            else
            {
                at += code;
            }
        }

        if (at > untrusted.Length)
        {
            return -1;
        }

        Copy(untrusted, ref copied, untrusted.Length, destination, down);
        return untrusted.Length - down;
    }

    private static void Copy(ReadOnlySpan<byte> source, ref int copied, int to, Span<byte> destination, int down)
    {
        if (to > copied)
        {
            source[copied..to].CopyTo(destination[(copied - down)..]);
            copied = to;
        }
    }

    // Where no run is full, which is nearly always, the encoded bytes are the bytes one place up, with a code where a zero stood. A code says
    // how far the next zero is, so the walk goes from the end to the start.
    private static bool TryEncodeShortRuns(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var run = 0;
        var whole = source.Length - (source.Length % VectorBytes);
        for (var index = source.Length - 1; index >= whole; index--)
        {
            destination[index + 1] = source[index] == 0 ? (byte)(run + 1) : source[index];
            run = source[index] == 0 ? 0 : run + 1;
        }

        for (var block = whole - VectorBytes; block >= 0; block -= VectorBytes)
        {
            var bytes = Vector128.Create(source.Slice(block, VectorBytes));
            var isZero = Vector128.Equals(bytes, Vector128<byte>.Zero);
            var zeros = isZero.ExtractMostSignificantBits();
            if (zeros == 0)
            {
                bytes.CopyTo(destination.Slice(block + 1, VectorBytes));
                run += VectorBytes;
                continue;
            }

            if (VectorBytes - 1 - BitOperations.Log2(zeros) + run >= RunMax)
            {
                return false;
            }

            var codes = CobsLanes.CodesOfZeros(isZero, run);
            Vector128.ConditionalSelect(isZero, codes, bytes).CopyTo(destination.Slice(block + 1, VectorBytes));
            run = BitOperations.TrailingZeroCount(zeros);
        }

        if (run >= RunMax)
        {
            return false;
        }

        destination[0] = (byte)(run + 1);
        return true;
    }

    private static uint ZerosIn(ReadOnlySpan<byte> source, int block)
    {
        if (source.Length - block >= VectorBytes)
        {
            return Vector128.Equals(Vector128.Create(source.Slice(block, VectorBytes)), Vector128<byte>.Zero).ExtractMostSignificantBits();
        }

        var zeros = 0u;
        for (var index = block; index < source.Length; index++)
        {
            zeros |= source[index] == 0 ? 1u << (index - block) : 0;
        }

        return zeros;
    }

    private static int WriteFullRuns(ReadOnlySpan<byte> source, ref int start, int end, Span<byte> destination, int at)
    {
        while (end - start >= RunMax)
        {
            at = WriteRun(source, start, RunMax, destination, at);
            start += RunMax;
        }

        return at;
    }

    private static int WriteRun(ReadOnlySpan<byte> source, int start, int run, Span<byte> destination, int at)
    {
        destination[at] = (byte)(run + 1);
        Move(source, start, run, destination, at + 1);
        return at + 1 + run;
    }

    private static void Move(ReadOnlySpan<byte> source, int from, int count, Span<byte> destination, int to)
    {
        if (count <= VectorBytes && source.Length - from >= VectorBytes && destination.Length - to >= VectorBytes)
        {
            Vector128.Create(source.Slice(from, VectorBytes)).CopyTo(destination.Slice(to, VectorBytes));
        }
        else
        {
            source.Slice(from, count).CopyTo(destination[to..]);
        }
    }
}
