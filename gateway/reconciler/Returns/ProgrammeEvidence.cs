using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Statistics;

namespace TaserTelemetry.Reconciler.Returns;

/// <summary>
/// Evidence for a chief officer's threat-and-risk assessment and for the commissioner: officers against establishment, rates with
/// uncertainty, cartridges, spend, aggregates, data quality. The public version leaves out teams and small demographic cells.
/// </summary>
public static class ProgrammeEvidence
{
    /// <summary>The table; what has no register says so.</summary>
    /// <param name="inputs">The run's inputs.</param>
    /// <param name="result">The run's result.</param>
    /// <param name="publicVersion">True for publication.</param>
    public static OutputTable Table(ReconciliationInputs inputs, ReconciliationResult result, bool publicVersion)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(result);
        var rows = new List<IReadOnlyList<object>>();
        Officers(rows, inputs.Registers.Establishment, publicVersion);
        Rates(rows, inputs, result);
        Cartridges(rows, result.Account.Cartridges);
        Spend(rows, inputs.Registers.Budget);
        Groups(rows, inputs, publicVersion);
        Quality(rows, result);
        return new OutputTable(publicVersion ? "programme-public" : "programme", ["Section", "Line", "Value", "Low95", "High95"], rows);
    }

    private static void Officers(List<IReadOnlyList<object>> rows, IReadOnlyList<EstablishmentRow>? register, bool publicVersion)
    {
        if (register is null)
        {
            rows.Add(["officers", "establishment register not handed in", "", "", ""]);
            return;
        }

        foreach (var team in publicVersion ? [] : register)
        {
            rows.Add(["officers", team.Team + ": accredited of establishment", new Share(team.Accredited, team.Establishment), "", ""]);
        }

        rows.Add(["officers", "establishment", register.Sum(t => t.Establishment), "", ""]);
        rows.Add(["officers", "eligible", register.Sum(t => t.Eligible), "", ""]);
        rows.Add(["officers", "trained", register.Sum(t => t.Trained), "", ""]);
        rows.Add(["officers", "accredited", register.Sum(t => t.Accredited), "", ""]);
        rows.Add([
            "officers",
            "accredited of establishment",
            new Share(register.Sum(t => t.Accredited), register.Sum(t => t.Establishment)),
            "",
            "",
        ]);
    }

    private static void Rates(List<IReadOnlyList<object>> rows, ReconciliationInputs inputs, ReconciliationResult result)
    {
        int shifts = (inputs.Registers.Issues ?? []).Count(i =>
            i.Purpose == IssuePurpose.Operational && i.IssuedAt.LowNs >= result.FromNs && i.IssuedAt.LowNs < result.ToNs
        );
        if (shifts == 0)
        {
            rows.Add(["rates", "issue register not handed in, or empty", "", "", ""]);
            return;
        }

        int discharges = result.Uses.Count(u => u.Deployments > 0);
        Rate(rows, "uses for each 1,000 issued shifts", result.Uses.Count, shifts);
        Rate(rows, "uses with a deployed cartridge for each 1,000 issued shifts", discharges, shifts);
    }

    private static void Rate(List<IReadOnlyList<object>> rows, string line, int events, int shifts)
    {
        var (low, high) = Proportion.Rate95(events, shifts / 1000.0);
        rows.Add(["rates", line, Round(events * 1000.0 / shifts), Round(low), Round(high)]);
    }

    private static void Cartridges(List<IReadOnlyList<object>> rows, CartridgeAccount? account)
    {
        if (account is null)
        {
            rows.Add(["cartridges", "cartridge register not handed in", "", "", ""]);
            return;
        }

        foreach (
            var (line, count) in new[]
            {
                ("opening", account.Opening),
                ("received", account.Received),
                ("used", account.Used),
                ("training", account.Training),
                ("returned", account.Returned),
                ("closing", account.Closing),
                ("unaccounted", account.Unaccounted),
            }
        )
        {
            rows.Add(["cartridges", line, count, "", ""]);
        }
    }

    private static void Spend(List<IReadOnlyList<object>> rows, IReadOnlyList<BudgetRow>? budget)
    {
        if (budget is null)
        {
            rows.Add(["budget", "budget not handed in", "", "", ""]);
            return;
        }

        foreach (var part in budget.GroupBy(b => b.Capital).OrderByDescending(g => g.Key))
        {
            string name = part.Key switch
            {
                true => "capital",
                false => "revenue",
                null => "capital or revenue not stated",
            };
            rows.Add(["budget", name + ", planned, pounds", part.Sum(b => b.PlannedPence) / 100.0, "", ""]);
            rows.Add(["budget", name + ", spent, pounds", part.Sum(b => b.SpentPence) / 100.0, "", ""]);
            rows.Add([
                "budget",
                name + ", spent of planned, pounds",
                new Share(part.Sum(b => b.SpentPence) / 100, part.Sum(b => b.PlannedPence) / 100),
                "",
                "",
            ]);
        }
    }

    /// <summary>Recorded uses with not-stated shown; a rate only with a named denominator.</summary>
    private static void Groups(List<IReadOnlyList<object>> rows, ReconciliationInputs inputs, bool publicVersion)
    {
        var said = SubjectGroups.Of(inputs.Reports ?? [], inputs.ReportColumns);
        if (said.Count == 0)
        {
            rows.Add(["equality", "the reports state neither ethnicity nor age nor a mental-health factor", "", "", ""]);
        }

        foreach (var by in said)
        {
            var cells = publicVersion ? Suppression.Hide([.. by.Groups.Select(g => g.Count)]) : [.. by.Groups.Select(g => (int?)g.Count)];
            for (int i = 0; i < cells.Count; i++)
            {
                string group = by.Groups[i].Group;
                rows.Add(["equality", $"recorded uses by {by.Words}: {group}", cells[i] is { } n ? n : "held back", "", ""]);
                var denominator = (inputs.Registers.Denominators ?? []).FirstOrDefault(d =>
                    d.SourceName.Length > 0
                    && d.Dimension.Equals(by.Field, StringComparison.OrdinalIgnoreCase)
                    && d.Group.Equals(group, StringComparison.OrdinalIgnoreCase)
                );
                if (denominator is { Count: > 0 } && cells[i] is { } count)
                {
                    var (low, high) = Proportion.Rate95(count, denominator.Count / 100_000.0);
                    string line = $"recorded uses for each 100,000 of {denominator.SourceName}: {group}";
                    rows.Add(["equality", line, Round(count * 100_000.0 / denominator.Count), Round(low), Round(high)]);
                }
            }
        }
    }

    private static void Quality(List<IReadOnlyList<object>> rows, ReconciliationResult result)
    {
        var account = result.Account;
        rows.Add([
            "data quality",
            "device-days with a complete log",
            new Share(result.Coverage.CompleteDays, result.Coverage.DeviceDays),
            "",
            "",
        ]);
        rows.Add(["data quality", "reports matched to a log", new Share(account.ReportsMatched, account.Reports), "", ""]);
        rows.Add(["data quality", "activations without an account in the files given", account.ActivationsUnaccounted, "", ""]);
        rows.Add([
            "data quality",
            "uses examined",
            account.UsesExamined is { } n ? new Share(n, account.Uses) : "decisions were not read",
            "",
            "",
        ]);
    }

    private static double Round(double value) => Math.Round(value, 2, MidpointRounding.ToEven);
}
