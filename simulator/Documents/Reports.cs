using System.Globalization;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>
/// Use-of-force reports: one officer, one person. The form holds everything that any export shows; the truth and the slips are made here
/// once, and the exports (<see cref="ReportExports"/>) are layouts of it.
/// </summary>
internal sealed class Reports
{
    private readonly History _history;
    private readonly Draw _draw;
    private readonly Draw _odd;
    private readonly Draw _above;
    private readonly Draw _reasons;
    private readonly List<(string Serial, string Incident)> _firedBefore = [];

    public Reports(History history, Draw draw)
    {
        (_history, _draw) = (history, draw);
        _odd = Draw.For(history.Seed, "odd reports");
        _above = Draw.For(history.Seed, "levels above");
        _reasons = Draw.For(history.Seed, "justifications");
        Form = new DocumentTable(
            "form",
            "ReportId",
            "Version",
            "SubmittedAt",
            "OfficerRef",
            "IncidentRef",
            "UsedAt",
            "DeviceSerial",
            "Level",
            "Cycles",
            "CartridgeNumbers",
            "Interrupted",
            "Extended",
            "RepeatCycle",
            "MissedOne",
            "MissedBoth",
            "ReviewedAt",
            "Subject",
            "SubjectAge",
            "MentalHealth",
            "Trained",
            "Carrying",
            "Justification"
        );
        foreach (var use in history.Uses)
        {
            Write(use);
        }
    }

    public DocumentTable Form { get; }

    /// <summary>Whether this force exports the form with its justification.</summary>
    public bool ShowsJustification => _history.Scenario.Paper.JustificationMissing > 0;

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
        var random = use.Plan == Planned.Random;
        var submitted = use.Issue.ReturnedUtcMs + _draw.Between(-60 * UkTime.MinuteMs, 5 * UkTime.HourMs);
        if (random && _draw.Chance(paper.ReportLate))
        {
            submitted += _draw.Between(2 * UkTime.DayMs, 9 * UkTime.DayMs);
        }

        var edited = random && _draw.Chance(paper.ReportEdited);
        var row = Row(use, 1, submitted);
        if (use.Plan == Planned.None || random && _draw.Chance(paper.ReportMissing))
        {
            Form.Omit(row, "never-written");
            return;
        }

        if (use.Plan == Planned.Overstated)
        {
            Form.Miswrite(row, "Level", LevelText(UseLevel.Fired), "level-above-what-happened");
            Form.Miswrite(row, "Cycles", "1", "level-above-what-happened");
        }
        else if (random)
        {
            SlipOfLevelAndCycles(use, row);
            LevelAbove(use, row);
            SlipOfSerials(use, row);
            OddSlips(use, row);
        }

        if (use.DeviceBelieved != use.Issue.Device && random)
        {
            Form.Miswrite(row, "DeviceSerial", use.DeviceBelieved.Serial, "device-exchanged");
        }

        Time(use, row);
        if (submitted > _history.EndUtcMs)
        {
            Form.Omit(row, "not-written-yet");
        }
        else if (edited && submitted + 6 * UkTime.DayMs < _history.EndUtcMs)
        {
            Time(use, Row(use, 2, submitted + _draw.Between(UkTime.DayMs, 5 * UkTime.DayMs)));
        }
    }

    private DocumentRow Row(Use use, int version, long submittedUtcMs)
    {
        var counted = use.Level >= UseLevel.DriveStun;
        var durations = use.Activations.Select(a => a.DurationMs).ToList();
        var miss = use.Level == UseLevel.Fired ? (int)(use.Id * 2_654_435_761L % 100) : 99;
        return Form.Add(
            string.Create(CultureInfo.InvariantCulture, $"R{use.Id:D6}"),
            version.ToString(CultureInfo.InvariantCulture),
            UkTime.Rfc3339(submittedUtcMs),
            use.Officer.Reference,
            use.Incident.Reference,
            UkTime.Rfc3339(use.StartUtcMs / UkTime.MinuteMs * UkTime.MinuteMs),
            use.Issue.Device.Serial,
            LevelText(use.Level),
            counted ? use.Activations.Count.ToString(CultureInfo.InvariantCulture) : "",
            string.Join(" / ", use.Fired.Select(c => c.Serial)),
            counted ? YesNo(durations.Exists(d => d < 5_000)) : "",
            counted ? YesNo(durations.Exists(d => d > 5_000)) : "",
            counted ? YesNo(use.Activations.Count(a => a.Deployed) < use.Activations.Count) : "",
            counted ? YesNo(miss < 20) : "",
            counted ? YesNo(miss is >= 20 and < 32) : "",
            UkTime.Rfc3339(submittedUtcMs + 26 * UkTime.HourMs),
            use.Subject,
            use.SubjectAge,
            YesNo(use.MentalHealth),
            "Yes",
            "Yes",
            "as recorded in the officer's statement"
        );
    }

    /// <summary>People remember the time to some minutes.</summary>
    private void Time(Use use, DocumentRow row)
    {
        var error = _history.Scenario.Paper.UsedAtErrorMinutes;
        var minutes = (long)Math.Clamp(Math.Round(_draw.Bell(error / 2.0), MidpointRounding.ToEven), -error, error);
        var written = use.StartUtcMs / UkTime.MinuteMs * UkTime.MinuteMs + minutes * UkTime.MinuteMs;
        Form.Miswrite(row, "UsedAt", UkTime.Rfc3339(written), "remembered-time");
    }

    private void SlipOfLevelAndCycles(Use use, DocumentRow row)
    {
        var paper = _history.Scenario.Paper;
        if (_draw.Chance(paper.LevelNotStated))
        {
            Form.Miswrite(row, "Level", "", "level-not-stated");
        }
        else if (_draw.Chance(paper.LevelWrong))
        {
            // angled and plain drive stun are what people mix up most
            var wrong = use.Level switch
            {
                UseLevel.AngleDriveStun => UseLevel.DriveStun,
                UseLevel.Fired => _draw.Pick([UseLevel.RedDotted, UseLevel.Aimed, UseLevel.AngleDriveStun]),
                UseLevel.DriveStun => _draw.Pick([UseLevel.RedDotted, UseLevel.AngleDriveStun]),
                _ => _draw.Pick([UseLevel.Fired, UseLevel.Drawn, UseLevel.Aimed, UseLevel.RedDotted]),
            };
            Form.Miswrite(row, "Level", LevelText(wrong), "level-wrong");
        }

        if (use.Level < UseLevel.DriveStun)
        {
            return;
        }

        if (_draw.Chance(paper.CyclesWrong))
        {
            var count = Math.Max(0, use.Activations.Count + (_draw.Chance(0.7) ? -1 : 1));
            Form.Miswrite(row, "Cycles", count.ToString(CultureInfo.InvariantCulture), "cycles-wrong");
        }

        foreach (var flag in new[] { "Extended", "Interrupted", "RepeatCycle" })
        {
            if (_draw.Chance(paper.CyclesWrong / 2))
            {
                Form.Miswrite(row, flag, Form.Truth(row, flag) == "Yes" ? "No" : "Yes", "tick-wrong");
            }
        }
    }

    /// <summary>A discharge that was not, or a higher one than there was.</summary>
    private void LevelAbove(Use use, DocumentRow row)
    {
        var paper = _history.Scenario.Paper;
        if (use.Level < UseLevel.AngleDriveStun && _above.Chance(paper.LevelAbove))
        {
            var lowest = use.Level is UseLevel.Arced or UseLevel.DriveStun ? UseLevel.AngleDriveStun : UseLevel.DriveStun;
            Form.Miswrite(row, "Level", LevelText(_above.Pick([lowest, UseLevel.Fired])), "level-above-what-happened");
            Form.Miswrite(
                row,
                "Cycles",
                Math.Max(1, use.Activations.Count).ToString(CultureInfo.InvariantCulture),
                "level-above-what-happened"
            );
        }

        if (_reasons.Chance(paper.JustificationMissing))
        {
            Form.Miswrite(row, "Justification", "", "justification-not-written");
        }
    }

    private void SlipOfSerials(Use use, DocumentRow row)
    {
        var paper = _history.Scenario.Paper;
        var serial = use.Issue.Device.Serial;
        if (_draw.Chance(paper.DeviceSerialWrong))
        {
            var wrong = _draw.Weighted([0.45, 0.25, 0.2, 0.1]) switch
            {
                0 => Typing.OneWrong(serial, _draw),
                1 => Typing.LookAlike(serial),
                2 => _draw.Pick(use.Issue.Device.Armoury.Devices).Serial,
                _ => "",
            };
            Form.Miswrite(row, "DeviceSerial", wrong, wrong.Length == 0 ? "serial-blank" : "serial-mistyped");
        }

        if (use.Fired.Count == 0)
        {
            return;
        }

        if (_draw.Chance(paper.CartridgeBlank))
        {
            Form.Miswrite(row, "CartridgeNumbers", "", "cartridges-blank");
            return;
        }

        var typed = use.Fired.Select(c => c.Serial).ToList();
        var cause = "";
        for (var i = 0; i < typed.Count; i++)
        {
            (typed[i], var slip) = Typed(typed[i], serial, paper.CartridgeMalformed, paper.CartridgeDeviceSerial);
            cause = slip ?? cause;
        }

        // the published share is of all reports, blank ones among them, and only those with several cartridges can list fewer
        if (typed.Count > 1 && _draw.Chance(Math.Min(1, paper.CartridgeFewer * 6)))
        {
            typed.RemoveAt(typed.Count - 1);
            cause = "cartridges-fewer";
        }

        Form.Miswrite(row, "CartridgeNumbers", string.Join(" / ", typed), cause);
    }

    private void OddSlips(Use use, DocumentRow row)
    {
        var paper = _history.Scenario.Paper;
        if (_odd.Chance(paper.UntrainedTick))
        {
            Form.Miswrite(row, _odd.Pick(["Trained", "Carrying"]), "No", "tick-wrong");
        }

        if (_odd.Chance(paper.ReviewMissing))
        {
            Form.Miswrite(row, "ReviewedAt", "", "not-reviewed");
        }

        var others = _firedBefore.FindAll(f => f.Incident != use.Incident.Reference);
        if (use.Fired.Count > 0 && others.Count > 0 && _odd.Chance(paper.CartridgeOfAnother))
        {
            Form.Miswrite(row, "CartridgeNumbers", _odd.Pick(others).Serial, "cartridge-of-another-incident");
        }

        _firedBefore.AddRange(use.Fired.Select(c => (c.Serial, use.Incident.Reference)));
        if (_firedBefore.Count > 64)
        {
            _firedBefore.RemoveRange(0, _firedBefore.Count - 64);
        }
    }

    private (string Text, string? Slip) Typed(string serial, string deviceSerial, double malformed, double device)
    {
        if (_draw.Chance(device))
        {
            return (deviceSerial, "device-serial-as-cartridge");
        }

        return _draw.Chance(malformed) ? (Typing.OneWrong(serial, _draw), "cartridge-mistyped") : (serial, null);
    }

    private static string YesNo(bool value) => value ? "Yes" : "No";
}
