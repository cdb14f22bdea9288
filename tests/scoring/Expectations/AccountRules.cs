using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>A01 in three, A14, A18, E03, E06: recorded activations and whether anything accounts for them (domain 2.7.1, 2.7.2).</summary>
internal static class AccountRules
{
    private const long WindowMs = 24 * TrueWorld.HourMs;

    public static void Derive(Scene scene)
    {
        foreach (var use in scene.World.Uses.Where(u => u.ActivationIds.Count > 0))
        {
            OfUse(scene, use);
        }

        foreach (var mishap in scene.World.Mishaps)
        {
            OfMishap(scene, mishap);
        }

        OfTraining(scene);
        OfBursts(scene);
        OfTests(scene);
        OfChecks(scene);
    }

    private static void OfUse(Scene scene, Use use)
    {
        var (world, found) = (scene.World, scene.Found);
        var activations = world.ActivationsOf(use);
        var report = scene.Reports.Of(use);
        var severe = IsSevere(scene, activations);
        if (report is not null)
        {
            var verdict = scene.IsPlain(report, use) && scene.IsDelivered(use) ? Verdict.Forbidden : Verdict.Allowed;
            foreach (var rule in new[] { "A01a", "A01b", "E03", "E06", "A18" })
            {
                found.OfActivations(rule, verdict, activations, "a use with a report");
            }

            Shared(scene, use, activations, report);
            return;
        }

        var known = scene.IsDelivered(use) && world.IsIssueWritten(use.Issue) && !world.IsTimeUnbounded(use.Device, use.StartMs, use.EndMs);
        var due = world.EndMs > world.ShiftEndMs(use.Issue) + WindowMs;
        var shared = scene.CanRun("A14") && OtherReported(scene, use) is not null;
        var sure = known && due && !shared && severe is not null;
        found.OfActivations(
            "A01a",
            !sure ? Verdict.Allowed
                : severe == true ? Verdict.Expected
                : Verdict.Forbidden,
            activations,
            "no report"
        );
        found.OfActivations(
            "A01b",
            !sure ? Verdict.Allowed
                : severe == true ? Verdict.Forbidden
                : Verdict.Expected,
            activations,
            "no report"
        );
        foreach (var rule in new[] { "E03", "E06", "A01c" })
        {
            found.OfActivations(rule, Verdict.Allowed, activations, "no report: looks like it");
        }

        found.OfActivations(
            "A18",
            activations is [{ Deployed: true }] ? Verdict.Allowed : Verdict.Forbidden,
            activations,
            "no report, on a person"
        );
        if (shared)
        {
            found.OfActivations(
                "A14",
                known && due && IsCertain(scene, use) ? Verdict.Expected : Verdict.Allowed,
                activations,
                "second officer's"
            );
        }
    }

    /// <summary>Deployment, connection, over five seconds, or three and more; null = within a unit of it.</summary>
    private static bool? IsSevere(Scene scene, IReadOnlyList<Activation> activations) =>
        activations.Count >= 3 || activations.Any(a => a.Deployed && scene.World.DeviceOf(a).ShowsCartridges)
            ? true
            : Scene.Any(activations.Select(scene.IsLong));

    /// <summary>A use with a report that shares the incident: another officer's activations on another device of the same crew.</summary>
    private static Use? OtherReported(Scene scene, Use use) =>
        scene.World.Uses.FirstOrDefault(u =>
            u.Incident == use.Incident
            && u.Device != use.Device
            && u.ActivationIds.Count > 0
            && scene.Reports.Of(u) is not null
            && scene.World.CrewOf(u.Issue) is { Length: > 0 } crew
            && crew == scene.World.CrewOf(use.Issue)
        );

    private static bool IsCertain(Scene scene, Use use) =>
        OtherReported(scene, use) is { } other
        && scene.IsDelivered(other)
        && scene.World.IsIssueWritten(other.Issue)
        && scene.IsPlain(scene.Reports.Of(other)!, other);

    /// <summary>Both officers reported: the look-alike of A14.</summary>
    private static void Shared(Scene scene, Use use, IReadOnlyList<Activation> activations, Report report)
    {
        if (!scene.CanRun("A14"))
        {
            return;
        }

        var others = scene.World.Uses.Where(u => u.Incident == use.Incident && u.Id != use.Id && u.ActivationIds.Count > 0).ToList();
        var unreported = others.Any(u => scene.Reports.Of(u) is null);
        var plain = scene.IsPlain(report, use) && others.TrueForAll(u => scene.Reports.Of(u) is { } r && scene.IsPlain(r, u));
        scene.Found.OfActivations("A14", unreported || !plain ? Verdict.Allowed : Verdict.Forbidden, activations, "both reported");
    }

    private static void OfMishap(Scene scene, Mishap mishap)
    {
        var (world, found) = (scene.World, scene.Found);
        var activation = world.Activation(mishap.ActivationId);
        Activation[] only = [activation];
        var paper = world.Papers["unintentional.csv"];
        var declared = paper.Written.Any(r => paper.Cell(r, "EntryRef") == mishap.Id);
        var exchanged = world
            .FaultsOf(activation.Device, "cartridges-exchanged")
            .Any(f => Math.Abs(f.AtMs - activation.StartMs) < TrueWorld.DayMs);
        var issue = world
            .IssuesOfDevice[activation.Device]
            .FirstOrDefault(i => i.IssuedMs <= activation.StartMs && activation.StartMs <= i.ReturnedMs);
        var known =
            world.IsDelivered(activation)
            && issue is not null
            && world.IsIssueWritten(issue.Id)
            && !world.IsTimeUnbounded(activation.Device, activation.StartMs, activation.EndMs);
        var visible = world.DeviceOf(activation).ShowsCartridges;
        var near = mishap.Where == "armoury";
        foreach (var rule in new[] { "A01a", "A01b", "A18", "E03" })
        {
            var expected =
                known
                && !declared
                && rule switch
                {
                    "A01a" => visible && !near,
                    "A01b" => !visible && !near,
                    "A18" => visible && near,
                    _ => false,
                };
            var verdict =
                declared && exchanged ? Verdict.Allowed
                : declared && known ? Verdict.Forbidden
                : expected ? Verdict.Expected
                : Verdict.Allowed;
            found.OfActivations(rule, verdict, only, declared ? "declared unintentional" : "an unintentional discharge without an entry");
        }

        found.OfActivations("A01c", declared ? Verdict.Forbidden : Verdict.Allowed, only, "unintentional");
        if (!declared)
        {
            Review(scene, only);
        }
    }

    private static void OfTraining(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var paper = world.Papers["training.csv"];
        foreach (var day in world.Training)
        {
            var listed = paper.Written.Any(r => paper.Cell(r, "TrainingRef") == day.Id);
            foreach (var device in day.Devices)
            {
                var run = world
                    .Activations.Where(a =>
                        a.Device == device && a.Purpose == "training" && a.StartMs >= day.FromMs && a.StartMs <= day.ToMs + TrueWorld.HourMs
                    )
                    .OrderBy(a => a.StartMs)
                    .ToList();
                var known =
                    run.TrueForAll(world.IsDelivered)
                    && !world.IsTimeUnbounded(device, day.FromMs, day.ToMs)
                    && world
                        .IssuesOfDevice[device]
                        .Any(i => i.IssuedMs <= day.FromMs && i.ReturnedMs >= day.FromMs && world.IsIssueWritten(i.Id));
                var burst = run.Where((_, i) => i >= 2)
                    .Select((a, i) => a.StartMs - run[i].StartMs)
                    .Any(ms => ms <= 5 * TrueWorld.MinuteMs - 5_000);
                Review(scene, run);
                Verdict If(bool expected) =>
                    listed && known ? Verdict.Forbidden
                    : !listed && known && expected ? Verdict.Expected
                    : Verdict.Allowed;
                found.OfActivations("A01a", If(run.Count >= 3), run, listed ? "training on a list" : "training without a list");
                found.OfActivations("A01b", If(run.Count < 3), run, listed ? "training on a list" : "training without a list");
                found.OfActivations("E06", If(burst), run, listed ? "training on a list" : "training without a list");
                found.OfActivations("E03", listed ? Verdict.Forbidden : Verdict.Allowed, run, "training");
            }
        }
    }

    /// <summary>What nothing excuses is operational by default (2.6, 2.7.1), and the B rules and A14 look at it, too.</summary>
    private static void Review(Scene scene, IReadOnlyList<Activation> run)
    {
        foreach (var rule in new[] { "B01", "B02", "B03", "B04", "B05", "A14" })
        {
            scene.Found.OfActivations(rule, Verdict.Allowed, run, "not excused");
        }
    }

    /// <summary>Short activations for practice, on issue, that no list has: three and more, and a burst.</summary>
    private static void OfBursts(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        foreach (var device in world.Activations.Where(a => a.Purpose == "training").GroupBy(a => a.Device))
        {
            var loose = device.Where(a =>
                !world.Training.Any(d => d.Devices.Contains(a.Device) && d.FromMs <= a.StartMs && a.StartMs <= d.ToMs + TrueWorld.HourMs)
            );
            foreach (var run in loose.GroupBy(a => world.IssuesOfDevice[a.Device].LastOrDefault(i => i.IssuedMs <= a.StartMs)?.Id))
            {
                var all = run.ToList();
                var known =
                    all.TrueForAll(world.IsDelivered)
                    && run.Key is not null
                    && world.IsIssueWritten(run.Key)
                    && !world.IsTimeUnbounded(device.Key, all[0].StartMs, all[^1].EndMs);
                var burst = all.Count >= 3 && all[2].StartMs - all[0].StartMs < 5 * TrueWorld.MinuteMs - 5_000;
                found.OfActivations("A01a", known && all.Count >= 3 ? Verdict.Expected : Verdict.Allowed, all, "a burst without a list");
                found.OfActivations("A01b", known && all.Count >= 3 ? Verdict.Forbidden : Verdict.Allowed, all, "a burst without a list");
                var pair = all.Count == 2;
                found.OfActivations(
                    "E06",
                    known && burst ? Verdict.Expected
                        : known && pair ? Verdict.Forbidden
                        : Verdict.Allowed,
                    all,
                    pair ? "two without a list: no burst" : "a burst without a list"
                );
                found.OfActivations("E03", Verdict.Allowed, all, "a burst without a list");
                Review(scene, all);
            }
        }
    }

    private static void OfTests(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var issues = world.Issues.GroupBy(i => i.Device).ToDictionary(g => g.Key, g => g.OrderBy(i => i.IssuedMs).ToArray());
        var seen = new HashSet<string>();
        foreach (var test in world.Activations.Where(a => a.Purpose == "test"))
        {
            var issue = Array.FindLast(issues[test.Device], i => i.IssuedMs - 15 * TrueWorld.MinuteMs <= test.StartMs)!;
            var known =
                world.IsDelivered(test) && world.IsIssueWritten(issue.Id) && !world.IsTimeUnbounded(test.Device, test.StartMs, test.EndMs);
            var near =
                Math.Abs(test.StartMs - issue.IssuedMs) <= 14 * TrueWorld.MinuteMs
                || Math.Abs(test.StartMs - issue.ReturnedMs) <= 14 * TrueWorld.MinuteMs;
            var first = seen.Add(issue.Id);
            OfTest(scene, test, issue, known, near, first);
        }
    }

    private static void OfTest(Scene scene, Activation test, Issue issue, bool known, bool near, bool first)
    {
        var (world, found) = (scene.World, scene.Found);
        var explicitTest = world.DeviceOf(test).Model == "TASER 10";
        Activation[] only = [test];
        var recorded = world.RecordedMs(test);
        var unit = world.DeviceOf(test).DurationUnitMs;
        bool? odd =
            recorded + unit / 2 < 1_000 || recorded > 5_000 + unit ? true
            : recorded is < 1_000 or > 5_000 || test.DurationMs < 1_000 ? null
            : false;
        var company = world.ActivationsOfDevice(test.Device).Count(a => Math.Abs(a.StartMs - test.StartMs) < 12 * TrueWorld.MinuteMs);
        found.OfActivations(
            "E02",
            !known || !near || odd is null || company > 1 ? Verdict.Allowed
                : odd.Value ? Verdict.Expected
                : Verdict.Forbidden,
            only,
            "length of a test"
        );
        if (!known || odd != false || near && !first && company > 2)
        {
            // over five seconds no window excuses it (2.7.1); shorter than a second it is not the pattern; several of them are not a single one
            var sure = known && near && recorded > 5_000 + unit && !explicitTest && company == 1;
            found.OfActivations("A01a", sure ? Verdict.Expected : Verdict.Allowed, only, "a test that is not one");
            foreach (var rule in new[] { "A01b", "A01c", "E03", "E06" })
            {
                found.OfActivations(rule, Verdict.Allowed, only, "a test that is not one");
            }

            Review(scene, only);
        }
        else if (near && (first || explicitTest))
        {
            found.CountLookAlikes("A01a", 1);
            found.CountLookAlikes("A01b", 1);
            found.CountLookAlikes("E03", 1);
            found.OfActivations("A01c", first ? Verdict.Forbidden : Verdict.Allowed, only, "the test of an issue");
        }
        else if (near)
        {
            var before = world
                .ActivationsOfDevice(test.Device)
                .First(a => a.Purpose == "test" && a.StartMs >= issue.IssuedMs - 15 * TrueWorld.MinuteMs);
            var counted = world.IsDelivered(before) && world.RecordedMs(before) is >= 1_000 and <= 5_000;
            found.OfActivations("A01c", counted ? Verdict.Expected : Verdict.Allowed, only, "a second test in one issue");
            found.OfActivations("E03", Verdict.Allowed, only, "a second test in one issue");
            Review(scene, only);
        }
        else if (!explicitTest)
        {
            var alone = company == 1;
            found.OfActivations("A01b", alone ? Verdict.Expected : Verdict.Allowed, only, "a test outside every window");
            found.OfActivations("E03", alone ? Verdict.Expected : Verdict.Allowed, only, "a test outside every window");
            Review(scene, only);
        }
    }

    private static void OfChecks(Scene scene)
    {
        var (world, found) = (scene.World, scene.Found);
        var paper = world.Papers["maintenance.csv"];
        var workshop = paper
            .Written.Where(r => paper.Cell(r, "Kind") == "workshop")
            .Select(r => (paper.Cell(r, "DeviceSerial"), paper.TimeMs(r, "At")))
            .ToHashSet();
        var byDevice = world.Activations.Where(a => a.Purpose == "maintenance").ToLookup(a => a.Device);
        foreach (var check in world.Checks)
        {
            var run = byDevice[check.Device].Where(a => a.StartMs >= check.FromMs && a.EndMs <= check.ToMs).ToList();
            if (run.Count == 0)
            {
                continue;
            }

            var listed = workshop.Contains((check.Device, check.FromMs / 1000 * 1000)) || workshop.Contains((check.Device, check.FromMs));
            var known = run.TrueForAll(world.IsDelivered) && !world.IsTimeUnbounded(check.Device, check.FromMs, check.ToMs);
            found.OfActivations("E05", known && listed ? Verdict.Expected : Verdict.Allowed, run, "in the workshop");
            foreach (var rule in new[] { "A01a", "A01b", "A01c", "E03", "E06" })
            {
                found.OfActivations(rule, known && listed ? Verdict.Forbidden : Verdict.Allowed, run, "in the workshop");
            }
        }
    }
}
