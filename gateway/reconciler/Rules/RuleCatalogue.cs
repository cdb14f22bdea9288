using TaserTelemetry.Reconciler.Analysis;

namespace TaserTelemetry.Reconciler.Rules;

/// <summary>All rules, by id. A class that derives from <see cref="Rule"/> is in it by being there.</summary>
internal static class RuleCatalogue
{
    public static IReadOnlyList<Rule> All { get; } =
        typeof(Rule)
            .Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(Rule)) && !t.IsAbstract)
            .Select(t => (Rule)Activator.CreateInstance(t, nonPublic: true)!)
            .OrderBy(r => r.Id, StringComparer.Ordinal)
            .ToList();

    public static FindingSink Judge(World world)
    {
        var sinks = new FindingSink[All.Count];
        Parallel.For(0, All.Count, i => sinks[i] = Judge(world, All[i]));
        var sink = new FindingSink();
        foreach (var one in sinks)
        {
            sink.Take(one);
        }

        return sink;
    }

    private static FindingSink Judge(World world, Rule rule)
    {
        var sink = new FindingSink();
        if (world.Rules.DisabledRules.Contains(rule.Id, StringComparer.Ordinal))
        {
            sink.Silent(rule.Id, "switched off in the rule set");
        }
        else if (rule.Silenced(world) is { } why)
        {
            sink.Silent(rule.Id, why);
        }
        else
        {
            rule.Judge(world, sink);
        }

        return sink;
    }
}
