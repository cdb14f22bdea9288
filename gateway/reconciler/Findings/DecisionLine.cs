using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Findings;

/// <summary>How a decision stands to the run at hand.</summary>
public enum DecisionStanding : byte
{
    /// <summary>What it rested on is as it was.</summary>
    FactsUnchanged = 0,

    /// <summary>What it rested on is not what this run has: a person may want to look again.</summary>
    FactsChanged = 1,

    /// <summary>This run has no such finding or use.</summary>
    NoLongerRaised = 2,
}

/// <summary>A person's decision, as the ledger holds it.</summary>
/// <param name="Subject">"Use", "Finding" or "Case".</param>
/// <param name="Id">Id of the use or finding; for one no longer raised the hash that the ledger has of it.</param>
/// <param name="Code">Outcome, such as "explained".</param>
/// <param name="Actor">Who, as a random id that only DATA/records can name.</param>
/// <param name="AtNs">When, ns UTC.</param>
/// <param name="Comment">What was said with it.</param>
/// <param name="Standing">How it stands to this run.</param>
/// <param name="Leaf">Where it stands in the ledger.</param>
public sealed record DecisionLine(
    string Subject,
    string Id,
    string Code,
    string Actor,
    long AtNs,
    DecisionComment Comment,
    DecisionStanding Standing,
    LeafRef Leaf
);
