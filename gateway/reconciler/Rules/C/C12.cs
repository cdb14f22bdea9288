using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>Issued to an officer whose authority was suspended.</summary>
internal sealed class C12()
    : Rule(
        "C12",
        FindingKind.Custody,
        1,
        "Issued while authority was suspended",
        "The right dates of the suspension, or the right officer of the issue.",
        "Why the device was issued."
    )
{
    public override string? Silenced(World world) =>
        world.Inputs.Registers.Issues is null || world.Inputs.Registers.Suspensions is null
            ? "needs the issue and suspension registers"
            : null;

    public override void Judge(World world, FindingSink sink)
    {
        var suspensions = (world.Inputs.Registers.Suspensions ?? []).ToLookup(s => s.OfficerRef, StringComparer.Ordinal);
        foreach (var issue in Issued.Operational(world))
        {
            var row =
                issue.OfficerRef.Length == 0
                    ? null
                    : suspensions[issue.OfficerRef]
                        .FirstOrDefault(s =>
                            s.From.HighNs <= issue.IssuedAt.LowNs && (s.To is not { } to || to.LowNs > issue.IssuedAt.HighNs)
                        );
            if (row is not null)
            {
                string wording =
                    $"Device {issue.DeviceSerial} was issued to {issue.OfficerRef} at {issue.IssuedAt} (issue {issue.IssueId}); the authority was suspended from {row.From}.";
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Issue = issue,
                        Serial = issue.DeviceSerial,
                        Sources = [row.Source],
                        When = issue.IssuedAt,
                    }
                );
            }
        }
    }
}
