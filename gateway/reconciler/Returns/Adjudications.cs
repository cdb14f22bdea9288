using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Output;

namespace TaserTelemetry.Reconciler.Returns;

/// <summary>What a person found of one member of a sample.</summary>
/// <param name="Stratum">Stratum.</param>
/// <param name="Id">Member.</param>
/// <param name="Wrong">True where the run's answer was wrong; null = not adjudicated yet.</param>
/// <param name="Line">Line of the file.</param>
public sealed record Adjudication(string Stratum, string Id, bool? Wrong, int Line);

/// <summary>
/// A sample that came back: the table as it was written, with a column Wrong of yes and no. Error rates are those of what was drawn, so
/// nobody can add to the sample or leave out of it unseen.
/// </summary>
/// <param name="CheckpointRootHex">Root that the sample was drawn by, hexadecimal; empty when no row could be read.</param>
/// <param name="CheckpointSize">Leaves under it.</param>
/// <param name="Rows">Rows that were understood.</param>
/// <param name="Answer">What the file was.</param>
public sealed record Adjudications(string CheckpointRootHex, ulong CheckpointSize, IReadOnlyList<Adjudication> Rows, ImportAnswer Answer)
{
    private const string NotDrawn = "not drawn: a sample is judged as it was drawn. Run with the inputs and the --as-of of the draw";

    /// <summary>Members of the largest stratum of the file: at least as many were drawn from each.</summary>
    public int PerStratum =>
        Rows.Count == 0 ? 1 : Math.Min(AuditSample.PerStratumMax, Rows.GroupBy(r => r.Stratum, StringComparer.Ordinal).Max(g => g.Count()));

    /// <summary>Reads a file, CSV or XLSX. <paramref name="fileName"/> is only a label.</summary>
    public static Adjudications Read(string fileName, Stream untrusted)
    {
        ArgumentNullException.ThrowIfNull(untrusted);
        var table = new RegisterTable(fileName, "adjudicated", untrusted);
        (string Root, string Size)? drawnBy = null;
        var rows = table.Append<Adjudication>(
            null,
            cells =>
            {
                var by = (Root: cells.Need("CheckpointRoot"), Size: cells.Need("CheckpointSize"));
                drawnBy ??= by;
                if (by != drawnBy)
                {
                    cells.Reject("CheckpointRoot", by.Root, "drawn by another checkpoint than the first row: one file, one draw");
                }

                return new Adjudication(cells.Need("Stratum"), cells.Need("Id"), cells.Flag("Wrong"), cells.Source.Line);
            }
        );
        bool sized = ulong.TryParse(drawnBy?.Size, out ulong size);
        return new Adjudications(sized ? drawnBy!.Value.Root : "", size, rows, table.Answer());
    }

    /// <summary>Error rates of each stratum with their 95 % intervals, and the rows that do not belong to the draw.</summary>
    public (OutputTable Rates, IReadOnlyList<RowReject> NotCounted) Against(AuditSample drawn)
    {
        ArgumentNullException.ThrowIfNull(drawn);
        var rejects = new List<RowReject>();
        var judged = new Dictionary<(string, string), bool?>();
        var members = drawn.Strata.SelectMany(s => s.Drawn.Select(id => (s.Name, CellText.Neutral(id)))).ToHashSet();
        foreach (var row in Rows)
        {
            var key = (row.Stratum, row.Id);
            string? why =
                !members.Contains(key) ? NotDrawn
                : !judged.TryAdd(key, row.Wrong) ? "stands more than once: the first is counted"
                : null;
            if (why is not null)
            {
                rejects.Add(new RowReject(Answer.File, row.Line, "Id", ReportImporter.Cut(row.Id), why));
            }
        }

        var rates = drawn.Strata.Select(s => Rate(s, [.. s.Drawn.Select(id => judged.GetValueOrDefault((s.Name, CellText.Neutral(id))))]));
        return (
            new OutputTable(
                "error-rates",
                ["Stratum", "Members", "Drawn", "Adjudicated", "Wrong", "Rate", "Low95", "High95"],
                rates.ToList()
            ),
            rejects
        );
    }

    private static IReadOnlyList<object> Rate(SampleStratum stratum, List<bool?> judged)
    {
        int done = judged.Count(j => j is not null);
        int wrong = judged.Count(j => j == true);
        var (rate, low, high) = AuditSample.ErrorRate(wrong, done);
        object[] figures = done == 0 ? ["", "", ""] : [Math.Round(rate, 4), Math.Round(low, 4), Math.Round(high, 4)];
        return [stratum.Name, stratum.Members, stratum.Drawn.Count, done, wrong, .. figures];
    }
}
