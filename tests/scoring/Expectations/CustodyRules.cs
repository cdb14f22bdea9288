using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>C01 to C12 and E07: registers among themselves, and against the log where the rule says so.</summary>
internal static class CustodyRules
{
    public static void Derive(Scene scene)
    {
        NotIssued(scene);
        Returned(scene);
        Issues(scene);
        Overlaps(scene);
        Exhibits(scene);
        TwoIncidents(scene);
        Exchanged(scene);
        Reviewed(scene);
        Packs(scene);
        Stocktakes(scene);
    }

    private static void NotIssued(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var activations = world.Activations.ToLookup(a => a.Device);
        foreach (var issue in world.Issues)
        {
            if (world.IsIssueWritten(issue.Id))
            {
                found.CountLookAlikes("C01", 1);
                continue;
            }

            var open = world
                .IssuesOfDevice[issue.Device]
                .Any(i =>
                    i.IssuedMs < issue.IssuedMs
                    && world.IssueRow(i.Id)!.Written is not null
                    && world.Papers["issues.csv"].Cell(world.IssueRow(i.Id)!, "ReturnedAt").Length == 0
                );
            var active = activations[issue.Device]
                .Any(a => a.StartMs >= issue.IssuedMs && a.StartMs <= issue.ReturnedMs && world.IsReceived(a));
            var armed =
                world.UsesOfIssue[issue.Id].Any(u => u.Level is not ("Drawn" or "Aimed")) && world.Devices[issue.Device].ShowsArming;
            var bounded = !world.IsTimeUnbounded(issue.Device, issue.IssuedMs, issue.ReturnedMs);
            var verdict =
                open ? Verdict.Allowed
                : active && bounded ? Verdict.Expected
                : active || armed ? Verdict.Allowed
                : Verdict.Forbidden;
            found.OfDevice("C01", verdict, issue.Device, issue.IssuedMs - 60_000, issue.ReturnedMs + 60_000, "no issue row");
        }
    }

    /// <summary>
    /// 2.5, C01: an activation, or arming, while no issue is open, when the register has the device back; a quarter of an hour is left
    /// open. That it was armed is known by its level alone, and only where every record of the time came home.
    /// </summary>
    private static void Returned(Scene scene)
    {
        const long LeewayMs = 15 * TrueWorld.MinuteMs;
        var (world, found) = (scene.World, scene.Found);
        var paper = world.Papers["issues.csv"];
        var rows = paper.Written.ToLookup(r => paper.Cell(r, "DeviceSerial"));
        foreach (var use in world.Uses.Where(u => IsArmed(world, u) && world.IsIssueWritten(u.Issue)))
        {
            bool IsOpen(long leewayMs) =>
                rows[use.Device]
                    .Any(r =>
                        paper.TimeMs(r, "IssuedAt") - leewayMs <= use.EndMs
                        && use.StartMs <= (paper.TimeMs(r, "ReturnedAt") ?? long.MaxValue / 2) + leewayMs
                    );
            if (IsOpen(0))
            {
                continue;
            }

            var received =
                use.ActivationIds.Count > 0
                    ? world.ActivationsOf(use).All(world.IsReceived)
                    : world.IsCovered(use.Device, use.StartMs, use.EndMs);
            var known = received && !world.IsTimeUnbounded(use.Device, use.StartMs, use.EndMs);
            var verdict = known && !IsOpen(LeewayMs) ? Verdict.Expected : Verdict.Allowed;
            found.OfDevice("C01", verdict, use.Device, use.StartMs - 60_000, use.EndMs + 60_000, "after its return");
        }
    }

    private static bool IsArmed(TrueWorld world, Use use) =>
        use.ActivationIds.Count > 0 || use.Level is not ("Drawn" or "Aimed") && world.Devices[use.Device].ShowsArming;

    private static void Issues(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var (issues, people, suspensions) = (world.Papers["issues.csv"], world.Papers["people.csv"], world.Papers["suspensions.csv"]);
        var person = people.Written.ToDictionary(r => people.Cell(r, "OfficerRef"));
        var suspended = suspensions.Written.ToLookup(r => suspensions.Cell(r, "OfficerRef"));
        foreach (var row in issues.Written)
        {
            var (id, officer, at) = (issues.Cell(row, "IssueId"), issues.Cell(row, "OfficerRef"), issues.TimeMs(row, "IssuedAt")!.Value);
            // training is no duty: whoever trains may well lack what training gives
            var duty = issues.Cell(row, "Purpose") == "operational";
            void Say(string rule, bool? expected) =>
                found.OfIssue(
                    rule,
                    expected is null || !duty && expected == true ? Verdict.Allowed
                        : expected.Value ? Verdict.Expected
                        : Verdict.Forbidden,
                    id,
                    "issue register"
                );
            Say(
                "C12",
                suspended[officer].Any(s => suspensions.TimeMs(s, "From") <= at && at < (suspensions.TimeMs(s, "To") ?? long.MaxValue))
            );
            var returned = issues.TimeMs(row, "ReturnedAt");
            Say("C06", issues.TimeMs(row, "DueBackAt") is { } due ? (returned ?? world.EndMs) > due : null);
            Say("E07", int.TryParse(issues.Cell(row, "BatteryPercent"), out var percent) && percent <= 20);
            if (!scene.CanRun("C02") || !person.TryGetValue(officer, out var p))
            {
                continue;
            }

            var (from, to) = (people.TimeMs(p, "AccreditedFrom"), people.TimeMs(p, "AccreditedTo"));
            Say(
                "C02",
                at < from || at > to ? true
                    : to > from + 366 * TrueWorld.DayMs && at > from + 366 * TrueWorld.DayMs ? null
                    : false
            );
            var role = people.Cell(p, "Role");
            var endorsed = people.TimeMs(p, "EndorsedAt");
            Say(
                "C03",
                role == "student" && (endorsed is null || endorsed > at) ? true
                    : role == "student" ? null
                    : false
            );
            var authorised = people.TimeMs(p, "AuthorisedAt");
            var hours = int.TryParse(people.Cell(p, "HoursSinceTraining"), out var h) ? h : 0;
            Say("C04", role == "special" && (authorised is null || authorised > at || hours < 200));
        }
    }

    private static void Overlaps(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var paper = world.Papers["issues.csv"];
        var rows = paper
            .Written.Select(r =>
                (
                    Row: r,
                    Id: paper.Cell(r, "IssueId"),
                    From: paper.TimeMs(r, "IssuedAt")!.Value,
                    To: paper.TimeMs(r, "ReturnedAt") ?? long.MaxValue
                )
            )
            .ToList();
        var pairs = new HashSet<string>();
        foreach (var column in new[] { "DeviceSerial", "OfficerRef" })
        {
            foreach (var group in rows.GroupBy(r => paper.Cell(r.Row, column)))
            {
                var ordered = group.OrderBy(r => r.From).ToList();
                for (var i = 1; i < ordered.Count; i++)
                {
                    var (before, next) = (ordered[i - 1], ordered[i]);
                    if (before.To > next.From)
                    {
                        var duty = paper.Cell(before.Row, "Purpose") == "operational" && paper.Cell(next.Row, "Purpose") == "operational";
                        // 2.5 C05 asks for one officer with two devices: the same device twice is the other half of the rule, where its
                        // next issue, to whomever, shows it
                        duty &= column != "OfficerRef" || paper.Cell(before.Row, "DeviceSerial") != paper.Cell(next.Row, "DeviceSerial");
                        found.Add(
                            new Subject("C05", duty ? Verdict.Expected : Verdict.Allowed, "two open issues of one " + column)
                            {
                                Issue = next.Id,
                            }
                        );
                        pairs.Add(next.Id);
                        pairs.Add(before.Id);
                    }
                }
            }
        }

        found.CountLookAlikes("C05", rows.Count(r => !pairs.Contains(r.Id)));
    }

    private static void Exhibits(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var (exhibits, register) = (world.Papers["exhibits.csv"], world.Papers["cartridges.csv"]);
        var kept = exhibits.Rows.Where(r => r.Written is null).Select(r => exhibits.TruthCell(r, "CartridgeSerial")).ToHashSet();
        var used = register
            .Written.Where(r => register.Cell(r, "Move") == "used")
            .Select(r => register.Cell(r, "CartridgeSerial"))
            .ToHashSet();
        foreach (var use in world.Uses.Where(u => u.CartridgesFired.Count > 0))
        {
            var missing = use.CartridgesFired.Count(kept.Contains);
            var logged =
                world.Devices[use.Device].ShowsCartridges && scene.IsDelivered(use) && use.CartridgesFired.Count == scene.Deployments(use);
            var booked = use.CartridgesFired.Where(kept.Contains).Any(used.Contains);
            // 2.7.4 names C07: without the log of the use it is not testable, whatever the register books
            var sure =
                (logged || booked && scene.IsDelivered(use))
                && world.IsIssueWritten(use.Issue)
                && world.EndMs > use.EndMs + 7 * TrueWorld.DayMs
                && !world.IsTimeUnbounded(use.Device, use.StartMs, use.EndMs);
            found.OfDevice(
                "C07",
                missing == 0 ? Verdict.Forbidden
                    : sure ? Verdict.Expected
                    : Verdict.Allowed,
                use.Device,
                use.StartMs - 60_000,
                use.EndMs + 60_000,
                missing == 0 ? "exhibits there" : "an exhibit missing"
            );
        }

        foreach (var mishap in world.Mishaps)
        {
            // no exhibit is made of an unintentional discharge here; the text asks for a record of every fired cartridge, whatever its clock said
            var a = world.Activation(mishap.ActivationId);
            found.OfDevice("C07", Verdict.Allowed, a.Device, a.StartMs - 60_000, a.EndMs + 60_000, "unintentional");
            found.Add(
                new Subject("C07", Verdict.Allowed, "unintentional") { Records = [.. a.Sequences.Select(s => (a.Device, a.Epoch, s))] }
            );
        }
    }

    private static void TwoIncidents(Scene scene)
    {
        var (world, paper) = (scene.World, scene.Reports.Paper);
        var register = world.Papers["cartridges.csv"];
        var uses = world.Uses.ToDictionary(u => u.Id);
        var told = register
            .Written.Where(r => register.Cell(r, "Move") == "used" && register.Cell(r, "IncidentRef").Length > 0)
            .Select(r => (Serial: register.Cell(r, "CartridgeSerial"), Incident: register.Cell(r, "IncidentRef"), Report: (Report?)null))
            .Concat(scene.Reports.All.SelectMany(r => r.Cartridges.Select(c => (Serial: c, uses[r.UseId].Incident, Report: (Report?)r))))
            .ToLookup(t => t.Serial);
        var twice = told.Where(g => g.Select(t => t.Incident).Distinct().Count() > 1)
            .SelectMany(g => g)
            .Where(t => t.Report is not null)
            .Select(t => t.Report!.Key)
            .ToHashSet();
        foreach (var report in scene.Reports.All.Where(r => r.Cartridges.Count > 0))
        {
            var verdict =
                !twice.Contains(report.Key) ? Verdict.Forbidden
                : scene.Reports.IsInternal ? Verdict.Expected
                : Verdict.Allowed;
            scene.Found.OfReport("C08", report.IsRepeated ? Verdict.Allowed : verdict, report, "cartridge serials in " + paper.Name);
        }
    }

    /// <summary>C09: a cartridge that the register has with one device, reported fired with another.</summary>
    private static void Exchanged(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var issues = world.Papers["issues.csv"];
        var holding = issues
            .Written.SelectMany(r => issues.Cell(r, "CartridgeSerials").Split(' ').Select(c => (Cartridge: c, Row: r)))
            .ToLookup(p => p.Cartridge, p => p.Row);
        foreach (var report in scene.Reports.All.Where(r => r.Cartridges.Count > 0))
        {
            var use = world.Uses[report.UseId - 1];
            bool With(string cartridge, bool same) =>
                holding[cartridge]
                    .Any(r =>
                        issues.TimeMs(r, "IssuedAt") <= use.StartMs
                        && use.StartMs <= (issues.TimeMs(r, "ReturnedAt") ?? issues.TimeMs(r, "IssuedAt") + 16 * TrueWorld.HourMs)
                        && issues.Cell(r, "DeviceSerial") == use.Device == same
                    );
            var elsewhere = report.Cartridges.Any(c => With(c, false) && !With(c, true));
            var plain = scene.IsPlain(report, use) && use.ActivationIds.Count > 0 && scene.IsDelivered(use);
            found.OfReport(
                "C09",
                !elsewhere ? Verdict.Forbidden
                    : plain ? Verdict.Expected
                    : Verdict.Allowed,
                report,
                "cartridges of the issue"
            );
        }

        foreach (var fault in world.Faults.Where(f => f.What == "cartridges-exchanged"))
        {
            found.OfDevice("C09", Verdict.Allowed, fault.Device, fault.AtMs, fault.AtMs + TrueWorld.DayMs, "cartridges exchanged");
        }
    }

    /// <summary>C03: a student officer's use without a review on the report.</summary>
    private static void Reviewed(Scene scene)
    {
        if (!scene.CanRun("C03"))
        {
            return;
        }

        var (people, paper) = (scene.World.Papers["people.csv"], scene.Reports.Paper);
        var students = people.Written.Where(r => people.Cell(r, "Role") == "student").Select(r => people.Cell(r, "OfficerRef")).ToHashSet();
        foreach (var report in scene.Reports.All)
        {
            var student = students.Contains(paper.Cell(report.Row, "OfficerRef"));
            var missing = paper.Cell(report.Row, "ReviewedAt").Length == 0;
            scene.Found.OfReport("C03", student && missing ? Verdict.Expected : Verdict.Forbidden, report, "review");
        }
    }

    /// <summary>C11: a pack that brought another device's log before, with or without a row in the change register.</summary>
    private static void Packs(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var changes = world.Papers["changes.csv"];
        var rows = changes.Written.Where(r => changes.Cell(r, "What") == "battery-pack").ToLookup(r => changes.Cell(r, "DeviceSerial"));
        foreach (var pack in world.Visits.Where(v => v.Carrier != v.Device).GroupBy(v => v.Carrier))
        {
            var ordered = pack.OrderBy(v => v.AtMs).ToList();
            for (var i = 1; i < ordered.Count; i++)
            {
                var (before, visit) = (ordered[i - 1], ordered[i]);
                // put in between the docking before this one and this one
                var told = rows[visit.Device]
                    .Any(r => (changes.TimeMs(r, "From") ?? 0) <= visit.AtMs && (changes.TimeMs(r, "To") ?? 0) >= before.AtMs);
                var near = rows[visit.Device].Any(r => Math.Abs((changes.TimeMs(r, "From") ?? 0) - visit.AtMs) < 2 * TrueWorld.DayMs);
                var verdict =
                    before.Device == visit.Device ? Verdict.Forbidden
                    : told ? Verdict.Forbidden
                    : near ? Verdict.Allowed
                    : Verdict.Expected;
                found.OfDevice(
                    "C11",
                    verdict,
                    visit.Device,
                    visit.AtMs - 5 * TrueWorld.MinuteMs,
                    visit.AtMs + 5 * TrueWorld.MinuteMs,
                    "pack " + visit.Carrier
                );
            }
        }
    }

    private static void Stocktakes(Scene scene)
    {
        var paper = scene.World.Papers["stocktakes.csv"];
        foreach (var row in paper.Written)
        {
            var differs = paper.Cell(row, "Counted") != paper.Cell(row, "Expected");
            scene.Found.OfRow("C10", differs ? Verdict.Expected : Verdict.Forbidden, paper, row, "counted and expected");
        }
    }
}
