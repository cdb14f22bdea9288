using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Rules;

namespace TaserTelemetry.Reconciler.Cases;

/// <summary>
/// Groups findings into cases by the reports and uses they share (domain 2.7.6). One finding leads: the one whose correction clears the
/// most; the rest are consequences.
/// </summary>
internal static class CaseBuilder
{
    public static List<Case> Build(FindingSink sink)
    {
        var found = sink.Found;
        var parent = Enumerable.Range(0, found.Count).ToArray();
        var holder = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < found.Count; i++)
        {
            foreach (string shared in found[i].Shared)
            {
                string key = found[i].Rule.CaseFamily + " " + shared;
                if (!holder.TryAdd(key, i))
                {
                    parent[Root(parent, i)] = Root(parent, holder[key]);
                }
            }
        }

        return Enumerable
            .Range(0, found.Count)
            .GroupBy(i => Root(parent, i))
            .Select(g => Make(g.Select(i => found[i]).ToList()))
            .OrderBy(c => c.Primary.Priority == 0 ? 9 : c.Primary.Priority)
            .ThenBy(c => c.Primary.RuleId, StringComparer.Ordinal)
            .ThenBy(c => c.Primary.When?.LowNs ?? 0)
            .ThenBy(c => c.Primary.Id, StringComparer.Ordinal)
            .ToList();
    }

    private static Case Make(List<(Rule Rule, Finding Finding, IReadOnlyList<string> Shared)> members)
    {
        var ordered = members
            .OrderBy(m => m.Finding.Priority == 0 ? 9 : m.Finding.Priority)
            .ThenBy(m => m.Rule.CaseRank)
            .ThenBy(m => m.Finding.RuleId, StringComparer.Ordinal)
            .ThenBy(m => m.Finding.Id, StringComparer.Ordinal)
            .Select(m => m.Finding)
            .ToList();
        return new Case("C" + ordered[0].Id, ordered[0], ordered.GetRange(1, ordered.Count - 1));
    }

    private static int Root(int[] parent, int i)
    {
        while (parent[i] != i)
        {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }

        return i;
    }
}
