using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.Control;

/// <summary>
/// A run made offline leaves its trace: an import leaf for each input not seen before, a policy-change leaf where the rule set is another than
/// last time, and the run leaf. DATA/records/runs keeps what the next run is compared with.
/// </summary>
internal static class RunTraces
{
    public const string Verb = "append-run";

    /// <summary>Findings shown as vanished; the records hold all.</summary>
    public const int VanishedShownMax = 1_000;

    public static async Task<ControlAnswer> RunAsync(
        OpenJournal journal,
        string data,
        ControlRequest request,
        Func<Action, Task> step,
        TimeProvider clock
    )
    {
        var now = JsonSerializer.Deserialize(request["run"], RunSummaryJson.Default.RunSummary)!;
        var ours = now.Ledgers.FirstOrDefault(l => l.Origin == journal.Ledger.Key.Name);
        if (ours?.Root is null)
        {
            return ControlAnswer.No(
                $"This run read no checkpoint of this ledger ({journal.Ledger.Key.Name}): its trace belongs elsewhere."
            );
        }
        var folder = Directory.CreateDirectory(Path.Combine(data, "records", "runs")).FullName;
        var last = Newest(folder, out var lastLeaf);
        if (last is not null && last.ResultSha256 == now.ResultSha256)
        {
            return ControlAnswer.No($"This very run was appended before, as leaf {lastLeaf}.");
        }
        var nowNs = UnixTime.NowNs(clock);
        var policyChanged = last is null || last.RuleSetSha256 != now.RuleSetSha256;
        now = now with { PolicyNumber = (last?.PolicyNumber ?? 0) + (policyChanged ? 1u : 0u) };
        var leaves = Leaves(data, request.By, now, ours, policyChanged, nowNs);
        var index = 0UL;
        await step(() => leaves.ForEach(leaf => index = journal.Group.AddOwn(leaf)));
        Keep(folder, index, now);
        return ControlAnswer.Yes([.. Words(now, last, lastLeaf, index, leaves.Count)]);
    }

    private static List<Leaf> Leaves(string data, ActorId by, RunSummary now, RunLedger ours, bool policyChanged, ulong nowNs)
    {
        using var records = RecordsStore.Open(data);
        var leaves = new List<Leaf>();
        var known = records.Imports();
        foreach (var input in now.Inputs)
        {
            var kind = input.ReadAs == now.Profile ? ImportKind.Reports : ImportKind.Register;
            var digest = Convert.FromHexString(input.Sha256);
            var newest = known.LastOrDefault(k => k.Name == input.File && k.Kind == kind);
            if (newest is not null && records.Content(newest) is { } before && before.AsSpan().SequenceEqual(digest))
            {
                continue;
            }
            var version = records.AddImport(input.File, kind, input.ReadAs, digest, by, nowNs);
            var (accepted, rejected) = ((ulong)input.Understood, (ulong)input.Rejected);
            leaves.Add(new Import(nowNs, by, kind, input.ReadAs, version.Commitment, true, 0, accepted, rejected, version.Number));
        }
        var ruleSet = Digest.Read(Convert.FromHexString(now.RuleSetSha256));
        if (policyChanged)
        {
            leaves.Add(new PolicyChange(nowNs, by, PolicyKind.Reconciliation, now.PolicyNumber, ruleSet));
        }
        var inputs = string.Join('\n', now.Inputs.Select(i => $"{i.Sha256} {i.File}"));
        leaves.Add(
            new Run(
                nowNs,
                by,
                Enum.TryParse<AuditVerb>(now.Verb, true, out var verb) ? verb : AuditVerb.Reconcile,
                ruleSet,
                records.AddText(inputs[..Math.Min(inputs.Length, RecordsStore.TextCharsMax)], by, nowNs),
                (ulong)(DateTimeOffset.Parse(now.AsOf, CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks * 100,
                ours.Size,
                Digest.Read(Convert.FromBase64String(ours.Root!)),
                (uint)now.Cases,
                (uint)now.Findings.Count,
                records.AddText(now.ResultSha256, by, nowNs),
                VersionOf(now.Tool)
            )
        );
        return leaves;
    }

    private static IEnumerable<string> Words(RunSummary now, RunSummary? last, ulong lastLeaf, ulong index, int leaves)
    {
        yield return $"run        leaf {index}, with {leaves - 1} leaves of imports and policy before it";
        if (last is null)
        {
            yield return "vanished   there was no run before to compare with";
            yield break;
        }
        var vanished = RunComparison.Vanished(last, now);
        yield return $"vanished   {vanished.Count} findings of the run before (leaf {lastLeaf})";
        foreach (var gone in vanished.Take(VanishedShownMax))
        {
            yield return $"  {gone.Id} {gone.Rule}: {gone.Cause}";
        }
    }

    private static RunSummary? Newest(string folder, out ulong leaf)
    {
        leaf = 0;
        var newest = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).LastOrDefault();
        if (newest is null)
        {
            return null;
        }
        leaf = ulong.Parse(Path.GetFileNameWithoutExtension(newest), CultureInfo.InvariantCulture);
        return JsonSerializer.Deserialize(File.ReadAllBytes(newest), RunSummaryJson.Default.RunSummary);
    }

    private static void Keep(string folder, ulong leaf, RunSummary run)
    {
        var path = Path.Combine(folder, leaf.ToString("D20", CultureInfo.InvariantCulture) + ".json");
        using (var file = new FileStream(path + ".part", FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, run, RunSummaryJson.Default.RunSummary);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".part", path, overwrite: true);
    }

    /// <summary>"taser-audit 1.2.3" as major, minor, patch in one number; 0 = not stated so.</summary>
    private static uint VersionOf(string tool) =>
        Version.TryParse(tool.Split(' ')[^1], out var v)
            ? ((uint)v.Major << 16) | ((uint)Math.Max(v.Minor, 0) << 8) | (uint)Math.Max(v.Build, 0)
            : 0;
}
