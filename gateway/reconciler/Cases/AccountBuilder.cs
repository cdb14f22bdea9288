using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Reconciler.Cases;

/// <summary>The account and the lists behind it.</summary>
internal static class AccountBuilder
{
    public static List<ActivationLine> Activations(World world) =>
        world
            .Devices.SelectMany(d => d.Activations)
            .Where(a => world.InPeriod(a.Start))
            .Select(a => new ActivationLine(
                a.Device.Serial,
                a.Epoch,
                a.First.Sequence,
                a.Last.Sequence,
                a.Code,
                a.DurationMs,
                a.Start,
                a.Class,
                a.Reason,
                a.ReasonRow,
                a.Class is ActivationClass.Matched or ActivationClass.Unaccounted or ActivationClass.Waiting ? a.Incident?.UseId ?? "" : "",
                a.Incident is { } i && a.Class == ActivationClass.Matched ? i.Matches.Select(m => m.Report.ReportId).ToList() : [],
                a.Device.BatchOf(a.First).Leaf
            ))
            .ToList();

    public static List<UseLine> Uses(World world)
    {
        var examined = world.Inputs.ExaminedUses;
        var uses = new List<UseLine>();
        foreach (var incident in world.Incidents)
        {
            bool use =
                incident.Matches.Count > 0
                || incident.Activations.Exists(a => a.Class is ActivationClass.Unaccounted or ActivationClass.Waiting);
            if (use && world.InPeriod(incident.Span))
            {
                uses.Add(
                    new UseLine(
                        incident.UseId,
                        incident.Device.Serial,
                        incident.Span,
                        incident.Activations.Count,
                        incident.ActivationMs,
                        incident.Deployments,
                        incident.Matches.Select(m => m.Report.ReportId).ToList(),
                        examined?.Contains(incident.UseId)
                    )
                );
            }
        }

        foreach (var match in world.Matches)
        {
            if (match.Outcome is ReportOutcome.NotTestable or ReportOutcome.NotBorneOut)
            {
                string id = "report " + match.Report.ReportId;
                uses.Add(new UseLine(id, "", match.Report.UsedAt, 0, 0, 0, [match.Report.ReportId], examined?.Contains(id)));
            }
        }

        return uses;
    }

    public static List<ReportLine> Reports(World world) =>
        world
            .Matches.Select(m => new ReportLine(
                m.Report.ReportId,
                m.Report.Version,
                m.Outcome,
                m.Reason,
                m.Incident?.UseId ?? "",
                Math.Round(m.Score, 3, MidpointRounding.ToEven),
                m.Parts,
                m.Report.UsedAt,
                m.Report.Source.ToString()
            ))
            .ToList();

    public static Account Build(World world, List<ActivationLine> activations, List<UseLine> uses)
    {
        var reports = world.Matches;
        return new Account
        {
            Activations = activations.Count,
            ActivationsMatched = activations.Count(a => a.Class == ActivationClass.Matched),
            ActivationsExcused = CoverageBuilder.Sum(activations.Where(a => Excused(a.Class)).Select(a => new ReasonCount(Heading(a), 1))),
            ActivationsWaiting = CoverageBuilder.Sum(
                activations.Where(a => a.Class == ActivationClass.Waiting).Select(a => new ReasonCount(a.Reason, 1))
            ),
            ActivationsUnaccounted = activations.Count(a => a.Class == ActivationClass.Unaccounted),
            Reports = reports.Count,
            ReportsMatched = reports.Count(m => m.Outcome == ReportOutcome.Matched),
            ReportsNotTestable = CoverageBuilder.Sum(
                reports
                    .Where(m => m.Outcome is ReportOutcome.NotTestable or ReportOutcome.PersonDecides)
                    .Select(m => new ReasonCount(m.Reason, 1))
            ),
            ReportsNotBorneOut = reports.Count(m => m.Outcome == ReportOutcome.NotBorneOut),
            Cartridges = Cartridges(world.Inputs.Registers.Cartridges),
            Uses = uses.Count,
            UsesExamined = world.Inputs.ExaminedUses is null ? null : uses.Count(u => u.Examined == true),
        };
    }

    private static bool Excused(ActivationClass c) =>
        c is ActivationClass.Maintenance or ActivationClass.Test or ActivationClass.Training or ActivationClass.Unintentional;

    private static string Heading(ActivationLine line) => line.Class.ToString().ToLowerInvariant() + ": " + line.Reason;

    private static CartridgeAccount? Cartridges(IReadOnlyList<CartridgeRow>? rows)
    {
        if (rows is null)
        {
            return null;
        }

        int Sum(CartridgeMove move) => rows.Where(r => r.Move == move).Sum(r => r.Count);
        return new CartridgeAccount(
            Sum(CartridgeMove.Opening),
            Sum(CartridgeMove.Received),
            Sum(CartridgeMove.Used),
            Sum(CartridgeMove.Training),
            Sum(CartridgeMove.Returned),
            Sum(CartridgeMove.Closing)
        );
    }
}
