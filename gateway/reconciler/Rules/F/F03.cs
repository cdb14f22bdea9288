using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Reconciler.Rules.F;

/// <summary>A step in the number of reports: cumulative sum against the mean of the months before.</summary>
internal sealed class F03()
    : Rule(
        "F03",
        FindingKind.Review,
        3,
        "Step change in the number of reports",
        "The reason: a change of the form or of recording practice, stated.",
        "That use changed: form changes and coverage give the same picture."
    )
{
    private const int BaselineMonths = 6;

    public override string? Silenced(World world) => world.HasReports ? null : "no reports were handed in";

    public override void Judge(World world, FindingSink sink)
    {
        var months = world.Reports.GroupBy(r => Fiscal.Month(r.UsedAt)).ToDictionary(g => g.Key, g => g.Count());
        // the first and the last month may be cut by the period
        if (months.Count == 0 || months.Keys.Max() - months.Keys.Min() < BaselineMonths + 2)
        {
            sink.Silent(
                Id,
                "needs reports from at least nine months: six for the baseline, one to judge, and the first and last may be cut"
            );
            return;
        }

        double sum = 0;
        for (int month = months.Keys.Min() + BaselineMonths + 1; month < months.Keys.Max(); month++)
        {
            double baseline = Enumerable.Range(month - BaselineMonths, BaselineMonths).Average(m => months.GetValueOrDefault(m));
            double deviation = Math.Sqrt(Math.Max(1, baseline));
            int now = months.GetValueOrDefault(month);
            sum = Math.Max(0, sum + Math.Abs(now - baseline) / deviation - 1);
            if (sum > 5)
            {
                Add(
                    world,
                    sink,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{month / 12:0000}-{month % 12 + 1:00}: {now} reports against a baseline of {baseline:0.0} a month over the six months before. {FormChanges(world, month)} {Covered(world)}"
                    ),
                    new About { CaseKey = FormattableString.Invariant($"F03 {month}") }
                );
                sum = 0;
            }
        }
    }

    /// <summary>A row of the change register without a device is about the force's forms or practice.</summary>
    private static string FormChanges(World world, int month)
    {
        if (world.Inputs.Registers.Changes is not { } changes)
        {
            return "No change register was handed in, so changes of the form are not known.";
        }

        var stated = changes
            .Where(c => c.DeviceSerial.Length == 0 && Fiscal.Month(c.From) <= month && Fiscal.Month(c.To) >= month - BaselineMonths)
            .Select(c => $"{c.ChangeRef} {c.What} ({c.From})");
        string all = string.Join("; ", stated);
        return all.Length == 0
            ? "The change register states no change of the form in these months."
            : "The change register states for these months: " + all + ".";
    }

    private static string Covered(World world)
    {
        if (world.Inputs.Registers.Devices is null)
        {
            return "Coverage is not known: no asset register was handed in.";
        }

        var coverage = CoverageBuilder.Count(world);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Of the whole period {coverage.CompleteDays} of {coverage.DeviceDays} device-days have a complete log."
        );
    }
}
