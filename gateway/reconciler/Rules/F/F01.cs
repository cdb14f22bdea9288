using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>The return from reports against the return from logs, by quarter; only what a log can show is compared.</summary>
internal sealed class F01()
    : Rule(
        "F01",
        FindingKind.Review,
        3,
        "Return from reports and from logs differ",
        "The cases of the quarter.",
        "Which of the two is right; levels below discharge are seldom observable."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Level) ? null : "needs reports with a level";

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var quarter in Fiscal.Quarters(world))
        {
            // the return goes by date: what no clock dates is in no quarter (2.7.4, 2.7.10)
            var uses = quarter.Uses.FindAll(u => world.IsBounded(u.Start));
            int reported = quarter.Reports.Count(r =>
                (r.Levels & (UseLevels.Fired | UseLevels.DriveStun | UseLevels.AngledDriveStun)) != UseLevels.None
            );
            int logged = uses.Count(i => i.Deployments > 0);
            int fired = quarter.Reports.Count(r => (r.Levels & (UseLevels.Fired | UseLevels.AngledDriveStun)) != UseLevels.None);
            // where a model's log does not show a cartridge, the level is not observable and no difference is computed (2.7.10)
            if (!uses.TrueForAll(u => u.Device.Model.HasCartridgeState))
            {
                sink.NotTestable(Id, "firing is not observable in the log of some models used in the quarter");
            }
            else if (fired != logged)
            {
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{quarter.Name}: {fired} report(s) of firing ({reported} of any discharge) and {logged} device-incident(s) with a deployed cartridge in the logs. One report is one officer and one subject; one device-incident can have several."
                    ),
                    new About { When = quarter.When, CaseKey = "F01 " + quarter.Name }
                );
            }
        }
    }
}
