using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.Scenarios;
using TaserTelemetry.Simulator.Truth;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>Run alone: what other tests hold would be counted.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTestsAlone;

/// <summary>A history's memory does not grow with its time: what grows lies in a scratch file without a name.</summary>
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("taser-sim-spool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Four_times_the_days_are_held_in_the_same_memory_and_lie_on_disk()
    {
        var (shortHeld, shortOnDisk) = HeldAfter(days: 60);
        var (longHeld, longOnDisk) = HeldAfter(days: 240);
        Assert.True(longOnDisk > 3 * shortOnDisk, $"{shortOnDisk} bytes on disk, then {longOnDisk}");
        // what is left to grow is where things lie: 16 bytes for 32 records, 4 for a visit; with reports and their uses
        var grown = longHeld - shortHeld;
        Assert.True(grown * 8 < longOnDisk - shortOnDisk, $"{grown} bytes more held for {longOnDisk - shortOnDisk} more on disk");
    }

    [Fact]
    public void A_history_that_lies_on_disk_has_the_bytes_of_one_that_is_held()
    {
        var scenario = Runs.Ready("packs-docked-late");
        using var held = ForceHistory.Make(scenario, 7, Runs.EndUtcMs);
        using var spool = new Spool(heldBytesMax: 0, _folder);
        using var onDisk = ForceHistory.Make(scenario, 7, Runs.EndUtcMs, spool);
        Assert.Equal(0, held.Spool.FileBytes);
        Assert.True(spool.FileBytes > 0);
        Assert.Equal(Hashes(held), Hashes(onDisk));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2 * Spool.PieceBytesMax)]
    public void Pieces_are_read_back_as_they_were_added_wherever_they_lie(long heldBytesMax)
    {
        using var spool = new Spool(heldBytesMax, _folder);
        var pieces = Enumerable
            .Range(0, 40)
            .Select(i => Enumerable.Repeat((byte)i, 1 + i * 1_500 % Spool.PieceBytesMax).ToArray())
            .ToList();
        pieces.Add(new byte[Spool.PieceBytesMax]);
        var places = pieces.ConvertAll(p => spool.Append(p));
        Assert.True(spool.FileBytes > 0 && spool.HeldBytes <= heldBytesMax + 2 * Spool.PieceBytesMax);
        for (var i = 0; i < pieces.Count; i++)
        {
            var read = new byte[pieces[i].Length];
            spool.Read(places[i], read);
            Assert.Equal(pieces[i], read);
        }

        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Throws<ArgumentOutOfRangeException>(() => spool.Append(new byte[Spool.PieceBytesMax + 1]));
    }

    [Fact]
    public void A_folder_without_room_for_the_scratch_file_is_named_with_what_to_do()
    {
        using var spool = new Spool(0, Path.Combine(_folder, "no", "such"));
        spool.Append(new byte[Spool.PieceBytesMax]);
        var wrong = Assert.Throws<IOException>(() => spool.Append([1]));
        Assert.Contains("TMPDIR", wrong.Message, StringComparison.Ordinal);
    }

    private (long Held, long OnDisk) HeldAfter(int days)
    {
        var scenario = Runs.Ready("county-year") with { Days = days };
        using var spool = new Spool(heldBytesMax: 0, _folder);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var history = ForceHistory.Make(scenario, 1, Runs.EndUtcMs, spool);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(history);
        return (held, spool.FileBytes);
    }

    private static List<string> Hashes(History history)
    {
        using var capture = new MemoryStream();
        CaptureOutput.Write(capture, history);
        using var truth = new MemoryStream();
        TruthFile.Write(truth, history);
        return [Runs.Hash(capture.ToArray()), Runs.Hash(truth.ToArray())];
    }
}
