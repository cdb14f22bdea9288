using CsCheck;
using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Tests.Frames;

public sealed class CobsTests
{
    private static readonly Gen<byte[]> Bytes = Gen.OneOf(
        Gen.Byte.Array[0, 1_100],
        Gen.Byte[0, 2].Array[0, 1_100],
        Gen.Select(Gen.Int[0, 1_100], Gen.Int[250, 260], (length, every) => Sparse(length, every))
    );

    [Fact]
    public void What_is_encoded_has_no_zero_and_decodes_to_itself() =>
        Bytes.Sample(bytes =>
        {
            var encoded = new byte[Cobs.EncodedBytesMax(bytes.Length)];
            var length = Cobs.Encode(bytes, encoded);
            Assert.Equal(ByTheBook(bytes), encoded[..length]);
            var decoded = new byte[encoded.Length];
            Assert.Equal(bytes.Length, Cobs.Decode(encoded.AsSpan(0, length), decoded));
            Assert.Equal(bytes, decoded[..bytes.Length]);
        });

    [Fact]
    public void Any_bytes_decode_as_the_book_says_and_write_no_further() =>
        Bytes.Sample(bytes =>
        {
            var decoded = new byte[Math.Max(0, bytes.Length - 1) + 8];
            Array.Fill(decoded, (byte)0xA5);
            var length = Cobs.Decode(bytes, decoded.AsSpan(0, decoded.Length - 8));
            Assert.Equal(ByTheBookBack(bytes) ?? [], length < 0 ? [] : decoded[..length]);
            Assert.Equal(ByTheBookBack(bytes) is null, length < 0);
            Assert.All(decoded[^8..], b => Assert.Equal(0xA5, b));
        });

    [Fact]
    public void A_destination_that_is_too_short_is_not_written() => Assert.Equal(-1, Cobs.Decode([3, 1, 1, 1], new byte[2]));

    [Fact]
    public void The_checksum_is_that_of_the_book_at_every_length() =>
        Gen.Byte.Array[0, 4_000].Sample(bytes => Assert.Equal(BitByBit(bytes), Crc32C.Of(bytes)), iter: 300);

    private static byte[] Sparse(int length, int every) => [.. Enumerable.Range(1, length).Select(i => (byte)(i % every == 0 ? 0 : 7))];

    private static byte[] ByTheBook(byte[] bytes)
    {
        List<byte> encoded = [];
        var start = 0;
        while (true)
        {
            var run = 0;
            while (run < 254 && start + run < bytes.Length && bytes[start + run] != 0)
            {
                run++;
            }

            encoded.Add((byte)(run + 1));
            encoded.AddRange(bytes[start..(start + run)]);
            start += run;
            if (start < bytes.Length && run < 254)
            {
                start++;
            }
            else if (start == bytes.Length)
            {
                return [.. encoded];
            }
        }
    }

    private static byte[]? ByTheBookBack(byte[] encoded)
    {
        List<byte> decoded = [];
        var at = 0;
        while (at < encoded.Length)
        {
            int code = encoded[at++];
            if (code == 0 || at + code - 1 > encoded.Length || encoded.AsSpan(at, code - 1).Contains((byte)0))
            {
                return null;
            }

            decoded.AddRange(encoded[at..(at + code - 1)]);
            at += code - 1;
            if (code < 255 && at < encoded.Length)
            {
                decoded.Add(0);
            }
        }

        return [.. decoded];
    }

    private static uint BitByBit(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1;
            }
        }

        return ~crc;
    }
}
