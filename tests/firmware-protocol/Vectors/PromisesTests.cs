using CsCheck;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Fuzz;
using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>The fuzzer's promises, in every test run: on what earlier runs of it kept, on any bytes, and on right bytes bent a little.</summary>
public sealed class PromisesTests
{
    private static readonly byte[][] Seeded = [.. Seeds.All()];

    private static long Times => Campaign.Is("decoder") ? 20_000_000 : 20_000;

    [Fact]
    public void Every_input_that_a_fuzzer_kept_holds_every_promise()
    {
        Assert.True(Seeded.Length > 300, $"only {Seeded.Length} seeds");
        Assert.All(Seeded, seed => DecoderPromises.Hold(seed));
        Assert.Equal(DecoderPromises.Doors, Seeded.Select(seed => seed[0] % DecoderPromises.Doors).Distinct().Count());
    }

    [Fact]
    [Trait("Campaign", "decoder")]
    public void Any_bytes_through_any_door_hold_every_promise() =>
        Gen.Select(
                Gen.Byte[0, DecoderPromises.Doors - 1],
                Gen.OneOf(Gen.Byte.Array[0, 300], Gen.Byte[0, 40].Array[0, Limits.SerialFrameBytesMax * 2])
            )
            .Sample((door, bytes) => DecoderPromises.Hold([door, .. bytes]), iter: Times);

    [Fact]
    [Trait("Campaign", "decoder")]
    public void Right_bytes_bent_a_little_hold_every_promise() =>
        Gen.Select(
                Gen.Int[0, Seeded.Length - 1],
                Gen.Select(Gen.Int[0, 9_000], Gen.OneOf(Gen.Byte, Gen.Byte[0, 1], Gen.Const((byte)255))).Array[1, 4],
                Gen.Int[0, 60]
            )
            .Sample(
                (pick, edits, cut) =>
                {
                    byte[] bent = [.. Seeded[pick][..Math.Max(1, Seeded[pick].Length - Math.Max(0, cut - 40))], 0];
                    foreach (var (at, to) in edits)
                    {
                        bent[1 + (at % (bent.Length - 1))] = to;
                    }

                    DecoderPromises.Hold(bent);
                },
                iter: Times
            );
}
