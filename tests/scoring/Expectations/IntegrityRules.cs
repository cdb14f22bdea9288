using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>D01, D02, D05, D06, D11, D12, E01, E04, E10: what the logs lack, when they came, and which tests they hold.</summary>
internal static class IntegrityRules
{
    private const int FirmwareUpdate = 21;
    private const int SettingChange = 22;

    public static void Derive(Scene scene)
    {
        Gaps(scene);
        foreach (var device in scene.World.Devices.Values)
        {
            Clock(scene, device);
            Docking(scene, device);
            Checks(scene, device);
            DeviceFaults.Derive(scene, device);
        }

        Changes(scene);
        Docks(scene);
        foreach (var issue in scene.World.Issues.Where(i => scene.World.IsIssueWritten(i.Id)))
        {
            Tested(scene, issue);
        }
    }

    private static void Gaps(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        foreach (var log in world.Logs.Where(l => l.Kind == "event"))
        {
            found.CountLookAlikes("D01", log.Delivered.Count);
            found.CountLookAlikes("D02", 1);
            foreach (var (range, whys) in Holes(log))
            {
                var later = log.Delivered.Any(d => d.First > range.Last);
                var travels = world.Devices[log.Device].LogTravelsInPack;
                var overdue = world.EndMs - log.TimeOf(range.Last) > 31 * TrueWorld.DayMs;
                var final = later && (!travels || overdue);
                var wrapped = whys.Contains("memory-wrap");
                // a hole of several causes shows as one: which of them it is the log does not tell
                Gap(
                    scene,
                    log,
                    range,
                    "D01",
                    wrapped && whys.Count == 1 ? Verdict.Forbidden
                        : wrapped || whys.Contains("log-cleared") || !final ? Verdict.Allowed
                        : Verdict.Expected
                );
                Gap(
                    scene,
                    log,
                    range,
                    "D02",
                    !wrapped ? Verdict.Forbidden
                        : later && whys.Count == 1 && log.Delivered.Any(d => d.First < range.First) ? Verdict.Expected
                        : Verdict.Allowed
                );
            }
        }
    }

    /// <summary>Lost ranges that touch are one hole.</summary>
    private static List<(SequenceRun Range, HashSet<string> Whys)> Holes(DeviceLog log)
    {
        var holes = new List<(SequenceRun Range, HashSet<string> Whys)>();
        foreach (var (range, why) in log.Lost.OrderBy(l => l.Item1.First))
        {
            if (holes.Count > 0 && holes[^1].Range.Last + 1 == range.First)
            {
                var (before, whys) = holes[^1];
                whys.Add(why);
                holes[^1] = (before with { Count = before.Count + range.Count }, whys);
            }
            else
            {
                holes.Add((range, [why]));
            }
        }

        return holes;
    }

    private static void Gap(Scene scene, DeviceLog log, SequenceRun range, string rule, Verdict verdict)
    {
        List<(string, uint, ulong)> records = [(log.Device, log.Epoch, range.First), (log.Device, log.Epoch, range.Last)];
        scene.Found.Add(new Subject(rule, verdict, "lost for good") { Records = records });
    }

    private static void Clock(Scene scene, Device device)
    {
        var (world, found) = (scene.World, scene.Found);
        var resets = world.Faults.Where(f => f.Device == device.Serial && f.What == "clock-reset").ToList();
        if (resets.Count == 0)
        {
            found.OfDevice("D05", Verdict.Forbidden, device.Serial, 0, 0, "no reset");
            return;
        }

        var received = resets.Exists(r =>
            world.LogsOf(device.Serial).Any(l => Array.IndexOf(l.AtMs, r.AtMs) is >= 0 and var i && l.IsDelivered(l.First + (ulong)i))
        );
        found.OfDevice("D05", received ? Verdict.Expected : Verdict.Allowed, device.Serial, 0, 0, "a reset");
    }

    private static void Docking(Scene scene, Device device)
    {
        var (world, found) = (scene.World, scene.Found);
        var visits = world.VisitsOf(device.Serial).Select(v => v.AtMs).ToList();
        var (sure, open) = (false, false);
        void Judge(long ms, double days)
        {
            sure |= ms > (days + 0.6) * TrueWorld.DayMs;
            open |= ms > (days - 0.6) * TrueWorld.DayMs;
        }

        for (var i = 1; i < visits.Count; i++)
        {
            Judge(visits[i] - visits[i - 1], 30);
        }

        open |= visits.Count == 0 || visits[0] - world.StartMs > 29 * TrueWorld.DayMs;
        foreach (var a in world.Activations.Where(a => a.Device == device.Serial && world.IsDelivered(a)))
        {
            var next = visits.BinarySearch(a.StartMs);
            next = next < 0 ? ~next : next;
            Judge((next < visits.Count ? visits[next] : world.EndMs) - a.StartMs, 7);
        }

        open |= world.Faults.Any(f => f.Device == device.Serial && f.What is "pack-late" or "pack-lost");
        found.OfDevice(
            "D06",
            sure ? Verdict.Expected
                : open ? Verdict.Allowed
                : Verdict.Forbidden,
            device.Serial,
            0,
            0,
            "time between dockings"
        );
    }

    private static void Checks(Scene scene, Device device)
    {
        var (world, found) = (scene.World, scene.Found);
        var paper = world.Papers["maintenance.csv"];
        var rows = MaintenanceOf.GetValue(world, _ => paper.Written.ToLookup(r => paper.Cell(r, "DeviceSerial")))[device.Serial].ToList();
        var (sure, open) = (false, false);
        void Gap(string kind, int days)
        {
            var times = rows.Where(r => paper.Cell(r, "Kind") == kind)
                .Select(r => paper.TimeMs(r, "At")!.Value)
                .Append(world.EndMs)
                .Order()
                .ToList();
            open |= times.Count == 1;
            for (var i = 1; i < times.Count; i++)
            {
                // an hour or a day too late is how a shift falls; what is asked for is at least every so many days
                var gap = times[i] - times[i - 1];
                sure |= gap > (days + 2) * TrueWorld.DayMs && i == times.Count - 1;
                open |= gap > days * TrueWorld.DayMs;
            }
        }

        Gap("function-check", 168);
        Gap("battery-dock", 30);
        found.OfDevice(
            "E10",
            sure ? Verdict.Expected
                : open ? Verdict.Allowed
                : Verdict.Forbidden,
            device.Serial,
            0,
            0,
            "maintenance register"
        );
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TrueWorld, ILookup<string, PaperRow>> MaintenanceOf = [];

    private static void Changes(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var paper = world.Papers["changes.csv"];
        var written = paper.Written.Select(r => paper.Cell(r, "ChangeRef")).ToHashSet();
        foreach (var change in world.Changes.Where(c => c.What is "firmware" or "setting"))
        {
            var log = world
                .LogsOf(change.Device)
                .FirstOrDefault(l => l.AtMs.Zip(l.Codes).Any(p => p.First == change.AtMs && p.Second is FirmwareUpdate or SettingChange));
            var at = log is null ? -1 : Array.FindIndex(log.AtMs, t => t == change.AtMs);
            var received =
                log is not null
                && log.IsDelivered(log.First + (ulong)at)
                && !world.IsTimeUnbounded(change.Device, change.AtMs, change.AtMs);
            var verdict =
                written.Contains(change.Id) ? (received ? Verdict.Forbidden : Verdict.Allowed)
                : received ? Verdict.Expected
                : Verdict.Allowed;
            found.OfDevice(
                "D12",
                verdict,
                change.Device,
                change.AtMs - 30 * TrueWorld.MinuteMs,
                change.AtMs + 30 * TrueWorld.MinuteMs,
                "firmware change"
            );
        }
    }

    /// <summary>D14: a dock that says its clock runs free, and the docks that say theirs does not.</summary>
    private static void Docks(Scene scene)
    {
        foreach (var (name, clock) in scene.World.Docks)
        {
            var verdict = clock is "free-running" or "not-set" ? Verdict.Expected : Verdict.Forbidden;
            scene.Found.OfWords("D14", verdict, "Dock " + name + " ", "clock of the dock");
        }
    }

    /// <summary>E01 and E04: the tests of an issue.</summary>
    private static void Tested(Scene scene, Issue issue)
    {
        var (world, found) = (scene.World, scene.Found);
        var of = TestsOf.GetValue(world, w => w.Activations.ToLookup(a => a.Device))[issue.Device];
        var during = of.Where(a => a.StartMs >= issue.IssuedMs - 15 * TrueWorld.MinuteMs && a.StartMs <= issue.ReturnedMs).ToList();
        var tests = during.Count(a => a.Purpose == "test" && world.IsDelivered(a) && a.StartMs >= issue.IssuedMs);
        var others = during.Exists(a => a.Purpose is not "test" and not "maintenance");
        found.OfIssue(
            "E04",
            tests > 3 ? Verdict.Expected
                : others ? Verdict.Allowed
                : Verdict.Forbidden,
            issue.Id,
            "tests of an issue"
        );
        var armed = world
            .UsesOfIssue[issue.Id]
            .Where(u => u.ActivationIds.Count > 0 || u.Level == "Red-dot" && world.Devices[u.Device].ShowsArming)
            .ToList();
        if (armed.Count == 0)
        {
            // a training run or a discharge by mistake arms the device, too: whether that is a use the text leaves open; and a test that no
            // window excuses is operational by default, "anything unproven counts" (2.6, E03), if no test in time was made before it
            var late = during.Exists(a => a.Purpose == "test" && a.StartMs > issue.IssuedMs + 14 * TrueWorld.MinuteMs);
            var early = during.Exists(a => a.Purpose == "test" && a.StartMs <= issue.IssuedMs + TrueWorld.HourMs);
            found.OfIssue("E01", others || late && !early ? Verdict.Allowed : Verdict.Forbidden, issue.Id, "no armed use");
            return;
        }

        var first = armed.Min(u => u.StartMs);
        var until = Math.Min(first, issue.IssuedMs + 60 * TrueWorld.MinuteMs);
        var tested = during.Exists(a => a.Purpose == "test" && a.StartMs <= until);
        var doubtful = during.Exists(a => a.Purpose is "unintentional" or "training" or "maintenance");
        var covered = world.IsCovered(
            issue.Device,
            issue.IssuedMs - 15 * TrueWorld.MinuteMs,
            Math.Max(first + TrueWorld.MinuteMs, issue.IssuedMs + TrueWorld.HourMs)
        );
        var loose = world.IsTimeUnbounded(issue.Device, issue.IssuedMs, first);
        found.OfIssue(
            "E01",
            doubtful || loose ? Verdict.Allowed
                : tested || !covered ? Verdict.Forbidden
                : Verdict.Expected,
            issue.Id,
            "first armed use"
        );
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TrueWorld, ILookup<string, Activation>> TestsOf = [];
}
