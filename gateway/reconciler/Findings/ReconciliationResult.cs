using TaserTelemetry.Reconciler.Import;

namespace TaserTelemetry.Reconciler.Findings;

/// <summary>Everything a run answers. The same inputs, rule set and as-of time give the same result, in the same order.</summary>
public sealed record ReconciliationResult
{
    /// <summary>Version of the JSON schema this is written in.</summary>
    public const int SchemaVersion = 1;

    /// <summary>As-of time, ns UTC.</summary>
    public required long AsOfNs { get; init; }

    /// <summary>Period start, ns UTC.</summary>
    public required long FromNs { get; init; }

    /// <summary>Period end, ns UTC, not included.</summary>
    public required long ToNs { get; init; }

    /// <summary>Name and version of the rule set.</summary>
    public required string RuleSet { get; init; }

    /// <summary>SHA-256 of the rule set as used, hexadecimal.</summary>
    public required string RuleSetSha256 { get; init; }

    /// <summary>Account.</summary>
    public required Account Account { get; init; }

    /// <summary>Coverage.</summary>
    public required Coverage Coverage { get; init; }

    /// <summary>Cases, most urgent first.</summary>
    public required IReadOnlyList<Case> Cases { get; init; }

    /// <summary>All findings, primaries and consequences, in the order of the cases.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What was not testable with these inputs.</summary>
    public required IReadOnlyList<NotTestable> NotTestable { get; init; }

    /// <summary>All activations.</summary>
    public required IReadOnlyList<ActivationLine> Activations { get; init; }

    /// <summary>All uses.</summary>
    public required IReadOnlyList<UseLine> Uses { get; init; }

    /// <summary>All reports.</summary>
    public required IReadOnlyList<ReportLine> Reports { get; init; }

    /// <summary>People's decisions on what this run has; null = decisions were not read.</summary>
    public IReadOnlyList<DecisionLine>? Decisions { get; init; }

    /// <summary>What each import answered.</summary>
    public required IReadOnlyList<ImportAnswer> Imports { get; init; }
}
