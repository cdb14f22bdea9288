using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.B;

/// <summary>One activation longer than a cycle.</summary>
internal sealed class B01()
    : Rule(
        "B01",
        FindingKind.Review,
        2,
        "Single activation longer than one cycle",
        "A review that says why the cycle was extended.",
        "How long anyone was affected: these are activation seconds."
    )
{
    public override IReadOnlyList<(string, string)> Parameters(RuleSet rules) =>
        [("cycleMsMax", FormattableString.Invariant($"{rules.CycleMsMax}"))];

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var incident in JointUse.OfPeriod(world))
        {
            var longer = JointUse.Operational(incident).FindAll(a => a.Exceeds(world.Rules.CycleMsMax));
            if (longer.Count > 0)
            {
                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {incident.Device.Serial} recorded {longer.Count} activation(s) longer than {world.Rules.CycleMsMax / 1000.0:0.0} s at {incident.Start}, the longest {longer.Max(a => a.DurationMs) / 1000.0:0.0} activation seconds."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Incident = incident,
                        Records = longer.ConvertAll(a => a.First),
                        OtherReports = JointUse.Reports(incident),
                        Issue = incident.Issue,
                        When = incident.Span,
                    }
                );
            }
        }
    }
}
