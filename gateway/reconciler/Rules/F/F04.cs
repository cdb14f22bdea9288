using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>Log coverage, to be published beside every other number.</summary>
internal sealed class F04()
    : Rule(
        "F04",
        FindingKind.Review,
        0,
        "Log coverage",
        "Nothing to clear: it is information.",
        "Anything about the days that are not covered."
    )
{
    public override string? Silenced(World world) => world.Inputs.Registers.Devices is null ? "needs the asset register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var coverage = CoverageBuilder.Count(world);
        double share = coverage.DeviceDays == 0 ? 0 : 100.0 * coverage.CompleteDays / coverage.DeviceDays;
        Add(
            world,
            sink,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{coverage.CompleteDays} of {coverage.DeviceDays} device-days in service have a complete, time-bounded log ({share:0.0} %)."
            ),
            new About { CaseKey = "F04" }
        );
    }
}
