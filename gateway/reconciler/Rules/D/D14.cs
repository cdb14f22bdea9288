using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>A dock that is not enrolled, has no good clock, or an expired certificate.</summary>
internal sealed class D14()
    : Rule(
        "D14",
        FindingKind.Integrity,
        1,
        "Dock not enrolled, or its clock or certificate not good",
        "Enrolment, a synchronised clock, or a new certificate.",
        "That the records are wrong."
    )
{
    public override string? Silenced(World world) => world.Inputs.IntegrityFacts is null ? "the gateway's notes were not read" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var kinds = (IntegrityFactKind[])
            [IntegrityFactKind.DockUnknown, IntegrityFactKind.DockClockUnsynchronised, IntegrityFactKind.DockCertificateExpired];
        foreach (
            var dock in kinds
                .SelectMany(k => Noted.Of(world, k))
                .GroupBy(f => (f.Kind, f.Dock))
                .OrderBy(g => g.Key.Dock, StringComparer.Ordinal)
                .ThenBy(g => g.Key.Kind)
        )
        {
            var fact = dock.First();
            string what = fact.Kind switch
            {
                IntegrityFactKind.DockUnknown => "is not enrolled",
                IntegrityFactKind.DockClockUnsynchronised => "had a clock that was not synchronised",
                _ => "had a certificate that had expired",
            };
            Noted.Say(
                world,
                sink,
                this,
                fact,
                string.Create(CultureInfo.InvariantCulture, $"Dock {fact.Dock} {what} ({dock.Count()} note(s))"),
                Add
            );
        }
    }
}
