using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>One continuous activation of 20 s or more.</summary>
internal sealed class B04()
    : Rule(
        "B04",
        FindingKind.Review,
        1,
        "Continuous activation of 20 s or more",
        "The decision of the appropriate authority under the force's referral criteria.",
        "How long anyone was affected: these are activation seconds."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("continuousMsMax", FormattableString.Invariant($"{rules.ContinuousMsMax}"))];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var incident in JointUse.OfPeriod(world))
        {
            var longest = JointUse.Operational(incident).MaxBy(a => a.DurationMs);
            if (longest is not null && longest.DurationMs >= world.Rules.ContinuousMsMax)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {incident.Device.Serial} recorded one continuous activation of {longest.DurationMs / 1000.0:0.0} activation seconds at {longest.Start}. The force's referral criteria may apply; the appropriate authority decides."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Incident = incident,
                        Records = [longest.First],
                        OtherReports = JointUse.Reports(incident),
                        Issue = incident.Issue,
                        When = incident.Span,
                    }
                );
            }
        }
    }
}
