using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Tests;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>What runs leave in the ledger, by real processes: what was read, by which rules, and when the rules became others.</summary>
public sealed class RunTraceTests : IDisposable
{
    private const string End = "2026-06-01T12:00:00+01:00";
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task A_rule_set_that_changed_is_a_leaf_before_the_run_and_an_unchanged_one_is_none_and_so_is_an_input_file()
    {
        var day = await ArmouryDay.MakeAsync(ground, End);
        var configuration = await day.ConfigureAsync(serial: null);
        await OursAsync("taser-gateway", "ingest", day.Capture, "--config", configuration);
        Assert.Empty(Leaves(day));

        await RunAsync(day, configuration, "first");
        var first = Leaves(day);
        Assert.Equal(1u, Assert.Single(first.OfType<PolicyChange>()).Number);
        Assert.Contains(first.OfType<Import>(), i => i.Kind == ImportKind.Reports);
        Assert.Contains(first.OfType<Import>(), i => i.Kind == ImportKind.Register);
        Assert.IsType<PolicyChange>(first[^2]);
        Assert.IsType<Run>(first[^1]);

        // One register says something else, the rules are the same.
        await File.AppendAllTextAsync(Path.Combine(day.Documents, "issues.csv"), "\n");
        await RunAsync(day, configuration, "second");
        var second = Leaves(day)[first.Count..];
        Assert.Empty(second.OfType<PolicyChange>());
        Assert.Equal(ImportKind.Register, Assert.Single(second.OfType<Import>()).Kind);
        Assert.Equal(2, second.Count);

        var rules = ground.At("rules.json");
        await File.WriteAllTextAsync(rules, """{ "name": "county", "version": 2, "disabledRules": ["A01a"] }""");
        var words = await RunAsync(day, configuration, "third", "--rules", rules);
        var third = Leaves(day)[(first.Count + second.Count)..];
        var change = Assert.Single(third.OfType<PolicyChange>());
        var run = Assert.Single(third.OfType<Run>());
        Assert.Equal((2u, PolicyKind.Reconciliation), (change.Number, change.Kind));
        Assert.Equal(change.ContentDigest, run.RuleSet);
        Assert.NotEqual(first.OfType<Run>().Single().RuleSet, run.RuleSet);
        Assert.Equal(first.OfType<Run>().Single().RuleSet, second.OfType<Run>().Single().RuleSet);
        Assert.Contains("A01a: ", words, StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(ArmouryDay day, string configuration, string folder, params string[] more)
    {
        string[] inputs = ["--reports", Path.Combine(day.Documents, "reports.csv"), "--profile", "plain", "--inputs", day.Documents];
        await OursAsync("taser-audit", ["reconcile", day.Data, .. inputs, "--as-of", End, "--out", ground.At(folder), .. more]);
        return await OursAsync("taser-gateway", "append-run", ground.At(folder), "--by", "inspector 7", "--config", configuration);
    }

    /// <summary>The leaves that runs leave, in order.</summary>
    private static List<Leaf> Leaves(ArmouryDay day)
    {
        var leaves = new List<Leaf>();
        using var reader = JournalReader.Open(new RealDisk(), Path.Combine(day.Data, "journal"), 0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (Leaf.Decode(reader.Leaf).Leaf is Import { Kind: not ImportKind.Capture } or PolicyChange or Run)
            {
                leaves.Add(Leaf.Decode(reader.Leaf).Leaf!);
            }
        }
        return leaves;
    }

    private async Task<string> OursAsync(string program, params string[] arguments)
    {
        await using var process = RealProcess.StartOurs(program, ground.Folder, arguments);
        var ended = await process.WaitForExitAsync();
        Assert.True(ended == 0, $"{string.Join(' ', arguments)} ended with {ended}:\n{process.Output}{process.Errors}");
        return process.Output;
    }
}
