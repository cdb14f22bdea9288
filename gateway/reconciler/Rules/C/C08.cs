using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.C;

/// <summary>One cartridge serial in two incidents; exact on both sides (2.7.9).</summary>
internal sealed class C08()
    : Rule(
        "C08",
        FindingKind.Custody,
        1,
        "One cartridge serial in two incidents",
        "The right serial in one of the reports.",
        "Which of the two is right."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Cartridges) ? null : "needs reports with cartridge serials";

    public override void Judge(World world, FindingSink sink)
    {
        var first = new Dictionary<string, ReportMatch>(StringComparer.Ordinal);
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var match in world.Matches)
        {
            foreach (
                string serial in match
                    .Report.Cartridges.Select(SerialIndex.Normal)
                    .Where(s => s.Length > 0)
                    .Distinct(StringComparer.Ordinal)
            )
            {
                if (!first.TryAdd(serial, match) && !Same(first[serial], match))
                {
                    var other = first[serial].Report;
                    said.Add(other.ReportId);
                    said.Add(match.Report.ReportId);
                    string wording =
                        $"Cartridge {serial} is in report {other.ReportId} ({other.UsedAt}) and in report {match.Report.ReportId} ({match.Report.UsedAt}).";
                    Add(
                        world,
                        sink,
                        wording,
                        new About
                        {
                            Report = match.Report,
                            OtherReports = [other],
                            Cartridges = [serial],
                            When = match.Report.UsedAt,
                            CaseKey = "cartridge " + serial,
                        }
                    );
                }
            }
        }

        Booked(world, sink, said);
    }

    /// <summary>The register books the cartridge on another incident than the report that lists it.</summary>
    private void Booked(World world, FindingSink sink, HashSet<string> said)
    {
        var booked = (world.Inputs.Registers.Cartridges ?? [])
            .Where(r => r.Move == CartridgeMove.Used && r.IncidentRef.Length > 0)
            .ToLookup(r => SerialIndex.Normal(r.CartridgeSerial), StringComparer.Ordinal);
        foreach (var match in world.Matches.Where(m => m.Report.IncidentRef.Length > 0))
        {
            foreach (string serial in match.Report.Cartridges.Select(SerialIndex.Normal).Distinct(StringComparer.Ordinal))
            {
                var row = booked[serial].FirstOrDefault();
                if (row is not null && row.IncidentRef != match.Report.IncidentRef && !said.Contains(match.Report.ReportId))
                {
                    Add(
                        world,
                        sink,
                        $"Cartridge {serial} is in report {match.Report.ReportId} of incident {match.Report.IncidentRef}; the register has it used at {row.At} in incident {row.IncidentRef}.",
                        new About
                        {
                            Report = match.Report,
                            Cartridges = [serial],
                            Sources = [row.Source],
                            When = match.Report.UsedAt,
                            CaseKey = "cartridge " + serial,
                        }
                    );
                }
            }
        }
    }

    private static bool Same(ReportMatch a, ReportMatch b) =>
        (a.Report.IncidentRef.Length > 0 && a.Report.IncidentRef == b.Report.IncidentRef)
        || (a.Incident is not null && a.Incident == b.Incident)
        || (
            a.Report.IncidentRef.Length == 0
            && b.Report.IncidentRef.Length == 0
            && a.Report.UsedAt.GapNs(b.Report.UsedAt) < TimeInterval.HourNs
        );
}
