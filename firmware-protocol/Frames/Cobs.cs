namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>
/// Consistent Overhead Byte Stuffing (Cheshire and Baker 1999), as SPEC clause 3.2: no zero inside, so that a zero ends a frame and a
/// receiver that lost its place finds it again at the next zero.
/// </summary>
public static class Cobs
{
    private const int RunMax = 254;

    /// <summary>Bytes that so many bytes can take once encoded, without the closing zero.</summary>
    public static int EncodedBytesMax(int bytes) => bytes + 1 + (bytes / RunMax);

    /// <summary>Encodes without the closing zero and answers the bytes written. A destination too short is a programming error.</summary>
    public static int Encode(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var at = 0;
        while (true)
        {
            var window = source.Length > RunMax ? source[..RunMax] : source;
            var zero = window.IndexOf((byte)0);
            var run = zero < 0 ? window.Length : zero;
            destination[at] = (byte)(run + 1);
            source[..run].CopyTo(destination[(at + 1)..]);
            at += run + 1;
            if (zero >= 0)
            {
                source = source[(run + 1)..];
                continue;
            }

            source = source[run..];
            if (source.IsEmpty)
            {
                return at;
            }
        }
    }

    /// <summary>
    /// Decodes one stretch without its closing zero. Answers the bytes written, or -1 where a run points past the end, a zero stands
    /// inside, or the destination is too short. Never throws. <paramref name="destination"/> may be the source's own memory.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> untrusted, Span<byte> destination)
    {
        var written = 0;
        while (!untrusted.IsEmpty)
        {
            int code = untrusted[0];
            if (code == 0 || code > untrusted.Length)
            {
                return -1;
            }

            var run = untrusted[1..code];
            untrusted = untrusted[code..];
            var closes = code <= RunMax && !untrusted.IsEmpty;
            if (run.Length + (closes ? 1 : 0) > destination.Length - written || run.Contains((byte)0))
            {
                return -1;
            }

            run.CopyTo(destination[written..]);
            written += run.Length;
            if (closes)
            {
                destination[written++] = 0;
            }
        }

        return written;
    }
}
