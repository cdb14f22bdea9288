using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>A student officer without endorsement, or a use without review afterwards.</summary>
internal sealed class C03()
    : Rule(
        "C03",
        FindingKind.Custody,
        2,
        "Student officer: endorsement or review not on record",
        "The endorsement in the people register, or the review of the report.",
        "That the officer was not supervised."
    )
{
    public override string? Silenced(World world) =>
        world.Inputs.Registers.Issues is null || world.Inputs.Registers.People is null ? "needs the issue and people registers" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var students = (world.Inputs.Registers.People ?? [])
            .Where(p => p.Role == "student")
            .ToLookup(p => p.OfficerRef, StringComparer.Ordinal);
        foreach (var issue in Issued.Operational(world))
        {
            var rows = students[issue.OfficerRef].ToList();
            if (rows.Count > 0 && !rows.Exists(p => p.EndorsedAt is { } at && at.LowNs <= issue.IssuedAt.HighNs))
            {
                Add(
                    world,
                    sink,
                    $"Device {issue.DeviceSerial} was issued to student officer {issue.OfficerRef} at {issue.IssuedAt} (issue {issue.IssueId}); the people register shows no endorsement by then.",
                    Issued.About(world, issue)
                );
            }
        }

        if (!world.Has(ReportColumns.ReviewedAt))
        {
            sink.NotTestable(Id, "needs reports with a time of review");
            return;
        }

        foreach (
            var report in world.Reports.Where(r =>
                r.ReviewedAt is null && students.Contains(r.OfficerRef) && world.AsOfNs > r.UsedAt.HighNs + 7 * TimeInterval.DayNs
            )
        )
        {
            Add(
                world,
                sink,
                $"Report {report.ReportId} of student officer {report.OfficerRef} shows no review.",
                new About { Report = report, When = report.UsedAt }
            );
        }
    }
}
