using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Findings that rest on what the gateway noted.</summary>
internal static class Noted
{
    public static IEnumerable<IntegrityFact> Of(World world, IntegrityFactKind kind) =>
        (world.Inputs.IntegrityFacts ?? []).Where(f => f.Kind == kind && (long)f.AtNs <= world.AsOfNs);

    public static void Say(
        World world,
        FindingSink sink,
        Rule rule,
        IntegrityFact fact,
        string what,
        Action<World, FindingSink, string, About, int?> add
    )
    {
        var at = new TimeInterval((long)fact.AtNs, (long)fact.AtNs);
        string range = fact.Range is { } r ? FormattableString.Invariant($", sequences {r.First} to {r.Next - 1}") : "";
        var about = new About
        {
            Serial = fact.Device,
            Place = fact.Dock,
            When = at,
            LedgerFacts = [new RecordFact(fact.Device, fact.Log, fact.Epoch, fact.Range?.First ?? 0, fact.Leaf)],
            CaseKey = FormattableString.Invariant($"{rule.Id} {fact.Device} {fact.Dock} {fact.DockingSession} {fact.Leaf.Index}"),
        };
        add(world, sink, $"{what}{range}, noted at {at}.", about, null);
    }
}
