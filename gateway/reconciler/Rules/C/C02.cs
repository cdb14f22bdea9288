using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>Issued for duty to an officer whose accreditation the register does not show for that day.</summary>
internal sealed class C02()
    : Rule(
        "C02",
        FindingKind.Custody,
        1,
        "Issued without a current accreditation",
        "The missing or corrected row of the people register.",
        "That the officer was not trained."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("accreditationMonths", FormattableString.Invariant($"{rules.AccreditationMonths}"))];

    public override string? Silenced(World world) =>
        world.Inputs.Registers.Issues is null || world.Inputs.Registers.People is null ? "needs the issue and people registers" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var people = (world.Inputs.Registers.People ?? []).ToLookup(p => p.OfficerRef, StringComparer.Ordinal);
        foreach (var issue in Issued.Operational(world))
        {
            if (issue.OfficerRef.Length == 0)
            {
                sink.NotTestable(Id, "the issue row names no officer");
                continue;
            }

            var rows = people[issue.OfficerRef].ToList();
            if (!rows.Exists(p => Current(world.Rules, p, issue.IssuedAt)))
            {
                string last = rows.Select(p => p.AccreditedTo).Where(t => t is not null).Max() is { } to
                    ? $" The last accreditation on record ended {to}."
                    : "";
                Add(
                    world,
                    sink,
                    $"Device {issue.DeviceSerial} was issued to {issue.OfficerRef} at {issue.IssuedAt} (issue {issue.IssueId}); the people register shows no accreditation for that day.{last}",
                    Issued.About(world, issue)
                );
            }
        }
    }

    private static bool Current(RuleSet rules, PersonRow person, TimeInterval at)
    {
        if (person.AccreditedFrom is not { } from || from.LowNs > at.HighNs)
        {
            return false;
        }

        long end =
            person.AccreditedTo?.HighNs
            ?? TimeInterval.ToNs(DateTimeOffset.UnixEpoch.AddTicks(from.HighNs / 100).AddMonths(rules.AccreditationMonths));
        return at.LowNs <= end;
    }
}
