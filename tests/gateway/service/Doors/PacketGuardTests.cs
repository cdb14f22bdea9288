using CsCheck;
using TaserTelemetry.Gateway.Ingest.Doors;

namespace TaserTelemetry.Gateway.Tests.Doors;

public sealed class PacketGuardTests
{
    private static readonly Gen<byte[]> Packet = Gen.Int[0, 300].Select(length => Encode(0x30, new byte[length]));

    [Fact]
    public void A_packet_at_the_limit_passes_and_one_byte_longer_does_not()
    {
        Assert.True(new PacketGuard(1_000).Accept(Encode(0x30, new byte[1_000])));
        Assert.False(new PacketGuard(1_000).Accept(Encode(0x30, new byte[1_001])));
    }

    [Fact]
    public void Five_bytes_that_claim_256_megabytes_are_refused_before_anything_is_allocated() =>
        Assert.False(new PacketGuard(1_024).Accept([0x10, 0xff, 0xff, 0xff, 0x7f]));

    [Fact]
    public void A_length_that_never_ends_is_refused() => Assert.False(new PacketGuard(int.MaxValue).Accept([0x10, 0x80, 0x80, 0x80, 0x80]));

    [Fact]
    public void Packets_within_the_limit_pass_however_they_are_cut() =>
        Gen.Select(Packet.Array[1, 8], Gen.Int[1, 40])
            .Sample(
                (packets, step) =>
                {
                    var guard = new PacketGuard(300);
                    var stream = packets.SelectMany(p => p).ToArray();
                    for (var at = 0; at < stream.Length; at += step)
                    {
                        Assert.True(guard.Accept(stream.AsSpan(at, Math.Min(step, stream.Length - at))));
                    }
                    Assert.False(guard.Accept(Encode(0x30, new byte[301])));
                }
            );

    private static byte[] Encode(byte type, byte[] body)
    {
        var head = new List<byte> { type };
        var length = body.Length;
        do
        {
            head.Add((byte)((length & 0x7f) | (length > 127 ? 0x80 : 0)));
            length >>= 7;
        } while (length > 0);
        return [.. head, .. body];
    }
}
