using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>D04, D07 to D11, D13 and E08, E09: what the truth says went wrong in one device, and what the rules ask of its log.</summary>
internal static class DeviceFaults
{
    public static void Derive(Scene scene, Device device)
    {
        var world = scene.World;
        Drift(scene, device);
        var back = world.FaultsOf(device.Serial, "clock-set-back").ToList();
        // something written out of its time by the world itself shows as a clock that went back
        var disorder = world.Uses.Any(u => u.Device == device.Serial && u.EndMs > world.IssueById[u.Issue].ReturnedMs);
        ByDevice(
            scene,
            "D07",
            device,
            back.Count > 0 ? IsRecorded(scene, back)
                : disorder ? null
                : false
        );
        Sessions(scene, device);
        Pulses(scene, device);
        var jumps = world.FaultsOf(device.Serial, "battery-jump").Concat(world.FaultsOf(device.Serial, "temperature-jump")).ToList();
        ByDevice(scene, "D11", device, jumps.Count > 0 ? IsRecorded(scene, jumps) : false);
        Tampered(scene, device);
        Filling(scene, device);
        Workshop(scene, device);
    }

    /// <summary>Domain D04: 8 s a day for the X26, 2 s for others, seen where a clock is set; within a tenth of it left open.</summary>
    private static void Drift(Scene scene, Device device)
    {
        var daily = Math.Abs(device.DriftPpm) * 0.0864;
        var tolerance = device.Model == "X26" ? 8 : 2;
        var loose = scene.World.FaultsOf(device.Serial, "clock-reset").Any() || scene.World.FaultsOf(device.Serial, "clock-set-back").Any();
        var settings = scene
            .World.LogsOf(device.Serial)
            .Sum(l => l.Codes.Where((c, i) => c == 19 && l.IsDelivered(l.First + (ulong)i)).Count());
        ByDevice(
            scene,
            "D04",
            device,
            daily > 1.3 * tolerance ? (settings >= 2 && !loose ? true : null)
                : daily > 0.8 * tolerance || loose ? null
                : false
        );
    }

    /// <summary>D09: the row of a session's beginning is missing, or its end tells of too short a session.</summary>
    private static void Sessions(Scene scene, Device device)
    {
        var (world, found) = (scene.World, scene.Found);
        foreach (var use in world.Uses.Where(u => u.Device == device.Serial && u.ActivationIds.Count > 0))
        {
            var missing = world.FaultsOf(device.Serial, "arm-row-missing").Any(f => f.AtMs >= use.StartMs && f.AtMs <= use.EndMs + 5_000);
            var tooShort = world.FaultsOf(device.Serial, "safe-row-short").Any(f => f.AtMs >= use.StartMs && f.AtMs <= use.EndMs + 5_000);
            var activations = world.ActivationsOf(use);
            var whole =
                scene.IsDelivered(use)
                && !world.IsTimeUnbounded(device.Serial, use.StartMs, use.EndMs)
                && world.IsCovered(device.Serial, use.StartMs - TrueWorld.MinuteMs, use.EndMs + TrueWorld.MinuteMs);
            // the session of these rows lasts two thirds of its activations: rounding may hide a short one
            var total = activations.Sum(world.RecordedMs);
            var sure = missing || tooShort && total / 3 > 2 * device.DurationUnitMs + 1_000;
            var verdict =
                !missing && !tooShort ? (whole ? Verdict.Forbidden : Verdict.Allowed)
                : whole && sure ? Verdict.Expected
                : Verdict.Allowed;
            var slack = (world.IsTimeUnbounded(device.Serial, use.StartMs, use.EndMs) ? 20 : 1) * TrueWorld.MinuteMs;
            found.OfDevice("D09", verdict, device.Serial, use.StartMs - slack, use.EndMs + slack, "rows of a session");
        }
    }

    /// <summary>D10: half of the pulses; a count that the rounding of the duration hides is left open.</summary>
    private static void Pulses(Scene scene, Device device)
    {
        var (world, found) = (scene.World, scene.Found);
        var halved = world.FaultsOf(device.Serial, "pulse-count").Select(f => f.AtMs).ToHashSet();
        var log = world.Logs.FirstOrDefault(l => l.Device == device.Serial && l.Kind == "pulse");
        if (log is null)
        {
            return;
        }

        for (var i = 0; i < log.AtMs.Length; i++)
        {
            var at = log.AtMs[i];
            var a = world.ActivationsOfDevice(device.Serial).FirstOrDefault(x => x.StartMs <= at && at <= x.EndMs + 100);
            if (a is null)
            {
                continue;
            }

            var known =
                log.IsDelivered(log.First + (ulong)i) && world.IsDelivered(a) && !world.IsTimeUnbounded(a.Device, a.StartMs, a.EndMs);
            var right = !halved.Contains(at) && !halved.Contains(a.StartMs);
            var verdict =
                !known || a.DurationMs < device.DurationUnitMs ? Verdict.Allowed
                : right ? Verdict.Forbidden
                : a.DurationMs > 2_200 ? Verdict.Expected
                : Verdict.Allowed;
            if (verdict == Verdict.Forbidden)
            {
                found.CountLookAlikes("D10", 1);
            }
            else
            {
                found.Add(
                    new Subject("D10", verdict, "pulses of an activation")
                    {
                        Records = [(device.Serial + "/pulse", log.Epoch, log.First + (ulong)i)],
                    }
                );
            }
        }
    }

    /// <summary>D08, D13, D16: a dock altered what it passed on, or an upload was cut short: seen where the rest came later.</summary>
    private static void Tampered(Scene scene, Device device)
    {
        var world = scene.World;
        var altered = world.FaultsOf(device.Serial, "tampered").ToList();
        // what was read well before and then altered is not sent again: one content is all that ever arrives
        var later = altered.Count > 0 && world.HasTwoContents(device.Serial);
        ByDevice(
            scene,
            "D08/D16",
            device,
            altered.Count == 0 ? false
                : later ? true
                : null
        );
        // what clears it is a further docking that completes it: only of the last one nothing more comes
        var cut = world.FaultsOf(device.Serial, "upload-cut").ToList();
        var last = world.VisitsOf(device.Serial).Select(v => v.AtMs).DefaultIfEmpty(0).Max();
        ByDevice(
            scene,
            "D13",
            device,
            cut.Count == 0 ? false
                : cut.Exists(f => f.AtMs == last) ? true
                : null
        );
    }

    /// <summary>D03: entries a day times the days between dockings, of the 12,000 that the text allows; near it left open.</summary>
    private static void Filling(Scene scene, Device device)
    {
        var world = scene.World;
        var visits = world.VisitsOf(device.Serial).Select(v => v.AtMs).ToList();
        var written = world.LogsOf(device.Serial).Sum(l => l.AtMs.Length);
        var days = (world.EndMs - world.StartMs) / (double)TrueWorld.DayMs;
        var between = visits.Count < 2 ? 0 : (visits[^1] - visits[0]) / (double)TrueWorld.DayMs / (visits.Count - 1);
        var since = visits.Count == 0 ? days : (world.EndMs - visits[^1]) / (double)TrueWorld.DayMs;
        var filled = written / days * Math.Max(between, since) / (device.Model == "X26" ? 1_500 : 12_000);
        ByDevice(
            scene,
            "D03",
            device,
            filled > 1.25 && visits.Count > 1 ? true
                : filled > 0.8 ? null
                : false
        );
    }

    private static void Workshop(Scene scene, Device device)
    {
        var (world, found) = (scene.World, scene.Found);
        var (paper, issues) = (world.Papers["maintenance.csv"], world.Papers["issues.csv"]);
        var rows = RowsOf.GetValue(world, _ => paper.Written.ToLookup(r => paper.Cell(r, "DeviceSerial")))[device.Serial].ToList();
        var done = rows.Where(r => paper.Cell(r, "Kind") is "function-check" or "workshop")
            .Select(r => paper.TimeMs(r, "At")!.Value)
            .ToList();
        var out_ = world.IssuesOfDevice[device.Serial].Where(i => world.IsIssueWritten(i.Id)).OrderBy(i => i.IssuedMs).ToList();
        foreach (var issue in out_)
        {
            var fault = rows.Exists(r =>
                paper.Cell(r, "Kind") == "fault"
                && paper.TimeMs(r, "At") < issue.IssuedMs
                && (paper.TimeMs(r, "Until") ?? long.MaxValue) > issue.IssuedMs
            );
            var due = rows.Where(r => paper.Cell(r, "Kind") == "due" && paper.TimeMs(r, "At") < issue.IssuedMs)
                .Select(r => paper.TimeMs(r, "At")!.Value)
                .ToList();
            // service is made before or after it falls due: a week or two before is in time
            var past = due.Exists(d => !done.Exists(t => t >= d - 30 * TrueWorld.DayMs && t <= issue.IssuedMs));
            var edge =
                Math.Abs(
                    rows.Where(r => paper.Cell(r, "Kind") is "due" or "fault")
                        .Select(r => issue.IssuedMs - paper.TimeMs(r, "At")!.Value)
                        .DefaultIfEmpty(long.MaxValue / 2)
                        .Min(Math.Abs)
                ) < 60_000;
            var duty = issues.Cell(world.IssueRow(issue.Id)!, "Purpose") == "operational";
            found.OfIssue(
                "E08",
                edge || !duty ? Verdict.Allowed
                    : fault || past ? Verdict.Expected
                    : Verdict.Forbidden,
                issue.Id,
                "maintenance register"
            );
        }

        foreach (var note in world.Notes.Where(n => n.Device == device.Serial && n.Kind == "wet-or-dropped"))
        {
            var next = out_.FirstOrDefault(i => i.IssuedMs > note.FromMs);
            var until = next?.IssuedMs ?? world.EndMs;
            var full = world
                .ActivationsOfDevice(device.Serial)
                .Count(a => a.StartMs > note.FromMs && a.StartMs < until && a.DurationMs >= 5_000 && !a.Deployed);
            var open =
                next is null
                || next.Purpose != "operational"
                || !world.IsCovered(device.Serial, note.FromMs, until)
                || world.IsTimeUnbounded(device.Serial, note.FromMs, until);
            var verdict =
                open ? Verdict.Allowed
                : full >= 3 ? Verdict.Forbidden
                : Verdict.Expected;
            found.OfDevice("E09", verdict, device.Serial, note.FromMs - 2_000, note.FromMs + 2_000, "wet or dropped");
        }
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TrueWorld, ILookup<string, PaperRow>> RowsOf = [];

    /// <summary>One finding a device and quarter (2.7.6): true, false, or left open (null).</summary>
    private static void ByDevice(Scene scene, string rule, Device device, bool? expected) =>
        scene.Found.OfDevice(
            rule,
            expected is null ? Verdict.Allowed
                : expected.Value ? Verdict.Expected
                : Verdict.Forbidden,
            device.Serial,
            0,
            0,
            "of the device"
        );

    /// <summary>Rows around it came home; null = they did not.</summary>
    private static bool? IsRecorded(Scene scene, List<Fault> faults) =>
        faults.Exists(f => scene.World.IsCovered(f.Device, f.AtMs - TrueWorld.HourMs, f.AtMs + TrueWorld.HourMs)) ? true : null;
}
