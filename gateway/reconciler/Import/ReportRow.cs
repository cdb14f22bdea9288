using System.Globalization;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>Reads the used cells of one row as a report. A cell that cannot be understood rejects the row, with the cell.</summary>
internal sealed class ReportRow(Profile profile, Func<string, int> placeOf)
{
    /// <summary>Cycles one cell may state: more is a typing error.</summary>
    public const int CyclesMax = 999;

    private readonly Dictionary<string, int> _places = ColumnsOf(profile).Distinct(StringComparer.Ordinal).ToDictionary(c => c, placeOf);
    private string _file = "";
    private ReportDraft _draft = new(0, [], 0);
    private List<RowReject> _rejects = [];
    private bool _rejected;

    /// <summary>All columns that a profile names.</summary>
    public static IEnumerable<string> ColumnsOf(Profile profile) =>
        profile
            .Fields.Values.SelectMany(f => f.Columns.Concat(f.When?.Columns ?? []))
            .Concat(profile.LevelTicks.Values.SelectMany(c => c))
            .Concat(profile.Levels?.Columns ?? []);

    public OfficerReport? Read(
        string file,
        ReportDraft draft,
        Dictionary<ReportField, IReadOnlyList<DateLayout>> layouts,
        List<RowReject> rejects
    )
    {
        (_file, _draft, _rejects, _rejected) = (file, draft, rejects, false);
        foreach (var (field, source) in profile.Fields)
        {
            if (source.Required && Text(field).Length == 0)
            {
                Reject(source.Columns[0], "", "the cell is empty and the profile requires it");
            }
        }

        var usedAt = Time(ReportField.UsedAt, layouts);
        if (usedAt is null && !_rejected)
        {
            Reject(profile.Fields[ReportField.UsedAt].Columns[0], "", "the time of use is empty: the report cannot be matched");
        }

        var report = new OfficerReport
        {
            ReportId = Text(ReportField.ReportId) is { Length: > 0 } id
                ? id
                : string.Create(CultureInfo.InvariantCulture, $"row {draft.Line}"),
            Version = Version(),
            SubmittedAt = Time(ReportField.SubmittedAt, layouts)?.Interval,
            ReviewedAt = Time(ReportField.ReviewedAt, layouts)?.Interval,
            OfficerRef = Text(ReportField.OfficerRef),
            IncidentRef = Text(ReportField.IncidentRef),
            UsedAt = usedAt?.Interval ?? default,
            UsedAtHasTime = usedAt?.HasTime ?? false,
            DeviceSerial = Text(ReportField.DeviceSerial),
            Levels = Levels(),
            Cycles = Count(ReportField.Cycles, CyclesMax),
            Extended = Flag(ReportField.Extended),
            Interrupted = Flag(ReportField.Interrupted),
            RepeatCycle = Flag(ReportField.RepeatCycle),
            Cartridges = List(ReportField.Cartridges),
            CartridgesFired = Ticks(ReportField.CartridgesFired),
            CedUsed = Flag(ReportField.CedUsed),
            TrainedCed = Flag(ReportField.TrainedCed),
            CarryingCed = Flag(ReportField.CarryingCed),
            JustificationPresent = profile.Fields.ContainsKey(ReportField.Justification)
                ? Text(ReportField.Justification).Length > 0
                : null,
            SubjectAge = Text(ReportField.SubjectAge),
            MentalHealthFactor = Flag(ReportField.MentalHealth),
            SubjectEthnicity = Text(ReportField.SubjectEthnicity),
            Team = Text(ReportField.Team),
            Source = new SourceRow(file, draft.Line),
            RowHash = draft.RowHash,
        };
        return _rejected ? null : report;
    }

    /// <summary>Date and time in two columns are joined by a space; a missing time leaves the date.</summary>
    public string TimeCell(FieldSource source, string[] cells)
    {
        string whole = "";
        foreach (string column in source.Columns)
        {
            string cell = Cell(column, cells);
            bool pad = source.PadTo > 0 && column == source.Columns[^1] && cell.Length > 0 && cell.All(char.IsAsciiDigit);
            cell = pad ? cell.PadLeft(source.PadTo, '0') : cell;
            whole = whole.Length == 0 || cell.Length == 0 ? whole + cell : whole + " " + cell;
        }

        return whole;
    }

    private string Cell(string column, string[] cells)
    {
        int place = _places[column];
        string cell = place < 0 ? "" : cells[place].Trim();
        foreach (string absent in profile.Absent)
        {
            if (cell.Equals(absent, StringComparison.OrdinalIgnoreCase))
            {
                return "";
            }
        }

        return cell;
    }

    private string Text(ReportField field)
    {
        if (profile.Fields.TryGetValue(field, out var source))
        {
            foreach (string column in source.Columns)
            {
                string cell = Cell(column, _draft.Cells);
                if (cell.Length > 0)
                {
                    return cell;
                }
            }
        }

        return "";
    }

    private ParsedTime? Time(ReportField field, Dictionary<ReportField, IReadOnlyList<DateLayout>> layouts)
    {
        if (!profile.Fields.TryGetValue(field, out var source))
        {
            return null;
        }

        string cell = TimeCell(source, _draft.Cells);
        if (cell.Length == 0 || layouts[field].Count == 0)
        {
            return null;
        }

        foreach (var layout in layouts[field])
        {
            if (layout.TryParse(cell, out var time))
            {
                if (time.Fault is null)
                {
                    return time;
                }

                Reject(source.Columns[0], cell, time.Fault);
                return null;
            }
        }

        Reject(source.Columns[0], cell, "not in the stated layout: " + string.Join(" or ", layouts[field].Select(l => l.Layout)));
        return null;
    }

    private int? Count(ReportField field, int max)
    {
        if (!profile.Fields.TryGetValue(field, out var source) || (source.When is { } when && !Meets(when)))
        {
            return null;
        }

        int? sum = null;
        foreach (string column in source.Columns)
        {
            foreach (string part in Split(Cell(column, _draft.Cells), source.Separators))
            {
                if (!TryWhole(part, out int value) || value > max || value + (long)(sum ?? 0) > max)
                {
                    Reject(column, part, string.Create(CultureInfo.InvariantCulture, $"not a whole number from 0 to {max}"));
                    return null;
                }

                sum = (sum ?? 0) + value;
            }
        }

        return sum;
    }

    private int Version()
    {
        int version = Count(ReportField.Version, int.MaxValue) ?? 1;
        if (version == 0)
        {
            Reject(profile.Fields[ReportField.Version].Columns[0], "0", "versions count from 1");
        }

        return version;
    }

    private static bool TryWhole(string cell, out int value)
    {
        if (int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        // spreadsheets hand on 2 as 2.0
        bool whole =
            double.TryParse(cell, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number % 1 == 0;
        value = whole && number < int.MaxValue ? (int)number : 0;
        return whole && number < int.MaxValue;
    }

    private bool Meets(Condition condition) =>
        condition.Columns.Any(c => condition.Contains.Any(w => Cell(c, _draft.Cells).Contains(w, StringComparison.OrdinalIgnoreCase)));

    /// <summary>Any yes is yes; else any no is no; else not stated.</summary>
    private bool? Flag(ReportField field)
    {
        bool? answer = null;
        foreach (string column in profile.Fields.TryGetValue(field, out var source) ? source.Columns : [])
        {
            answer = YesOrNo(column) switch
            {
                true => true,
                false => answer ?? false,
                null => answer,
            };
        }

        return answer;
    }

    private int? Ticks(ReportField field)
    {
        int? ticks = null;
        foreach (string column in profile.Fields.TryGetValue(field, out var source) ? source.Columns : [])
        {
            if (YesOrNo(column) is { } yes)
            {
                ticks = (ticks ?? 0) + (yes ? 1 : 0);
            }
        }

        return ticks;
    }

    private bool? YesOrNo(string column)
    {
        string cell = Cell(column, _draft.Cells);
        if (cell.Length == 0)
        {
            return null;
        }

        if (profile.Yes.Contains(cell, StringComparer.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!profile.No.Contains(cell, StringComparer.OrdinalIgnoreCase))
        {
            Reject(column, cell, "neither a word for yes nor one for no in the profile");
        }

        return false;
    }

    private List<string> List(ReportField field)
    {
        var all = new List<string>();
        foreach (string column in profile.Fields.TryGetValue(field, out var source) ? source.Columns : [])
        {
            all.AddRange(Split(Cell(column, _draft.Cells), source!.Separators));
        }

        return all;
    }

    private UseLevels Levels()
    {
        var levels = UseLevels.None;
        foreach (var (name, columns) in profile.LevelTicks)
        {
            ProfileCheck.TryLevel(name, out var level);
            foreach (string column in columns)
            {
                levels |= YesOrNo(column) == true ? level : UseLevels.None;
            }
        }

        foreach (string column in profile.Levels?.Columns ?? [])
        {
            foreach (string word in Split(Cell(column, _draft.Cells), profile.Levels!.Separators))
            {
                levels |= Level(column, word);
            }
        }

        return levels;
    }

    private UseLevels Level(string column, string word)
    {
        foreach (var (known, name) in profile.Levels!.Words)
        {
            if (known.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                ProfileCheck.TryLevel(name, out var level);
                return level;
            }
        }

        if (!profile.Levels.OthersAllowed)
        {
            Reject(column, word, "no level of the profile has this name");
        }

        return UseLevels.None;
    }

    private static string[] Split(string cell, string separators) =>
        cell.Length == 0 ? []
        : separators.Length == 0 ? [cell]
        : cell.Split(separators.ToCharArray(), StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void Reject(string column, string cell, string reason)
    {
        _rejected = true;
        _rejects.Add(new RowReject(_file, _draft.Line, column, ReportImporter.Cut(cell), reason));
    }
}
