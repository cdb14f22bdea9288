using System.Globalization;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>What a report file became.</summary>
/// <param name="Reports">Every version of every report that was understood, in file order.</param>
/// <param name="Columns">Columns the file carries.</param>
/// <param name="Answer">What was understood and what not.</param>
public sealed record ReportImport(IReadOnlyList<OfficerReport> Reports, ReportColumns Columns, ImportAnswer Answer);

/// <summary>Reads report exports by a profile. Pure: a stream in, rows and rejects out; nothing is dropped, guessed or cut.</summary>
public static class ReportImporter
{
    /// <summary>Rows of one file.</summary>
    public const int RowsMax = 5_000_000;

    /// <summary>Reads one file. <paramref name="fileName"/> is only a label.</summary>
    public static ReportImport Import(string fileName, Stream untrusted, Profile profile) => Import(fileName, untrusted, profile, RowsMax);

    internal static ReportImport Import(string fileName, Stream untrusted, Profile profile, int rowsMax)
    {
        ArgumentNullException.ThrowIfNull(untrusted);
        ArgumentNullException.ThrowIfNull(profile);
        var text = TableText.Read(untrusted, profile.Encoding);
        string? failure = text.Failure ?? (text.Workbook is { } workbook ? XlsxTable.Refuse(workbook) : null);
        if (failure is not null)
        {
            return Unusable(fileName, profile, text, failure);
        }

        var rows = text.Workbook is { } book ? XlsxTable.Read(book) : CsvTable.Read(text.Text!, profile.Delimiter?[0]);
        using var row = rows.GetEnumerator();
        for (int skip = 0; skip < profile.SkipRows && row.MoveNext(); skip++) { }

        if (!row.MoveNext() || row.Current.Fault is not null)
        {
            return Unusable(fileName, profile, text, "there is no header row" + (row.Current.Fault is { } fault ? ": " + fault : ""));
        }

        var plan = new ReportPlan(profile, new Header(row.Current.Cells), text.Workbook is not null);
        if (plan.MissingRequired is { } missing)
        {
            return Unusable(fileName, profile, text, missing) with
            {
                Answer = Answer(fileName, text, plan, new Tally(), []) with { Usable = false, Notes = [.. text.Notes, missing] },
            };
        }

        var tally = new Tally();
        var drafts = new List<ReportDraft>();
        while (row.MoveNext())
        {
            if (tally.RowsRead == rowsMax)
            {
                string tooMany = string.Create(CultureInfo.InvariantCulture, $"more than {rowsMax} rows: split it by period");
                return Unusable(fileName, profile, text, tooMany);
            }

            Sort(fileName, row.Current, plan, tally, drafts);
        }

        return Build(fileName, text, plan, tally, drafts);
    }

    private static void Sort(string file, TableRow row, ReportPlan plan, Tally tally, List<ReportDraft> drafts)
    {
        tally.RowsRead++;
        if (row.Fault is not null)
        {
            tally.Rejects.Add(new RowReject(file, row.Line, "", "", row.Fault));
        }
        else if (Array.TrueForAll(row.Cells, c => string.IsNullOrWhiteSpace(c)))
        {
            tally.PassedOver++;
        }
        else if (plan.Header.IsRepeatedBy(row.Cells))
        {
            tally.PassedOver++;
            tally.HeaderAgain.Add(row.Line);
        }
        else if (WrongWidth(row.Cells, plan.Header.Names.Length))
        {
            string reason = string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Cells.Length} cells where the header has {plan.Header.Names.Length}: a separator inside a cell needs quotes"
            );
            tally.Rejects.Add(new RowReject(file, row.Line, "", Cut(string.Join(',', row.Cells)), reason));
        }
        else if (!plan.AboutCed(row.Cells))
        {
            tally.NotAboutCed++;
        }
        else
        {
            drafts.Add(plan.Draft(row));
        }
    }

    /// <summary>Cells too few, or too many of which one beyond the header is filled.</summary>
    private static bool WrongWidth(string[] cells, int width)
    {
        if (cells.Length < width)
        {
            return true;
        }

        for (int i = width; i < cells.Length; i++)
        {
            if (cells[i].Length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static ReportImport Build(string file, TableText text, ReportPlan plan, Tally tally, List<ReportDraft> drafts)
    {
        var refused = plan.SettleDates(drafts);
        if (refused.Exists(r => plan.IsTimeOfUse(r.Column)))
        {
            return new ReportImport([], ReportColumns.None, Answer(file, text, plan, tally, refused) with { Usable = false });
        }

        var reports = new List<OfficerReport>(drafts.Count);
        var seen = new Dictionary<(string, int), OfficerReport>();
        foreach (var draft in drafts)
        {
            var report = plan.Read(file, draft, tally.Rejects);
            if (report is null)
            {
                continue;
            }

            if (!seen.TryAdd((report.ReportId, report.Version), report))
            {
                var first = seen[(report.ReportId, report.Version)];
                bool same = ReportVersions.Changes(first, report).Count == 0;
                tally.Rejects.Add(
                    new RowReject(
                        file,
                        draft.Line,
                        "ReportId",
                        Cut(report.ReportId),
                        string.Create(CultureInfo.InvariantCulture, $"the same report and version stand at line {first.Source.Line}, ")
                            + (same ? "with the same content: counted once" : "with other content: give the newer one a higher version")
                    )
                );
                continue;
            }

            reports.Add(report);
        }

        tally.Understood = reports.Count;
        return new ReportImport(ReportVersions.Chain(reports), plan.Columns(refused), Answer(file, text, plan, tally, refused));
    }

    private static ReportImport Unusable(string file, Profile profile, TableText text, string why) =>
        new(
            [],
            ReportColumns.None,
            new ImportAnswer
            {
                File = file,
                Profile = profile.Name,
                Encoding = text.Encoding,
                Sha256 = text.Sha256,
                Usable = false,
                Notes = [why],
            }
        );

    private static ImportAnswer Answer(string file, TableText text, ReportPlan plan, Tally tally, IReadOnlyList<RefusedColumn> refused) =>
        new()
        {
            File = file,
            Profile = plan.Profile.Name,
            Encoding = text.Encoding,
            Sha256 = text.Sha256,
            RowsRead = tally.RowsRead,
            RowsUnderstood = tally.Understood,
            RowsNotAboutCed = tally.NotAboutCed,
            RowsPassedOver = tally.PassedOver,
            ColumnsUnderstood = plan.Understood,
            ColumnsUnknown = plan.Unknown,
            ColumnsMissing = plan.Missing,
            ColumnsRefused = refused,
            Rejects = tally.Rejects,
            Notes = [.. text.Notes, .. plan.Header.Notes(tally.HeaderAgain)],
        };

    internal static string Cut(string cell) => cell.Length <= RowReject.CellCharsMax ? cell : cell[..RowReject.CellCharsMax] + "…";

    private sealed class Tally
    {
        public int RowsRead { get; set; }

        public int Understood { get; set; }

        public int NotAboutCed { get; set; }

        public int PassedOver { get; set; }

        public List<int> HeaderAgain { get; } = [];

        public List<RowReject> Rejects { get; } = [];
    }
}
