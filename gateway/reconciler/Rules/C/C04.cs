using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>A special constable without the hours or the authorisation, or issued before May 2022.</summary>
internal sealed class C04()
    : Rule(
        "C04",
        FindingKind.Custody,
        2,
        "Special constable: hours or authorisation not on record",
        "The missing figure in the people register.",
        "That the officer was not competent."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("specialHoursMin", FormattableString.Invariant($"{rules.SpecialHoursMin}"))];

    public override string? Silenced(World world) =>
        world.Inputs.Registers.Issues is null || world.Inputs.Registers.People is null ? "needs the issue and people registers" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var specials = (world.Inputs.Registers.People ?? [])
            .Where(p => p.Role == "special")
            .ToLookup(p => p.OfficerRef, StringComparer.Ordinal);
        foreach (var issue in Issued.Operational(world))
        {
            var rows = specials[issue.OfficerRef].ToList();
            if (rows.Count == 0)
            {
                continue;
            }

            string? why =
                issue.IssuedAt.HighNs < AllowedFrom ? "issue to special constables was not allowed before May 2022"
                : !rows.Exists(p => p.AuthorisedAt is { } at && at.LowNs <= issue.IssuedAt.HighNs)
                    ? "the people register shows no authorisation by then"
                : !rows.Exists(p => p.HoursSinceTraining is { } h && h >= world.Rules.SpecialHoursMin)
                    ? string.Create(
                        CultureInfo.InvariantCulture,
                        $"the people register shows fewer than {world.Rules.SpecialHoursMin} h on duty"
                    )
                : null;
            if (why is not null)
            {
                Add(
                    world,
                    sink,
                    $"Device {issue.DeviceSerial} was issued to special constable {issue.OfficerRef} at {issue.IssuedAt} (issue {issue.IssueId}); {why}.",
                    Issued.About(world, issue)
                );
            }
        }
    }

    /// <summary>16 May 2022 (domain 2.2).</summary>
    private static readonly long AllowedFrom = TimeInterval.ToNs(new DateTimeOffset(2022, 5, 16, 0, 0, 0, TimeSpan.Zero));
}
