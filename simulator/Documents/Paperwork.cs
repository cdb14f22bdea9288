using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>Everything an auditor would be given, first as it should read, then with what went wrong in the writing.</summary>
internal sealed class Paperwork
{
    /// <summary>All of it at once: for a small force.</summary>
    public Paperwork(History history) => Tables = [.. All(history, null)];

    public IReadOnlyList<DocumentTable> Tables { get; }

    /// <summary>
    /// Hands every row of every table over while it is made; the tables that come back hold no rows, only what went wrong. It comes out
    /// the same each time.
    /// </summary>
    public static IReadOnlyList<DocumentTable> Write(History history, IRowTaker taker)
    {
        var tables = new List<DocumentTable>();
        foreach (var table in All(history, taker))
        {
            table.Close();
            tables.Add(table);
        }

        return tables;
    }

    private static IEnumerable<DocumentTable> All(History history, IRowTaker? taker)
    {
        var reports = new Reports(history, Draw.For(history.Seed, "reports"));
        return ReportExports.All(reports, taker).Concat(new Registers(history, taker).All()).Concat(ProgrammeTables.All(history, taker));
    }
}
