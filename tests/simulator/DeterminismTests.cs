using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.Truth;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>
/// The same scenario, seed and end time give the same bytes, here and on every other machine: the hashes are pinned in
/// pinned-outputs.txt, so that a machine, runtime or library that differs is noticed.
/// </summary>
public sealed class DeterminismTests : IDisposable
{
    private const ulong Seed = 7;

    private readonly string _folder = Directory.CreateTempSubdirectory("taser-sim-hashes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("one-armoury-day")]
    [InlineData("tests-each-issue")]
    [InlineData("tests-rare")]
    [InlineData("dirty-reports")]
    [InlineData("packs-docked-late")]
    [InlineData("bad-clocks")]
    [InlineData("memory-wrap")]
    [InlineData("tampered-dock")]
    [InlineData("hostile-dock")]
    [InlineData("signed-docks")]
    public void Every_output_of_a_scenario_has_the_bytes_it_had_on_another_machine(string scenario)
    {
        var pinned = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "pinned-outputs.txt"))
            .Where(l => l.StartsWith(scenario + " ", StringComparison.Ordinal))
            .ToList();
        var made = Hashes(scenario, Seed);
        Assert.True(
            pinned.SequenceEqual(made),
            $"Where a change of these bytes is meant, put these lines into pinned-outputs.txt:\n{string.Join('\n', made.Except(pinned))}"
        );
    }

    [Fact]
    public void The_same_scenario_seed_and_end_give_the_same_bytes_twice_and_another_seed_gives_others()
    {
        var first = Hashes("one-armoury-day", 3);
        Assert.Equal(first, Hashes("one-armoury-day", 3));
        var other = Hashes("one-armoury-day", 4);
        Assert.All(["capture", "truth", "issues.csv", "reports.csv"], name => Assert.NotEqual(Of(first, name), Of(other, name)));
    }

    [Fact]
    public void Tables_that_are_handed_over_row_by_row_are_the_ones_that_are_held()
    {
        var history = Runs.Play("packs-docked-late");
        var held = new Paperwork(history).Tables;
        var taker = new Keeper();
        var handed = Paperwork.Write(history, taker);
        Assert.Equal(held.Select(t => (t.Name, t.Rows.Count)), handed.Select(t => (t.Name, t.Count)));
        Assert.Equal(held.SelectMany(t => t.Corruptions), handed.SelectMany(t => t.Corruptions));
        Assert.Equal(held.SelectMany(t => t.Rows).Select(Text), taker.Rows);
        Assert.All(handed, t => Assert.Empty(t.Rows));
    }

    private static string Text(DocumentRow row) =>
        string.Join('|', row.Truth) + " / " + (row.Written is null ? "not written" : string.Join('|', row.Written));

    private static string Of(IEnumerable<string> hashes, string name) =>
        hashes.Single(h => h.Contains(" " + name + " ", StringComparison.Ordinal));

    private List<string> Hashes(string scenario, ulong seed)
    {
        var history = Runs.Play(scenario, seed);
        var folder = Directory.CreateDirectory(Path.Combine(_folder, scenario));
        using (var taker = new DocumentFolder(folder, workbooks: false))
        {
            Paperwork.Write(history, taker);
        }

        return
        [
            Line(scenario, "capture", file => CaptureOutput.Write(file, history)),
            Line(scenario, "truth", file => TruthFile.Write(file, history)),
            .. folder
                .GetFiles("*.csv")
                .OrderBy(f => f.Name, StringComparer.Ordinal)
                .Select(f => $"{scenario} {f.Name} {Runs.Hash(File.ReadAllBytes(f.FullName))}"),
        ];
    }

    private static string Line(string scenario, string name, Action<Stream> write)
    {
        using var memory = new MemoryStream();
        write(memory);
        return $"{scenario} {name} {Runs.Hash(memory.ToArray())}";
    }

    private sealed class Keeper : IRowTaker
    {
        public List<string> Rows { get; } = [];

        public void Begin(DocumentTable table) { }

        public void Take(DocumentTable table, DocumentRow row) => Rows.Add(Text(row));

        public void End(DocumentTable table) { }
    }
}
