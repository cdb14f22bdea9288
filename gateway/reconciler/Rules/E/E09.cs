using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.E;

/// <summary>Wet or dropped, and the three full cycles of the test are not in the log.</summary>
internal sealed class E09()
    : Rule(
        "E09",
        FindingKind.Custody,
        2,
        "Wet or dropped device without the full function test",
        "The test of three full cycles.",
        "That the device was used while faulty."
    )
{
    public override string? Silenced(World world) => world.Inputs.Registers.Maintenance is null ? "needs the maintenance register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        foreach (var device in world.Devices)
        {
            foreach (var row in device.Maintenance.Where(m => m.Kind == MaintenanceKind.WetOrDropped && world.InPeriod(m.At)))
            {
                var next = device.Issues.FirstOrDefault(i => i.Purpose == IssuePurpose.Operational && i.IssuedAt.LowNs > row.At.HighNs);
                long until = next?.IssuedAt.HighNs ?? world.AsOfNs;
                int full = device.Activations.Count(a =>
                    (IsSharp(a) ? a.Start.MiddleNs >= row.At.LowNs : a.Start.HighNs >= row.At.LowNs)
                    && (IsSharp(a) ? a.Start.HighNs : a.Start.LowNs) <= until
                    && a.DurationMs + a.ResolutionMs >= device.Model.CycleMs
                    && a.Deployments == 0
                );
                if (full >= 3 || (next is null && world.AsOfNs - row.At.HighNs < 7 * TimeInterval.DayNs))
                {
                    continue;
                }

                if (!device.CoveredOver(row.At.HighNs, until))
                {
                    sink.NotTestable(Id, "coverage: " + CoverageBuilder.Why(device, row.At.HighNs, until));
                    continue;
                }

                string wording = string.Create(
                    CultureInfo.InvariantCulture,
                    $"Device {device.Serial} got wet or was dropped at {row.At}; the complete log shows {full} of 3 full test cycles before {(next is null ? "now" : "issue " + next.IssueId)}."
                );
                Add(
                    world,
                    sink,
                    wording,
                    new About
                    {
                        Device = device,
                        Issue = next,
                        Sources = [row.Source],
                        When = row.At,
                        CaseKey = "E09 " + row.Source,
                    }
                );
            }
        }
    }

    /// <summary>A time that is known to minutes only may lie on either side of the row: the absence of a test is then not shown (2.7.4).</summary>
    private static bool IsSharp(Activation a) => a.Start.HighNs - a.Start.LowNs <= 10 * TimeInterval.MinuteNs;
}
