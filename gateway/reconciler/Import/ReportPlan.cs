using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>The cells of one row that the profile uses, in the plan's order.</summary>
internal sealed record ReportDraft(int Line, string[] Cells, ulong RowHash);

/// <summary>A profile bound to the header of one file: which cell is what.</summary>
internal sealed class ReportPlan
{
    private readonly int[] _used;
    private readonly Dictionary<int, int> _placeOfColumn = [];
    private readonly Dictionary<ReportField, IReadOnlyList<DateLayout>> _layouts = [];
    private readonly ReportRow _row;
    private readonly int[] _aboutCed;

    public ReportPlan(Profile profile, Header header, bool workbook)
    {
        Profile = profile;
        Header = header;
        var wanted = ReportRow.ColumnsOf(profile).ToList();
        _used = wanted.Select(header.Find).Where(p => p >= 0).Distinct().Order().ToArray();
        for (int i = 0; i < _used.Length; i++)
        {
            _placeOfColumn[_used[i]] = i;
        }

        var zone = ProfileCheck.Zone(profile.TimeZone) ?? TimeZoneInfo.Utc;
        foreach (var (field, source) in profile.Fields)
        {
            if (source.Layouts.Count > 0)
            {
                var layouts = source.Layouts.Select(l => new DateLayout(l, zone));
                _layouts[field] = (workbook ? layouts.Append(new DateLayout(XlsxTable.DateLayout, zone)) : layouts).ToList();
            }
        }

        _row = new ReportRow(profile, PlaceOf);
        _aboutCed = profile.AboutCed?.Columns.Select(header.Find).Where(p => p >= 0).ToArray() ?? [];
        Missing = wanted.Where(w => header.Find(w) < 0).Distinct(StringComparer.Ordinal).ToList();
        Understood = _used.Select(u => header.Names[u]).ToList();
        var unused = profile.Unused.Select(header.Find).ToHashSet();
        Unknown = header.Names.Where((n, i) => n.Length > 0 && !_placeOfColumn.ContainsKey(i) && !unused.Contains(i)).ToList();
        foreach (var (field, source) in profile.Fields)
        {
            if ((source.Required || field == ReportField.UsedAt) && PlaceOf(source.Columns[0]) < 0)
            {
                MissingRequired ??= $"column \"{source.Columns[0]}\" is missing: is \"{profile.Name}\" the right profile?";
            }
        }
    }

    public Profile Profile { get; }

    public Header Header { get; }

    public string? MissingRequired { get; }

    public IReadOnlyList<string> Missing { get; }

    public IReadOnlyList<string> Understood { get; }

    public IReadOnlyList<string> Unknown { get; }

    public bool AboutCed(string[] cells)
    {
        if (Profile.AboutCed is not { } condition)
        {
            return true;
        }

        foreach (int place in _aboutCed)
        {
            foreach (string word in condition.Contains)
            {
                if (cells[place].Contains(word, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    public ReportDraft Draft(TableRow row)
    {
        var cells = new string[_used.Length];
        ulong hash = 14695981039346656037;
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = row.Cells[_used[i]];
            foreach (char c in cells[i])
            {
                hash = unchecked((hash ^ c) * 1099511628211); // FNV-1a is arithmetic modulo 2^64
            }

            hash = unchecked((hash ^ 0xFFFF) * 1099511628211); // as above; the cell's end
        }

        return new ReportDraft(row.Line, cells, hash);
    }

    /// <summary>Decides the layout of each time column over the whole file; answers the columns that had to be refused.</summary>
    public List<RefusedColumn> SettleDates(List<ReportDraft> drafts)
    {
        var refused = new List<RefusedColumn>();
        foreach (var (field, layouts) in _layouts.ToList())
        {
            var source = Profile.Fields[field];
            var cells = drafts.Select(d => (d.Line, Cell: _row.TimeCell(source, d.Cells))).Where(c => c.Cell.Length > 0);
            var (left, refusal) = DateColumn.Settle(string.Join(" + ", source.Columns), layouts, cells);
            _layouts[field] = left;
            if (refusal is not null)
            {
                refused.Add(refusal);
            }
        }

        return refused;
    }

    public bool IsTimeOfUse(string column) => column == string.Join(" + ", Profile.Fields[ReportField.UsedAt].Columns);

    public OfficerReport? Read(string file, ReportDraft draft, List<RowReject> rejects) => _row.Read(file, draft, _layouts, rejects);

    public ReportColumns Columns(IReadOnlyList<RefusedColumn> refused)
    {
        var columns = ReportColumns.None;
        foreach (var (field, source) in Profile.Fields)
        {
            bool there = source.Columns.Any(c => PlaceOf(c) >= 0) && !refused.Any(r => r.Column == string.Join(" + ", source.Columns));
            columns |= there ? ColumnOf(field) : ReportColumns.None;
        }

        bool levels = Profile.LevelTicks.Values.SelectMany(c => c).Concat(Profile.Levels?.Columns ?? []).Any(c => PlaceOf(c) >= 0);
        return levels ? columns | ReportColumns.Level : columns;
    }

    /// <summary>Place of a column among the used cells; -1 = the file lacks it.</summary>
    private int PlaceOf(string column)
    {
        int place = Header.Find(column);
        return place >= 0 && _placeOfColumn.TryGetValue(place, out int used) ? used : -1;
    }

    private static ReportColumns ColumnOf(ReportField field) =>
        field switch
        {
            ReportField.ReportId => ReportColumns.ReportId,
            ReportField.Version => ReportColumns.Version,
            ReportField.SubmittedAt => ReportColumns.SubmittedAt,
            ReportField.ReviewedAt => ReportColumns.ReviewedAt,
            ReportField.OfficerRef => ReportColumns.OfficerRef,
            ReportField.IncidentRef => ReportColumns.IncidentRef,
            ReportField.UsedAt => ReportColumns.UsedAt,
            ReportField.DeviceSerial => ReportColumns.DeviceSerial,
            ReportField.Cycles => ReportColumns.Cycles,
            ReportField.Extended => ReportColumns.Extended,
            ReportField.Interrupted => ReportColumns.Interrupted,
            ReportField.RepeatCycle => ReportColumns.RepeatCycle,
            ReportField.Cartridges => ReportColumns.Cartridges,
            ReportField.TrainedCed or ReportField.CarryingCed => ReportColumns.TrainedAndCarrying,
            ReportField.Justification => ReportColumns.Justification,
            ReportField.SubjectAge or ReportField.MentalHealth => ReportColumns.SubjectFactors,
            ReportField.SubjectEthnicity => ReportColumns.Ethnicity,
            ReportField.Team => ReportColumns.Team,
            _ => ReportColumns.None,
        };
}
