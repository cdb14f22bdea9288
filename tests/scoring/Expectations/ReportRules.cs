using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>A02 to A17 but A14: each report against the log of the use that it is about.</summary>
internal static class ReportRules
{
    public static void Derive(Scene scene)
    {
        var uses = scene.World.Uses.ToDictionary(u => u.Id);
        foreach (var report in scene.Reports.All)
        {
            var use = uses[report.UseId];
            Serial(scene, report, use);
            Levels(scene, report, use);
            Cycles(scene, report, use);
            Cartridges(scene, report, use);
            Marks(scene, report);
            if (scene.CanRun("A17"))
            {
                Versions(scene, report, use);
            }
        }
    }

    /// <summary>A13 rests on the silence of the device that the report names, and silence is evidence only under full coverage (2.7.4).</summary>
    private static bool IsSilenceKnown(Scene scene, Report report, Use use)
    {
        var world = scene.World;
        var (from, to) = (use.StartMs - 20 * TrueWorld.MinuteMs, use.EndMs + 20 * TrueWorld.MinuteMs);
        return world
            .Devices.Values.Where(d => Scene.Plain(d.Serial) == Scene.Plain(report.Serial))
            .All(d => world.IsCovered(d.Serial, from, to) && !world.IsTimeUnbounded(d.Serial, from, to));
    }

    private static void Serial(Scene scene, Report report, Use use)
    {
        var (world, found) = (scene.World, scene.Found);
        var grade = scene.Grade(report.Serial, use.Device);
        var holders = Holders(scene, report.Serial, use.StartMs);
        var ofAnother = holders.Count > 0 && !holders.Contains(use.Officer);
        var exact = report.Serial == use.Device;
        var verdict = grade switch
        {
            SerialGrade.NoDevice => Verdict.Expected,
            SerialGrade.Exact or SerialGrade.OtherDevice when ofAnother && scene.Reports.IsInternal => Verdict.Expected,
            SerialGrade.Exact => exact ? Verdict.Forbidden : Verdict.Allowed,
            _ => Verdict.Allowed,
        };
        if (exact && (!world.IsIssueWritten(use.Issue) || holders.Count != 1))
        {
            verdict = Verdict.Allowed;
        }

        found.OfReport("A03", verdict, report, "device serial as written: " + grade);
        if (scene.CanRun("A13"))
        {
            var sure =
                grade == SerialGrade.OtherDevice
                && use.ActivationIds.Count > 0
                && scene.IsDelivered(use)
                && world.IsIssueWritten(use.Issue)
                && IsSilenceKnown(scene, report, use);
            var near =
                sure
                && world.Activations.Any(a =>
                    Scene.Plain(a.Device) == Scene.Plain(report.Serial)
                    && a.Purpose != "test"
                    && Math.Abs(a.StartMs - use.StartMs) < 2 * TrueWorld.HourMs
                );
            var mates = Holders(scene, use.Device, use.StartMs);
            var joined =
                mates.Contains(use.Officer) || use.Believed.Length > 0 && use.Believed != use.Device && world.IsIssueWritten(use.Issue);
            found.OfReport(
                "A13",
                grade == SerialGrade.Exact && verdict == Verdict.Forbidden
                        ? (
                            use.ActivationIds.Count == 0 && report.Level >= Level.Arced && MateMayHave(scene, use)
                                ? Verdict.Allowed
                                : Verdict.Forbidden
                        )
                    : sure && joined && !near && !world.IsTimeUnbounded(use.Device, use.StartMs, use.EndMs) && IsDischarge(report.Level)
                        ? Verdict.Expected
                    : Verdict.Allowed,
                report,
                "device serial as written: " + grade
            );
        }
    }

    /// <summary>Officers whom the register has the device on issue to at a time.</summary>
    private static HashSet<string> Holders(Scene scene, string serial, long atMs)
    {
        var paper = scene.World.Papers["issues.csv"];
        var rows = RowsOf.GetValue(scene.World, _ => paper.Written.ToLookup(r => Scene.Plain(paper.Cell(r, "DeviceSerial"))))[
            Scene.Plain(serial)
        ];
        return rows.Where(r =>
                paper.TimeMs(r, "IssuedAt") <= atMs
                && atMs <= (paper.TimeMs(r, "ReturnedAt") ?? paper.TimeMs(r, "IssuedAt") + 16 * TrueWorld.HourMs)
            )
            .Select(r => paper.Cell(r, "OfficerRef"))
            .ToHashSet();
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TrueWorld, ILookup<string, PaperRow>> RowsOf = [];

    private static void Levels(Scene scene, Report report, Use use)
    {
        var (world, found) = (scene.World, scene.Found);
        var set = scene.CompatibleLevels(use);
        var plain = scene.IsPlain(report, use) && scene.IsDelivered(use);
        var covered = plain && world.IsCovered(use.Device, use.StartMs - 2 * TrueWorld.HourMs, use.EndMs + 2 * TrueWorld.HourMs);
        Verdict If(bool sure, bool expected) =>
            !sure ? Verdict.Allowed
            : expected ? Verdict.Expected
            : Verdict.Forbidden;
        if (set.Count == 0)
        {
            // nothing else of that issue may look like what the report says: a test does not, another use or a mishap does
            var alone =
                covered
                && !world
                    .ActivationsOfDevice(use.Device)
                    .Any(a => a.Purpose != "test" && Math.Abs(a.StartMs - use.StartMs) < 3 * TrueWorld.HourMs)
                && !MateMayHave(scene, use);
            // a report that the public layout may join to another device that was active then is left open
            found.OfReport("A02", If(alone || !IsDischarge(report.Level), IsDischarge(report.Level)), report, "nothing recorded");
            found.OfReport("A04", Verdict.Forbidden, report, "nothing recorded");
            found.OfReport(
                "A05",
                IsDischarge(report.Level) || report.Level >= Level.Arced ? Verdict.Allowed : Verdict.Forbidden,
                report,
                "nothing recorded"
            );
            found.OfReport("A12", report.Level == Level.None ? Verdict.Allowed : Verdict.Forbidden, report, "nothing recorded");
            return;
        }

        found.OfReport("A02", plain ? Verdict.Forbidden : Verdict.Allowed, report, "recorded");
        var stated = report.Level != Level.None;
        var below = stated && report.Level < set[0];
        var open = below && (report.Level, set[0]) is (Level.DriveStun, Level.Angled) or (Level.RedDot, Level.Arced or Level.DriveStun);
        open |= stated && report.Level == Level.RedDot && set[0] == Level.Arced;
        found.OfReport("A04", open ? Verdict.Allowed : If(plain, below), report, "set " + set[0] + " to " + set[^1]);
        found.OfReport(
            "A05",
            open || (plain && !covered) ? Verdict.Allowed : If(covered, report.Level > set[^1]),
            report,
            "set " + set[0] + " to " + set[^1]
        );
        found.OfReport("A12", If(plain, !stated), report, "level stated or not");
        found.OfReport("A16", If(plain, report.Level == Level.DriveStun && set[0] == Level.Angled), report, "drive stun or not");
    }

    /// <summary>
    /// A crew-mate's device was active then, and no report tells of it: on the files this report may be about that one (2.5 A13), and so
    /// neither A02 nor A13 is certain.
    /// </summary>
    private static bool MateMayHave(Scene scene, Use use)
    {
        var world = scene.World;
        return scene.Reports.IsInternal
            && world.CrewOf(use.Issue) is { Length: > 0 } crew
            && world.Issues.Any(i =>
                i.Device != use.Device
                && i.IssuedMs <= use.StartMs
                && use.StartMs <= i.ReturnedMs
                && world.CrewOf(i.Id) == crew
                && world
                    .ActivationsOfDevice(i.Device)
                    .Any(a =>
                        a.Purpose != "test"
                        && Math.Abs(a.StartMs - use.StartMs) < 30 * TrueWorld.MinuteMs
                        && (a.UseId == 0 || scene.Reports.Of(world.Uses[a.UseId - 1]) is null)
                    )
            );
    }

    private static void Cycles(Scene scene, Report report, Use use)
    {
        var (world, found) = (scene.World, scene.Found);
        var activations = world.ActivationsOf(use);
        if (activations.Count == 0)
        {
            return;
        }

        var plain = scene.IsPlain(report, use) && scene.IsDelivered(use);
        if (report.Cycles is { } cycles)
        {
            found.OfReport(
                "A06",
                !plain ? Verdict.Allowed
                    : cycles != activations.Count ? Verdict.Expected
                    : Verdict.Forbidden,
                report,
                "cycles"
            );
        }

        Mark(scene, "A07", report.Extended, Scene.Any(activations.Select(scene.IsLong)), plain, report);
        // the form asks for the cycle of a fired cartridge; a warning arc or a drive stun is not one
        var fired = !world.Devices[use.Device].ShowsCartridges || activations.Any(a => a.Deployed);
        Mark(scene, "A08", report.Interrupted, fired ? Scene.Any(activations.Select(scene.IsShort)) : null, plain, report);
        // a repeat on the same cartridge can be seen only where the model shows cartridges and one was fired
        var shows = world.Devices[use.Device].ShowsCartridges && activations.Any(a => a.Deployed);
        bool? repeated = shows ? activations.SkipWhile(a => !a.Deployed).Any(a => !a.Deployed) : null;
        Mark(scene, "A09", report.Repeated, repeated, plain, report);
    }

    private static void Mark(Scene scene, string rule, string mark, bool? inLog, bool plain, Report report)
    {
        if (mark is not ("Yes" or "No"))
        {
            return;
        }

        var verdict =
            !plain || inLog is null ? Verdict.Allowed
            : (mark == "Yes") != inLog ? Verdict.Expected
            : Verdict.Forbidden;
        scene.Found.OfReport(rule, verdict, report, "marked " + mark);
    }

    private static void Cartridges(Scene scene, Report report, Use use)
    {
        var (world, found) = (scene.World, scene.Found);
        var known = Known(world);
        foreach (var token in report.Cartridges.Select(Scene.Plain))
        {
            if (!known.Contains(token))
            {
                found.OfReport("A11", Verdict.Expected, report, "cartridge serial as written");
                break;
            }
        }

        if (report.Cartridges.Select(Scene.Plain).All(known.Contains))
        {
            found.OfReport("A11", Verdict.Forbidden, report, "cartridge serials as fired");
        }

        if (use.CartridgesFired.Count == 0)
        {
            found.OfReport("A10", Verdict.Forbidden, report, "nothing fired");
            return;
        }

        var register = world.Papers["cartridges.csv"];
        var fired = use.CartridgesFired.ToHashSet();
        var mine = register
            .Written.Where(r => register.Cell(r, "Move") == "used" && register.Cell(r, "DeviceSerial") == use.Device)
            .ToList();
        var decremented = mine.Count(r =>
            fired.Contains(register.Cell(r, "CartridgeSerial")) && register.Cell(r, "IncidentRef") == use.Incident
        );
        var plain = scene.IsPlain(report, use) && scene.IsDelivered(use);
        // a discharge by mistake in the same issue may be booked on this use by whoever reads the register
        var doubtful = mine.Any(r =>
            !fired.Contains(register.Cell(r, "CartridgeSerial"))
            && Math.Abs((register.TimeMs(r, "At") ?? 0) - use.StartMs) < (scene.Reports.IsInternal ? 2 : 24) * TrueWorld.HourMs
        );
        var open =
            !plain
            || !world.Devices[use.Device].ShowsCartridges
            || report.Cartridges.Count == 0
            || scene.Deployments(use) != fired.Count
            || report.Cartridges.Any(c => Scene.Plain(c) == Scene.Plain(use.Device))
            || doubtful
            || !world.IsCovered(use.Device, use.StartMs - 2 * TrueWorld.MinuteMs, use.EndMs + 2 * TrueWorld.MinuteMs);
        var differs = decremented != fired.Count || report.Cartridges.Count != fired.Count;
        found.OfReport(
            "A10",
            open ? Verdict.Allowed
                : differs ? Verdict.Expected
                : Verdict.Forbidden,
            report,
            "cartridges"
        );
    }

    private static HashSet<string> Known(TrueWorld world) => KnownOf.GetValue(world, Gather);

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TrueWorld, HashSet<string>> KnownOf = [];

    private static HashSet<string> Gather(TrueWorld world)
    {
        var (issues, register) = (world.Papers["issues.csv"], world.Papers["cartridges.csv"]);
        return issues
            .Rows.SelectMany(r => issues.TruthCell(r, "CartridgeSerials").Split(' '))
            .Concat(register.Rows.Select(r => register.TruthCell(r, "CartridgeSerial")))
            .Where(s => s.Length > 0)
            .Select(Scene.Plain)
            .ToHashSet();
    }

    private static void Marks(Scene scene, Report report)
    {
        var paper = scene.Reports.Paper;
        var without = paper.Cell(report.Row, "TrainedCED") == "No" || paper.Cell(report.Row, "CarryingCED") == "No";
        scene.Found.OfReport("A15", without ? Verdict.Expected : Verdict.Forbidden, report, "trained and carrying");
        var child = paper.Cell(report.Row, "SubjectAge") is "Under 11" or "0-10" or "11-17";
        var factor = paper.Cell(report.Row, "MentalDisability") == "Yes" || paper.Cell(report.Row, "Impact Factor: Mental Health") == "Yes";
        var certain = IsDischarge(report.Level) && !report.IsRepeated;
        scene.Found.OfReport(
            "B07",
            child || factor ? (certain ? Verdict.Expected : Verdict.Allowed) : Verdict.Forbidden,
            report,
            "child or mental-health factor"
        );
    }

    private static void Versions(Scene scene, Report report, Use use)
    {
        var (world, paper) = (scene.World, scene.Reports.Paper);
        var first = report.Versions.Min(r => paper.TimeMs(r, "SubmittedAt") ?? long.MaxValue);
        var own =
            world.Issues.FirstOrDefault(i => i.Officer == use.Officer && i.IssuedMs <= use.StartMs && use.StartMs <= i.ReturnedMs)?.Id
            ?? use.Issue;
        var due = world.ShiftEndMs(own) + 24 * TrueWorld.HourMs;
        var edited = report.Versions.Count > 1 && IsEdited(paper, report.Versions);
        var second = report.Versions.Max(r => paper.TimeMs(r, "SubmittedAt") ?? 0);
        var available = world.VisitsOf(use.Device).Any(v => v.AtMs > use.EndMs && v.AtMs < second);
        var plain = world.IsIssueWritten(use.Issue);
        var open = !plain || first > due && first <= due + 5 * TrueWorld.HourMs;
        var expected = first > due || edited && available;
        scene.Found.OfReport(
            "A17",
            open ? Verdict.Allowed
                : expected ? Verdict.Expected
                : Verdict.Forbidden,
            report,
            "submission and versions"
        );
    }

    /// <summary>A real edit: a cell other than those that every version has of its own.</summary>
    private static bool IsEdited(Paper paper, IReadOnlyList<PaperRow> versions) =>
        versions[0].Written!.Zip(versions[^1].Written!).Where((p, i) => p.First != p.Second && i > 5).Any() && paper.Has("ReviewedAt");

    public static bool IsDischarge(Level level) => level is Level.DriveStun or Level.Angled or Level.Fired;
}
