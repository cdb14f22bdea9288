using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>What a second import of the same reports brought.</summary>
/// <param name="Reports">All versions, the older ones kept.</param>
/// <param name="Unchanged">Reports whose rows are the same.</param>
/// <param name="Reformatted">Reports whose cells look different and mean the same.</param>
/// <param name="Edited">Reports with a real edit: "id: columns".</param>
/// <param name="Added">Reports seen for the first time.</param>
/// <param name="Gone">Report ids of the older import that the newer one lacks; they are kept.</param>
public sealed record Reimport(
    IReadOnlyList<OfficerReport> Reports,
    int Unchanged,
    int Reformatted,
    IReadOnlyList<string> Edited,
    int Added,
    IReadOnlyList<string> Gone
);

/// <summary>Versions of reports: a re-formatted cell is not an edit (New Orleans re-published nearly every row with another date layout).</summary>
public static class ReportVersions
{
    /// <summary>Columns in which two versions mean different things, by name, in order.</summary>
    public static IReadOnlyList<string> Changes(OfficerReport older, OfficerReport newer)
    {
        var changed = new List<string>();
        void Compare<T>(string name, T a, T b)
        {
            if (!EqualityComparer<T>.Default.Equals(a, b))
            {
                changed.Add(name);
            }
        }

        Compare("OfficerRef", older.OfficerRef, newer.OfficerRef);
        Compare("IncidentRef", older.IncidentRef, newer.IncidentRef);
        if (!older.UsedAt.Overlaps(newer.UsedAt))
        {
            changed.Add("UsedAt");
        }

        Compare("DeviceSerial", older.DeviceSerial, newer.DeviceSerial);
        Compare("Level", older.Levels, newer.Levels);
        Compare("Cycles", older.Cycles, newer.Cycles);
        Compare("Extended", older.Extended, newer.Extended);
        Compare("Interrupted", older.Interrupted, newer.Interrupted);
        Compare("RepeatCycle", older.RepeatCycle, newer.RepeatCycle);
        if (!older.Cartridges.SequenceEqual(newer.Cartridges))
        {
            changed.Add("Cartridges");
        }

        Compare("CartridgesFired", older.CartridgesFired, newer.CartridgesFired);
        Compare("CedUsed", older.CedUsed, newer.CedUsed);
        Compare("TrainedCed", older.TrainedCed, newer.TrainedCed);
        Compare("CarryingCed", older.CarryingCed, newer.CarryingCed);
        Compare("Justification", older.JustificationPresent, newer.JustificationPresent);
        Compare("SubjectAge", older.SubjectAge, newer.SubjectAge);
        Compare("MentalHealth", older.MentalHealthFactor, newer.MentalHealthFactor);
        Compare("SubjectEthnicity", older.SubjectEthnicity, newer.SubjectEthnicity);
        Compare("Team", older.Team, newer.Team);
        return changed;
    }

    /// <summary>Each version with the columns changed since the one before it.</summary>
    public static IReadOnlyList<OfficerReport> Chain(IReadOnlyList<OfficerReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        if (!reports.Any(r => r.Version > 1))
        {
            return reports;
        }

        var changes = new Dictionary<OfficerReport, IReadOnlyList<string>>(ReferenceEqualityComparer.Instance);
        foreach (var versions in reports.GroupBy(r => r.ReportId, StringComparer.Ordinal))
        {
            OfficerReport? before = null;
            foreach (var report in versions.OrderBy(r => r.Version))
            {
                changes[report] = before is null ? [] : Changes(before, report);
                before = report;
            }
        }

        return reports.Select(r => changes[r].Count == 0 ? r : r with { ChangedColumns = changes[r] }).ToList();
    }

    /// <summary>
    /// Puts a newer import onto an older one. An edit that states no higher version becomes the next version. A row is compared with the
    /// same version of its report where the file states versions, and with the newest one known where it does not.
    /// </summary>
    public static Reimport Merge(IReadOnlyList<OfficerReport> older, IReadOnlyList<OfficerReport> newer, bool statesVersions = true)
    {
        ArgumentNullException.ThrowIfNull(older);
        ArgumentNullException.ThrowIfNull(newer);
        var latest = new Dictionary<string, OfficerReport>(StringComparer.Ordinal);
        var known = new Dictionary<(string, int), OfficerReport>();
        foreach (var report in older)
        {
            known[(report.ReportId, report.Version)] = report;
            latest[report.ReportId] = latest.TryGetValue(report.ReportId, out var l) && l.Version > report.Version ? l : report;
        }

        var before = latest.Keys.ToHashSet(StringComparer.Ordinal);
        var all = older.ToList();
        var edited = new List<string>();
        var (unchanged, reformatted, added) = (0, 0, 0);
        foreach (var report in newer.OrderBy(r => r.Version)) // stable: rows of one version stay in file order
        {
            if (!latest.TryGetValue(report.ReportId, out var newest))
            {
                added++;
                all.Add(report);
                latest[report.ReportId] = report;
                continue;
            }

            var same = statesVersions && known.TryGetValue((report.ReportId, report.Version), out var k) ? k : newest;
            var changes = Changes(same, report);
            if (changes.Count == 0 && (report.Version <= newest.Version || !statesVersions))
            {
                (unchanged, reformatted) = report.RowHash == same.RowHash ? (unchanged + 1, reformatted) : (unchanged, reformatted + 1);
                continue;
            }

            if (before.Contains(report.ReportId) && changes.Count > 0)
            {
                edited.Add(report.ReportId + ": " + string.Join(", ", changes));
            }

            var next = report with { Version = Math.Max(report.Version, newest.Version + 1), ChangedColumns = changes };
            all.Add(next);
            latest[report.ReportId] = next;
        }

        var ids = newer.Select(r => r.ReportId).ToHashSet(StringComparer.Ordinal);
        var gone = before.Where(k => !ids.Contains(k)).Order(StringComparer.Ordinal).ToList();
        return new Reimport(all, unchanged, reformatted, edited, added, gone);
    }
}
