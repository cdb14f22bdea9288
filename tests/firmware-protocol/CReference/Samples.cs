using System.Globalization;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>Values drawn from a seed, with the awkward ones (zero, all ones, longest, empty) drawn often.</summary>
internal sealed class Samples(int seed)
{
    private const string NameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    private readonly Random random = new(seed);

    public static string Hex(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? "-" : Convert.ToHexString(bytes);

    public static string Hex(string text) => Hex(Encoding.ASCII.GetBytes(text));

    /// <summary>Numbers and texts as the probe prints them.</summary>
    public static string Line(params IEnumerable<object> tokens) =>
        string.Join(' ', tokens.Select(token => Convert.ToString(token, CultureInfo.InvariantCulture)));

    public int Int(int below) => random.Next(below);

    public bool Bool() => random.Next(2) == 0;

    public ulong U64() =>
        random.Next(4) switch
        {
            0 => 0,
            1 => ulong.MaxValue,
            2 => (ulong)random.Next(1000),
            _ => (ulong)random.NextInt64(),
        };

    public uint U32() => unchecked((uint)U64());

    public ushort U16() => unchecked((ushort)U64());

    public byte U8() => unchecked((byte)U64());

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    public string Name() => Text(NameLetters, 1);

    public string Serial() => Text(Printable(0x21), 1);

    public string SerialOrNone() => Text(Printable(0x21), 0);

    public string Label() => Text(Printable(0x20), 0);

    public string Topic() =>
        Text(Printable(0x21).Replace("+", "", StringComparison.Ordinal).Replace("#", "", StringComparison.Ordinal), 0, 160);

    public Epoch Epoch() => new(U32(), U64());

    public Nonce Nonce() => Bool() ? default : new(U64(), U64());

    public Hash32 Hash() => Bool() ? default : Hash32.From(Bytes(Limits.HashBytes));

    public Signature Signature() => Bool() ? default : new((SignatureAlgorithm)(1 + Int(2)), Bytes(Limits.SignatureBytes));

    public LogKey LogKey() => new(Serial(), (LogKind)U8(), Epoch());

    public Credit Credit() => new(U16(), U32());

    public SequenceRanges Ranges()
    {
        var ranges = new SequenceRange[Int(Limits.RangesMax + 1)];
        var at = Bool() ? 0 : U64() / 2;
        for (var index = 0; index < ranges.Length; index++)
        {
            ranges[index] = new(at, (uint)(1 + Int(int.MaxValue)));
            at = ranges[index].Next + 1 + (ulong)Int(1000);
        }

        return SequenceRanges.Of(ranges);
    }

    private static string Printable(int from) => string.Concat(Enumerable.Range(from, 0x7F - from).Select(code => (char)code));

    private string Text(string letters, int bytesMin, int bytesMax = Limits.TextBytesMax)
    {
        var length = Int(4) == 0 ? bytesMax : bytesMin + Int(bytesMax - bytesMin + 1);
        return string.Create(length, (random, letters), (span, draw) => draw.random.GetItems(draw.letters.AsSpan(), span));
    }
}
