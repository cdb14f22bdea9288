using System.Globalization;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>
/// Reports of several files, in the order they are handed in. Where files carry report ids, a later one is a re-import of what it shares
/// with the earlier ones: looks and edits are told apart and every version is kept. Where they do not, a row is a report of its own.
/// </summary>
public sealed class ReportFiles
{
    /// <summary>Edited reports named in a note; the versions of all are kept.</summary>
    public const int EditsNamedMax = 20;

    private readonly List<ImportAnswer> _answers = [];
    private IReadOnlyList<OfficerReport> _reports = [];
    private bool _withIds = true;

    /// <summary>Every version of every report.</summary>
    public IReadOnlyList<OfficerReport> Reports => _reports;

    /// <summary>Columns that every file carries, since a rule may only rest on those; none while no file was added.</summary>
    public ReportColumns Columns { get; private set; } = ReportColumns.None;

    /// <summary>What each file was, with what it brought over the earlier ones.</summary>
    public IReadOnlyList<ImportAnswer> Answers => _answers;

    /// <summary>Adds one file.</summary>
    public void Add(ReportImport import)
    {
        ArgumentNullException.ThrowIfNull(import);
        bool first = _answers.Count == 0;
        Columns = first ? import.Columns : Columns & import.Columns;
        bool ids = import.Columns.HasFlag(ReportColumns.ReportId);
        if (first || !ids || !_withIds)
        {
            string file = import.Answer.File;
            _reports = first
                ? import.Reports
                : [.. _reports, .. import.Reports.Select(r => ids ? r : r with { ReportId = file + " " + r.ReportId })];
            _withIds &= ids;
            _answers.Add(import.Answer);
            return;
        }

        var merged = ReportVersions.Merge(_reports, import.Reports, import.Columns.HasFlag(ReportColumns.Version));
        _reports = merged.Reports;
        _answers.Add(import.Answer with { Notes = [.. import.Answer.Notes, .. Notes(merged)] });
    }

    private static IEnumerable<string> Notes(Reimport merged)
    {
        int shared = merged.Unchanged + merged.Reformatted + merged.Edited.Count;
        if (shared == 0)
        {
            yield break;
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"against the files before: {merged.Unchanged} the same, {merged.Reformatted} written differently with the same meaning, {merged.Edited.Count} edited, {merged.Added} new, {merged.Gone.Count} no longer there and kept"
        );
        if (merged.Edited.Count > 0)
        {
            yield return "edited: "
                + string.Join(" | ", merged.Edited.Take(EditsNamedMax))
                + (merged.Edited.Count > EditsNamedMax ? " and more" : "");
        }
    }
}
