using System.Globalization;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>
/// Use-of-force reports: one officer, one person. The plain table carries the truth and the slips; the 271-column exports are other
/// layouts of the same written rows.
/// </summary>
internal sealed class Reports
{
    private readonly History _history;
    private readonly Draw _draw;
    private readonly List<(DocumentRow Row, Use Use)> _rows = [];

    public Reports(History history, Draw draw)
    {
        (_history, _draw) = (history, draw);
        Plain = new DocumentTable(
            "reports.csv",
            "ReportId",
            "Version",
            "SubmittedAt",
            "OfficerRef",
            "IncidentRef",
            "UsedAt",
            "DeviceSerial",
            "Level",
            "Cycles"
        );
        foreach (var use in history.Uses)
        {
            Write(use);
        }
    }

    public DocumentTable Plain { get; }

    /// <summary>Which use each row is about.</summary>
    public IReadOnlyList<(DocumentRow Row, Use Use)> Rows => _rows;

    public static string LevelText(UseLevel level) =>
        level switch
        {
            UseLevel.RedDotted => "Red-dot",
            UseLevel.DriveStun => "Drive stun",
            UseLevel.AngleDriveStun => "Angled drive stun",
            _ => level.ToString(),
        };

    private void Write(Use use)
    {
        var paper = _history.Scenario.Paper;
        var submitted = use.Issue.ReturnedUtcMs + _draw.Between(-60 * UkTime.MinuteMs, 5 * UkTime.HourMs);
        var late = use.Plan == Planned.Random && _draw.Chance(paper.ReportLate);
        if (late)
        {
            submitted += _draw.Between(2 * UkTime.DayMs, 9 * UkTime.DayMs);
        }

        var edited = use.Plan == Planned.Random && _draw.Chance(paper.ReportEdited);
        var row = Row(use, 1, submitted);
        if (use.Plan == Planned.None || use.Plan == Planned.Random && _draw.Chance(paper.ReportMissing))
        {
            Plain.Omit(row, "never-written");
            return;
        }

        if (use.Plan == Planned.Overstated)
        {
            Plain.Miswrite(row, "Level", LevelText(UseLevel.Fired), "level-above-what-happened");
            Plain.Miswrite(row, "Cycles", "1", "level-above-what-happened");
        }
        else if (use.Plan == Planned.Random)
        {
            Slip(use, row);
        }

        Time(use, row);
        if (submitted > _history.EndUtcMs)
        {
            Plain.Omit(row, "not-written-yet");
        }
        else if (edited && submitted + 6 * UkTime.DayMs < _history.EndUtcMs)
        {
            Time(use, Row(use, 2, submitted + _draw.Between(UkTime.DayMs, 5 * UkTime.DayMs)));
        }
    }

    private DocumentRow Row(Use use, int version, long submittedUtcMs)
    {
        var row = Plain.Add(
            string.Create(CultureInfo.InvariantCulture, $"R{use.Id:D6}"),
            version.ToString(CultureInfo.InvariantCulture),
            UkTime.Rfc3339(submittedUtcMs),
            use.Issue.Officer.Reference,
            use.Incident.Reference,
            UkTime.Rfc3339(use.StartUtcMs / UkTime.MinuteMs * UkTime.MinuteMs),
            use.Issue.Device.Serial,
            LevelText(use.Level),
            use.Level >= UseLevel.DriveStun ? use.Activations.Count.ToString(CultureInfo.InvariantCulture) : ""
        );
        _rows.Add((row, use));
        return row;
    }

    /// <summary>People remember the time to some minutes.</summary>
    private void Time(Use use, DocumentRow row)
    {
        var error = _history.Scenario.Paper.UsedAtErrorMinutes;
        var minutes = (long)Math.Clamp(Math.Round(_draw.Bell(error / 2.0), MidpointRounding.ToEven), -error, error);
        var written = use.StartUtcMs / UkTime.MinuteMs * UkTime.MinuteMs + minutes * UkTime.MinuteMs;
        Plain.Miswrite(row, "UsedAt", UkTime.Rfc3339(written), "remembered-time");
    }

    private void Slip(Use use, DocumentRow row)
    {
        var paper = _history.Scenario.Paper;
        if (_draw.Chance(paper.LevelNotStated))
        {
            Plain.Miswrite(row, "Level", "", "level-not-stated");
        }
        else if (_draw.Chance(paper.LevelWrong))
        {
            // one step down or up; angled and plain drive stun are what people mix up most
            var wrong = use.Level switch
            {
                UseLevel.AngleDriveStun => UseLevel.DriveStun,
                UseLevel.Fired => _draw.Pick([UseLevel.RedDotted, UseLevel.Aimed, UseLevel.AngleDriveStun]),
                UseLevel.DriveStun => _draw.Pick([UseLevel.RedDotted, UseLevel.AngleDriveStun]),
                _ => _draw.Pick([UseLevel.Fired, UseLevel.Drawn, UseLevel.Aimed, UseLevel.RedDotted]),
            };
            Plain.Miswrite(row, "Level", LevelText(wrong), "level-wrong");
        }

        if (use.Level >= UseLevel.DriveStun && _draw.Chance(paper.CyclesWrong))
        {
            var count = Math.Max(0, use.Activations.Count + (_draw.Chance(0.7) ? -1 : 1));
            Plain.Miswrite(row, "Cycles", count.ToString(CultureInfo.InvariantCulture), "cycles-wrong");
        }

        if (_draw.Chance(paper.DeviceSerialWrong))
        {
            var wrong = _draw.Weighted([0.45, 0.25, 0.2, 0.1]) switch
            {
                0 => Typing.OneWrong(use.Issue.Device.Serial, _draw),
                1 => Typing.LookAlike(use.Issue.Device.Serial),
                2 => _draw.Pick(use.Issue.Device.Armoury.Devices).Serial,
                _ => "",
            };
            Plain.Miswrite(row, "DeviceSerial", wrong, wrong.Length == 0 ? "serial-blank" : "serial-mistyped");
        }
    }
}
