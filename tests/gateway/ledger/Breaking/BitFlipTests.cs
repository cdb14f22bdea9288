using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Tests.Simulation;
using TaserTelemetry.Ledger.Verifying;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Ledger.Tests.Breaking;

public sealed class BitFlipTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly LogPlace Place = LogPlace.Ledger("/data");

    [Fact, Trait("Campaign", "ledger-flips")]
    public void Every_flipped_bit_of_a_small_ledger_is_found()
    {
        var files = Write(groups: 3, itemsMax: 3, seed: 5);
        var targets = Targets(files).ToArray();
        // the zeros behind the last record are many and alike: in the ordinary run every eleventh of those is taken
        var flips = (from target in targets from bit in Enumerable.Range(0, 8 * target.Bytes.Length) select (target, bit)).Where(flip =>
            Campaign.Is("ledger-flips") || flip.target.Bytes[flip.bit / 8] != 0 || flip.bit % 11 == 0
        );
        Assert.True(targets.Length >= 6);
        Parallel.ForEach(flips, flip => AssertFound(files, flip.target, flip.bit));
        if (Campaign.Is("ledger-flips"))
            Console.WriteLine(
                $"CAMPAIGN ledger-flips: every bit of a ledger of {targets.Length} files, {flips.Count():N0} flips, all found"
            );
    }

    [Fact, Trait("Campaign", "ledger-flips")]
    public void Seeded_bit_flips_of_a_larger_ledger_are_found_and_located()
    {
        var files = Write(groups: 120, itemsMax: 8, seed: 6);
        var targets = Targets(files).ToArray();
        var random = new Random((int)Campaign.Seed);
        var flips = Enumerable
            .Range(0, Campaign.Is("ledger-flips") ? 20_000 : 150)
            .Select(_ => targets[random.Next(targets.Length)])
            .Select(target => (target, random.Next(8 * target.Bytes.Length)))
            .ToArray();
        Parallel.ForEach(flips, flip => AssertFound(files, flip.target, flip.Item2));
        if (Campaign.Is("ledger-flips"))
            Console.WriteLine($"CAMPAIGN ledger-flips seed {Campaign.Seed}: {flips.Length:N0} seeded flips, all found and located");
    }

    private static void AssertFound(IReadOnlyList<(string Path, byte[] Bytes)> files, (string Path, byte[] Bytes) target, int bit)
    {
        var disk = new SimulatedDisk(1);
        foreach (var (path, bytes) in files)
            disk.Put(path, bytes);
        var flipped = target.Bytes.ToArray();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        disk.Put(target.Path, flipped);
        var result = LedgerVerifier.Run(new VerifyOptions(Place) { Disk = disk, Threads = 1 });
        if (target.Path.EndsWith(".snap", StringComparison.Ordinal))
        {
            Assert.Equal([Path.GetFileName(target.Path)], result.DamagedDerived.Select(derived => derived.File));
            Assert.True(result.IsIntact); // nothing rests on a derived file
            return;
        }
        var zeroed = result.Zeroed.Count > 0;
        Assert.True(!result.IsIntact || zeroed, $"{target.Path} byte {bit / 8} bit {bit % 8} went unseen");
        if (target.Path.EndsWith(".seg", StringComparison.Ordinal))
            Assert.Contains(
                result.Problems,
                problem => problem.File == Path.GetFileName(target.Path) || problem.Area == VerifyArea.Segment
            );
    }

    /// <summary>Keys lie outside DATA.</summary>
    private static IEnumerable<(string Path, byte[] Bytes)> Targets(IEnumerable<(string Path, byte[] Bytes)> files) =>
        files.Where(file => file.Path.StartsWith("/data/", StringComparison.Ordinal));

    private static List<(string Path, byte[] Bytes)> Write(int groups, int itemsMax, int seed)
    {
        var disk = new SimulatedDisk(1);
        var random = new Random(seed);
        using (
            var log = TamperEvidentLog.Open(
                new LogOptions(Place, "/keys")
                {
                    Disk = disk,
                    SegmentBytes = 4096,
                    PrepareAhead = false,
                }
            )
        )
        {
            for (var i = 0; i < groups; i++)
            {
                Assert.Equal(AppendStatus.Durable, log.Append(SampleItems.Group(random, random.Next(1, itemsMax + 1), 100)).Status);
                if (i % 40 == 1)
                    log.TrySign(Noon.AddHours(i));
            }
            log.TrySign(Noon.AddYears(1), stopping: true);
        }
        return [.. disk.Files.Select(file => (file.Path, file.Bytes))];
    }
}
