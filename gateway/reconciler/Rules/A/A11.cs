using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Rules.A;

/// <summary>A cartridge serial in a report is not one that is known.</summary>
internal sealed class A11()
    : Rule(
        "A11",
        FindingKind.DataQuality,
        3,
        "Cartridge serial of a report that is not known",
        "The right cartridge serial in the report.",
        "Which cartridge was fired."
    )
{
    public override string? Silenced(World world) => world.Has(ReportColumns.Cartridges) ? null : "needs reports with cartridge serials";

    public override void Judge(World world, FindingSink sink)
    {
        var known = Known(world);
        var devices = new SerialIndex(world.Devices);
        foreach (var match in world.Matches)
        {
            foreach (string serial in match.Report.Cartridges)
            {
                string normal = SerialIndex.Normal(serial);
                string? wording =
                    devices.Exact(serial) is not null
                        ? $"Report {match.Report.ReportId} gives device serial {serial} where a cartridge serial belongs."
                    : known.Count == 0 || known.Contains(normal) ? null
                    : known.FirstOrDefault(k => SerialIndex.Grade(k, normal) == SerialGrade.Probable) is { } near
                        ? $"Report {match.Report.ReportId} gives cartridge {serial}; the register has {near}."
                    : $"Report {match.Report.ReportId} gives cartridge {serial}, which stands in no register.";
                if (wording is not null)
                {
                    Add(
                        world,
                        sink,
                        wording,
                        new About
                        {
                            Report = match.Report,
                            Incident = match.Incident,
                            Cartridges = [serial],
                            When = match.Report.UsedAt,
                            CaseKey = "cartridge " + normal,
                        }
                    );
                }
            }
        }
    }

    private static HashSet<string> Known(World world)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in world.Inputs.Registers.Cartridges ?? [])
        {
            known.Add(SerialIndex.Normal(row.CartridgeSerial));
        }

        foreach (string serial in (world.Inputs.Registers.Issues ?? []).SelectMany(i => i.CartridgeSerials))
        {
            known.Add(SerialIndex.Normal(serial));
        }

        known.Remove("");
        return known;
    }
}
