namespace TaserTelemetry.Scoring.Truth;

/// <summary>Levels from lowest to highest, in the Home Office column order of 2015-16 (domain 2.4).</summary>
internal enum Level
{
    None,
    Drawn,
    Aimed,
    Arced,
    RedDot,
    DriveStun,
    Angled,
    Fired,
}

/// <summary>A report as an auditor holds it: the newest version where versions are told, else each row.</summary>
/// <param name="Key">As findings name it: the report id, or the line of the row in a layout without ids.</param>
/// <param name="IsRepeated">The layout has no versions and holds several rows of this report.</param>
internal sealed record Report(string Key, int UseId, PaperRow Row, bool IsRepeated, IReadOnlyList<PaperRow> Versions)
{
    public Level Level { get; init; }

    public string Serial { get; init; } = "";

    public int? Cycles { get; init; }

    public string Extended { get; init; } = "";

    public string Interrupted { get; init; } = "";

    public string Repeated { get; init; } = "";

    public IReadOnlyList<string> Cartridges { get; init; } = [];
}

/// <summary>The reports of one profile, joined to the uses that they are about.</summary>
internal sealed class Reports
{
    private readonly Dictionary<int, Report> _ofUse = [];

    public Reports(TrueWorld world, string profile)
    {
        Profile = profile;
        Paper = world.Papers[$"reports-{profile}.csv"];
        var ids = world.Papers["reports-uk-271-internal.csv"];
        var idOf = ids.Rows.ToDictionary(r => r.Index, r => ids.TruthCell(r, "ReportId"));
        foreach (var group in Paper.Written.GroupBy(r => idOf[r.Index]))
        {
            var use = int.Parse(group.Key.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
            var rows = group.OrderBy(r => r.Index).ToList();
            if (IsInternal)
            {
                var newest = rows.MaxBy(r => int.Parse(Paper.Cell(r, "Version"), System.Globalization.CultureInfo.InvariantCulture))!;
                Add(Read(group.Key, use, newest, false, rows));
            }
            else
            {
                foreach (var row in rows)
                {
                    Add(Read(FormattableString.Invariant($"row {row.Line}"), use, row, rows.Count > 1, rows));
                }
            }
        }
    }

    public string Profile { get; }

    public Paper Paper { get; }

    public bool IsInternal => Profile == "uk-271-internal";

    public List<Report> All { get; } = [];

    public Report? Of(Use use) => _ofUse.GetValueOrDefault(use.Id);

    private void Add(Report report)
    {
        All.Add(report);
        _ofUse[report.UseId] = report;
    }

    private Report Read(string key, int use, PaperRow row, bool repeated, IReadOnlyList<PaperRow> versions) =>
        new(key, use, row, repeated, versions)
        {
            Level = HighestTick(row),
            Serial = Paper.Cell(row, "CED Device Serial No"),
            Cycles = int.TryParse(Paper.Cell(row, "CED Fired Total Number Of Cycles"), out var cycles) ? cycles : null,
            Extended = Paper.Cell(row, "CED Fired Cycle Extended Beyond 5 Secs"),
            Interrupted = Paper.Cell(row, "CED Fired 5 Secs Cycle Interrupted"),
            Repeated = Paper.Cell(row, "CED Fired Repeat Cycle Same Cartridge"),
            Cartridges =
            [
                .. Paper
                    .Cell(row, "CED Fired Cartridge Number")
                    .Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            ],
        };

    private Level HighestTick(PaperRow row)
    {
        (string Column, Level Level)[] ticks =
        [
            ("CED Fired", Level.Fired),
            ("CED Angle Drive Stun", Level.Angled),
            ("CED Drive Stun", Level.DriveStun),
            ("CED Red-Dotted", Level.RedDot),
            ("CED Arced", Level.Arced),
            ("CED Aimed", Level.Aimed),
            ("CED Drawn", Level.Drawn),
        ];
        return ticks.FirstOrDefault(t => Paper.Cell(row, t.Column) == "Yes").Level;
    }
}
