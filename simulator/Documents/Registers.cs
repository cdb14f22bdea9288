using System.Globalization;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>
/// The registers a force keeps beside its reports. Each is written from what happened; then rows go missing and serials are mistyped at
/// the scenario's rates.
/// </summary>
internal sealed class Registers(History history, IRowTaker? taker)
{
    private readonly double _holes = history.Scenario.Paper.RegisterHoles;
    private readonly CartridgeRegisters _cartridges = new(history, taker);

    /// <summary>One after another, each made only when it is asked for.</summary>
    public IEnumerable<DocumentTable> All()
    {
        yield return Devices();
        yield return Issues();
        yield return People();
        yield return Suspensions();
        yield return _cartridges.Cartridges();
        yield return _cartridges.Stocktakes();
        yield return _cartridges.Exhibits();
        yield return Training();
        yield return Unintentional();
        yield return Maintenance();
        yield return Changes();
        yield return Roster();
        yield return Incidents();
    }

    private DocumentTable Devices()
    {
        var table = DocumentTable.Open(
            taker,
            "devices.csv",
            "DeviceSerial",
            "Model",
            "Armoury",
            "Status",
            "FirstInService",
            "LastInService"
        );
        var draw = Draw.For(history.Seed, "devices register");
        foreach (var device in history.Devices)
        {
            var first = history.StartUtcMs - draw.Between(1, 900) * UkTime.DayMs;
            table.Add(device.Serial, device.Model.Name, device.Armoury.Name, "in-service", UkTime.Rfc3339(first), "");
        }

        return table;
    }

    private DocumentTable Issues()
    {
        var table = DocumentTable.Open(
            taker,
            "issues.csv",
            "IssueId",
            "DeviceSerial",
            "OfficerRef",
            "Purpose",
            "IssuedAt",
            "ReturnedAt",
            "Cartridges",
            "CartridgeSerials",
            "DueBackAt",
            "BatteryPercent"
        );
        var draw = Draw.For(history.Seed, "issues register");
        var odd = Draw.For(history.Seed, "odd issue rows");
        for (var i = 0; i < history.Issues.Count; i++)
        {
            var issue = history.Issues[i];
            var row = table.Add(
                issue.Id,
                issue.Device.Serial,
                issue.Officer.Reference,
                issue.Purpose,
                UkTime.Rfc3339(issue.IssuedUtcMs),
                UkTime.Rfc3339(issue.ReturnedUtcMs),
                Number(issue.Cartridges.Count),
                string.Join(' ', issue.Cartridges.Select(c => c.Serial)),
                UkTime.Rfc3339(issue.ShiftToUtcMs + 30 * UkTime.MinuteMs),
                Number(issue.BatteryPercent)
            );
            if (draw.Chance(history.Scenario.Paper.IssueRowMissing))
            {
                table.Omit(row, "not-written");
            }

            if (odd.Chance(history.Scenario.Paper.ReturnNotWritten))
            {
                table.Miswrite(row, "ReturnedAt", "", "return-not-written");
            }

            if (odd.Chance(history.Scenario.Paper.IssueOfficerWrong) && CrewMate(i) is { } mate)
            {
                table.Miswrite(row, "OfficerRef", mate.Officer.Reference, "officer-of-the-crew-mate");
            }
        }

        return table;
    }

    /// <summary>The other issue of a crew stands beside it.</summary>
    private Issue? CrewMate(int index) =>
        new[] { index - 1, index + 1 }
            .Where(i => i >= 0 && i < history.Issues.Count && history.Issues[i].CrewRef == history.Issues[index].CrewRef)
            .Select(i => history.Issues[i])
            .FirstOrDefault();

    private DocumentTable People()
    {
        var table = DocumentTable.Open(
            taker,
            "people.csv",
            "OfficerRef",
            "Role",
            "AccreditedFrom",
            "AccreditedTo",
            "EndorsedAt",
            "AuthorisedAt",
            "HoursSinceTraining",
            "Eligible"
        );
        foreach (var officer in history.Officers)
        {
            var endorsed = officer.EndorsedUtcMs < 0 ? "" : UkTime.Rfc3339(officer.EndorsedUtcMs);
            table.Add(
                officer.Reference,
                officer.Kind,
                UkTime.Rfc3339(officer.AccreditedUtcMs),
                UkTime.Rfc3339(officer.AccreditedUntilUtcMs),
                officer.Kind == "student" ? endorsed : "",
                officer.Kind == "special" ? endorsed : "",
                officer.Kind == "special" ? Number(officer.HoursSinceTraining) : "",
                "yes"
            );
        }

        return table;
    }

    private DocumentTable Suspensions()
    {
        var table = DocumentTable.Open(taker, "suspensions.csv", "OfficerRef", "From", "To");
        foreach (var officer in history.Officers.Where(o => o.SuspendedFromUtcMs >= 0))
        {
            table.Add(officer.Reference, UkTime.Rfc3339(officer.SuspendedFromUtcMs), UkTime.Rfc3339(officer.SuspendedToUtcMs));
        }

        return table;
    }

    private DocumentTable Training()
    {
        var table = DocumentTable.Open(taker, "training.csv", "TrainingRef", "DeviceSerial", "From", "To", "OfficerRef", "Cartridges");
        var draw = Draw.For(history.Seed, "training register");
        foreach (var day in history.Training)
        {
            foreach (var (device, officer) in day.Devices.Zip(day.Officers))
            {
                var row = table.Add(
                    day.Id,
                    device.Serial,
                    UkTime.Rfc3339(day.FromUtcMs),
                    UkTime.Rfc3339(day.ToUtcMs),
                    officer.Reference,
                    "0"
                );
                Hole(table, row, draw);
            }
        }

        return table;
    }

    private DocumentTable Unintentional()
    {
        var table = DocumentTable.Open(
            taker,
            "unintentional.csv",
            "EntryRef",
            "DeviceSerial",
            "At",
            "OfficerRef",
            "SignedBy",
            "CartridgeSerial"
        );
        var draw = Draw.For(history.Seed, "unintentional register");
        var odd = Draw.For(history.Seed, "odd unintentional rows");
        foreach (var mishap in history.Mishaps)
        {
            var fired = history.Cartridges.FirstOrDefault(c =>
                c.FiredBy == mishap.Activation.Device && c.FiredUtcMs == mishap.Activation.StartUtcMs
            );
            var row = table.Add(
                mishap.Id,
                mishap.Activation.Device.Serial,
                UkTime.Rfc3339(mishap.Activation.StartUtcMs / UkTime.MinuteMs * UkTime.MinuteMs),
                mishap.Activation.Officer?.Reference ?? "",
                draw.Pick(mishap.Activation.Device.Armoury.Officers).Reference,
                fired?.Serial ?? ""
            );
            Hole(table, row, draw);
            if (odd.Chance(history.Scenario.Paper.UnintentionalMissing))
            {
                table.Omit(row, "not-written");
            }
        }

        return table;
    }

    private DocumentTable Maintenance()
    {
        var table = DocumentTable.Open(taker, "maintenance.csv", "DeviceSerial", "Kind", "At", "Until", "CartridgeSerial");
        var draw = Draw.For(history.Seed, "maintenance register");
        foreach (var check in history.Checks)
        {
            // the workshop's book says when it had the device, and that the full check was among what it did
            table.Add(check.Device.Serial, "workshop", UkTime.Rfc3339(check.FromUtcMs), UkTime.Rfc3339(check.ToUtcMs), "");
            var row = table.Add(check.Device.Serial, "function-check", UkTime.Rfc3339(check.FromUtcMs), UkTime.Rfc3339(check.ToUtcMs), "");
            Hole(table, row, draw);
        }

        foreach (var note in history.Notes)
        {
            var until = note.UntilUtcMs < 0 ? "" : UkTime.Rfc3339(note.UntilUtcMs);
            table.Add(note.Device.Serial, note.Kind, UkTime.Rfc3339(note.FromUtcMs), until, "");
        }

        foreach (var visit in history.Visits)
        {
            table.Add(visit.Device.Serial, "battery-dock", UkTime.Rfc3339(visit.TrueUtcMs), "", "");
        }

        return table;
    }

    private DocumentTable Changes()
    {
        var table = DocumentTable.Open(taker, "changes.csv", "ChangeRef", "DeviceSerial", "What", "From", "To");
        var draw = Draw.For(history.Seed, "change register");
        var odd = Draw.For(history.Seed, "odd change rows");
        foreach (var change in history.Changes)
        {
            var row = table.Add(
                change.Id,
                change.Device.Serial,
                change.What,
                UkTime.Rfc3339(change.AtUtcMs - UkTime.HourMs),
                UkTime.Rfc3339(change.AtUtcMs + UkTime.HourMs)
            );
            Hole(table, row, draw);
            if (odd.Chance(history.Scenario.Paper.ChangeTicketMissing))
            {
                table.Omit(row, "not-written");
            }
        }

        return table;
    }

    private DocumentTable Roster()
    {
        var table = DocumentTable.Open(taker, "roster.csv", "OfficerRef", "CrewRef", "From", "To", "Team");
        foreach (var issue in history.Issues)
        {
            table.Add(
                issue.Officer.Reference,
                issue.CrewRef,
                UkTime.Rfc3339(issue.ShiftFromUtcMs),
                UkTime.Rfc3339(issue.ShiftToUtcMs),
                issue.Officer.Home.Name
            );
        }

        return table;
    }

    private DocumentTable Incidents()
    {
        var table = DocumentTable.Open(taker, "incidents.csv", "IncidentRef", "Kind", "At", "OfficerRef");
        var draw = Draw.For(history.Seed, "incident register");
        var odd = Draw.For(history.Seed, "odd incident rows");
        foreach (var incident in history.Incidents)
        {
            table.Add(incident.Reference, "dispatch", UkTime.Rfc3339(incident.StartUtcMs - draw.Between(3L, 25L) * UkTime.MinuteMs), "");
            foreach (var use in incident.Uses)
            {
                var at = UkTime.Rfc3339(use.StartUtcMs - UkTime.MinuteMs);
                var row = table.Add(incident.Reference, "body-worn-video", at, use.Officer.Reference);
                if (odd.Chance(history.Scenario.Paper.VideoMissing))
                {
                    table.Omit(row, "not-written");
                }
            }

            if (incident.HandcuffedUtcMs >= 0)
            {
                var officer = incident.Uses[0].Officer.Reference;
                table.Add(incident.Reference, "handcuffed", UkTime.Rfc3339(incident.HandcuffedUtcMs), officer);
                table.Add(
                    incident.Reference,
                    "custody",
                    UkTime.Rfc3339(incident.HandcuffedUtcMs + draw.Between(25L, 90L) * UkTime.MinuteMs),
                    officer
                );
            }
        }

        return table;
    }

    private void Hole(DocumentTable table, DocumentRow row, Draw draw)
    {
        if (draw.Chance(_holes))
        {
            table.Omit(row, "not-written");
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
