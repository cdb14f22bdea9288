using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Cases;
using TaserTelemetry.Reconciler.Classification;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Rules;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler;

/// <summary>
/// Joins device logs with officers' reports and registers. Pure and replayable: the same inputs, rule set and as-of time give the same
/// result on any machine, on any later day. Order: read logs, match, classify, judge, group into cases, account.
/// </summary>
public static class Reconciliation
{
    /// <summary>Runs it.</summary>
    /// <param name="inputs">What is known; only read.</param>
    /// <param name="ruleSet">What it is judged by.</param>
    /// <param name="asOf">The moment the answer is for: later reports do not exist yet.</param>
    /// <exception cref="InvalidOperationException">The account does not add up: a defect of this program, never of the inputs.</exception>
    public static ReconciliationResult Run(ReconciliationInputs inputs, RuleSet ruleSet, DateTimeOffset asOf)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(ruleSet);
        var world = World(inputs, ruleSet, asOf);
        var sink = RuleCatalogue.Judge(world);
        var cases = CaseBuilder.Build(sink);
        var activations = AccountBuilder.Activations(world);
        var uses = AccountBuilder.Uses(world);
        var account = AccountBuilder.Build(world, activations, uses);
        if (!account.AddsUp)
        {
            throw new InvalidOperationException(
                "the account does not add up: every activation and every report must be in exactly one line"
            );
        }

        return new ReconciliationResult
        {
            AsOfNs = world.AsOfNs,
            FromNs = world.FromNs,
            ToNs = world.ToNs,
            RuleSet = FormattableString.Invariant($"{ruleSet.Name} {ruleSet.Version}"),
            RuleSetSha256 = ruleSet.Sha256(),
            Account = account,
            Coverage = CoverageBuilder.Count(world),
            Cases = cases,
            Findings = cases.SelectMany(c => c.Consequences.Prepend(c.Primary)).ToList(),
            NotTestable = sink.NotTestableList(),
            Activations = activations,
            Uses = uses,
            Reports = AccountBuilder.Reports(world),
            Imports = inputs.Imports,
        };
    }

    /// <summary>Everything up to the rules: what tests and benchmarks look at.</summary>
    internal static World World(ReconciliationInputs inputs, RuleSet ruleSet, DateTimeOffset asOf)
    {
        var world = WorldBuilder.Build(inputs, ruleSet, TimeInterval.ToNs(asOf));
        Matcher.Match(world);
        Classifier.Classify(world);
        return world;
    }
}
