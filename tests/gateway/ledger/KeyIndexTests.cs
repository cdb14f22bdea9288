using CsCheck;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Tests.Simulation;

namespace TaserTelemetry.Ledger.Tests;

public sealed class KeyIndexTests
{
    [Fact]
    public void Every_key_is_found_with_all_its_records_and_no_other_is() =>
        Gen.Int[0, 400]
            .Select(Gen.Int, Gen.Int[1, 64])
            .Sample(
                (count, seed, spread) =>
                {
                    var disk = new SimulatedDisk(1);
                    var index = Prepare(disk);
                    var random = new Random(seed);
                    // few or many of one key, spread over all values or pressed together
                    var entries = Enumerable.Range(0, count).Select(i => new KeyIndexEntry(Key(random, spread), (ulong)i)).ToArray();
                    index.Write(0, 500, [.. entries]);
                    foreach (var group in entries.GroupBy(entry => entry.Key))
                        Assert.Equal(group.Select(entry => entry.Index), index.Find(group.Key, group.Key));
                    Assert.Empty(index.Find(UInt128.MaxValue, UInt128.MaxValue));
                    Assert.Empty(index.Find(0, 0));
                },
                iter: 200
            );

    [Fact]
    public void A_damaged_or_missing_index_is_named_for_making_again()
    {
        var disk = new SimulatedDisk(1);
        var index = Prepare(disk);
        Assert.Equal([(0UL, 500UL)], index.Missing());
        index.Write(0, 500, [new KeyIndexEntry(7, 1)]);
        Assert.Empty(index.Missing());
        var (path, bytes) = disk.Files.Single(file => file.Path.EndsWith(".idx", StringComparison.Ordinal));
        disk.Put(path, bytes.AsSpan(0, bytes.Length - 1));
        Assert.Equal([(0UL, 500UL)], index.Missing());
        Assert.Empty(index.Find(7, 7));
    }

    [Fact]
    public void Every_flipped_bit_of_an_index_is_told_and_none_of_a_good_one()
    {
        var disk = new SimulatedDisk(1);
        var index = Prepare(disk);
        index.Write(0, 500, [new KeyIndexEntry(7, 1), new KeyIndexEntry(9, 4)]);
        Assert.Empty(index.Damaged());
        var (path, bytes) = disk.Files.Single(file => file.Path.EndsWith(".idx", StringComparison.Ordinal));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            disk.Put(path, flipped);
            Assert.Equal([Path.GetFileName(path)], index.Damaged());
            var opened = new KeyIndex(disk, "/j", default); // what was whole once is not read again
            Assert.Equal([(0UL, 500UL)], opened.Missing());
            Assert.Empty(opened.Find(7, 9));
        }
    }

    private static UInt128 Key(Random random, int bits) => (((UInt128)(ulong)random.NextInt64() << 64) >> (bits - 1)) | 1;

    private static KeyIndex Prepare(SimulatedDisk disk)
    {
        disk.Put("/j/" + JournalFormat.SegmentName(0), [1]);
        disk.Put("/j/" + JournalFormat.SegmentName(500), [1]);
        return new KeyIndex(disk, "/j", default);
    }
}
