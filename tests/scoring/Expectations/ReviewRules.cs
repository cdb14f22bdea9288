using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>B01 to B06: duration and repetition of operational activations (activation seconds), and what came after handcuffing.</summary>
internal static class ReviewRules
{
    public static void Derive(Scene scene)
    {
        foreach (var incident in scene.World.Uses.Where(u => u.ActivationIds.Count > 0).GroupBy(u => u.Incident))
        {
            OfIncident(scene, [.. incident]);
        }

        foreach (var a in scene.World.Activations.Where(a => a.Purpose is "test"))
        {
            foreach (var rule in new[] { "B01", "B02", "B03", "B04", "B05" })
            {
                scene.Found.CountLookAlikes(rule, 1);
            }
        }
    }

    private static void OfIncident(Scene scene, List<Use> uses)
    {
        var (world, found) = (scene.World, scene.Found);
        foreach (var use in uses)
        {
            var known = IsKnown(scene, use);
            var all = world.ActivationsOf(use);
            found.OfActivations("B01", Of(known ? Scene.Any(all.Select(scene.IsLong)) : null), all, "one cycle");
            found.OfActivations("B04", Of(known ? Scene.Any(all.Select(a => IsContinuous(scene, a))) : null), all, "continuous");
        }

        Totals(scene, uses);
        if (scene.CanRun("B06"))
        {
            Handcuffed(scene, uses);
        }
    }

    /// <summary>Twenty seconds and more, whatever the unit left out: a whole-second 20 may have been 19.5.</summary>
    private static bool? IsContinuous(Scene scene, Activation a)
    {
        var (recorded, half) = (scene.World.RecordedMs(a), scene.World.DeviceOf(a).DurationUnitMs / 2);
        return recorded - half >= 20_000 ? true
            : recorded + half < 20_000 ? false
            : null;
    }

    private static void Totals(Scene scene, List<Use> uses)
    {
        var (world, found) = (scene.World, scene.Found);
        var all = uses.SelectMany(world.ActivationsOf).ToList();
        var known = uses.TrueForAll(u => IsKnown(scene, u));
        var joined = uses.Count == 1 || IsJoined(scene, uses);
        found.OfActivations("B02", Of(!known ? null : Sum(scene, uses, joined)), all, "incident total");
        var most = joined ? all.Count : uses.Max(u => u.ActivationIds.Count);
        found.OfActivations("B03", Of(!known || (!joined && most <= 3 && all.Count > 3) ? null : most > 3), all, "cycles");
        if (uses.Select(u => u.Device).Distinct().Count() < 2)
        {
            found.CountLookAlikes("B05", 1);
            return;
        }

        // overlap in time alone is never a finding: it takes a reference, a crew or a serial in common (2.7.5)
        var overlap = (
            from a in all
            from b in all
            where string.CompareOrdinal(a.Device, b.Device) < 0
            select Math.Min(a.EndMs, b.EndMs) - Math.Max(a.StartMs, b.StartMs)
        ).Max();
        // joins are made on intervals (1.5): what a clock leaves open is open
        var doubt = all.GroupBy(a => a.Device).Sum(d => d.Max(a => world.ClockDoubtMs(a.Device, a.StartMs)));
        bool? certain =
            overlap >= 3_000 && doubt < TrueWorld.MinuteMs / 2 ? true
            : overlap > -15_000 - doubt ? null
            : false;
        found.OfActivations("B05", Of(!known || !joined ? null : certain), all, "two devices");
    }

    /// <summary>
    /// B08 of an export that shows whether a justification is there: what B01 to B03 ask for, and a report of it without one. Only that a
    /// text is there counts, never what it says.
    /// </summary>
    public static void DeriveJustified(Scene scene)
    {
        var (world, paper) = (scene.World, scene.World.Papers["reports-justified.csv"]);
        var silent = paper
            .Written.GroupBy(r => paper.TruthCell(r, "ReportId"))
            .Where(g => paper.Cell(g.MaxBy(r => paper.Cell(r, "Version"), StringComparer.Ordinal)!, "Justification").Length == 0)
            .Select(g => g.Key)
            .ToHashSet();
        foreach (var incident in world.Uses.Where(u => u.ActivationIds.Count > 0).GroupBy(u => u.Incident))
        {
            var uses = incident.ToList();
            var told = uses.Where(u => scene.Reports.Of(u) is not null).ToList();
            var known = uses.TrueForAll(u => IsKnown(scene, u)) && told.TrueForAll(u => scene.IsPlain(scene.Reports.Of(u)!, u));
            var joined = uses.Count == 1 || IsJoined(scene, uses);
            var all = uses.SelectMany(world.ActivationsOf).ToList();
            var notable = Scene.Any([all.Count > 3, Sum(scene, uses, joined), .. all.Select(scene.IsLong)]);
            var without = told.Exists(u => silent.Contains(scene.Reports.Of(u)!.Key));
            bool? answer = notable == false || !without ? false : notable;
            scene.Found.OfActivations("B08", Of(known && joined ? answer : null), all, "justification in the report");
        }
    }

    private static bool? Sum(Scene scene, List<Use> uses, bool joined)
    {
        var sums = uses.Select(u => (Ms: scene.World.ActivationsOf(u).Sum(scene.World.RecordedMs), Slack: Slack(scene, [u]))).ToList();
        var total = sums.Sum(s => s.Ms);
        if (sums.Exists(s => s.Ms > 15_000 + s.Slack) || joined && total > 15_000 + Slack(scene, uses))
        {
            return true;
        }

        return total <= 15_000 || !joined && sums.TrueForAll(s => s.Ms <= 15_000) && total <= 15_000 ? false : null;
    }

    private static long Slack(Scene scene, List<Use> uses) =>
        uses.Sum(u => scene.World.Devices[u.Device].DurationUnitMs * u.ActivationIds.Count);

    private static bool IsJoined(Scene scene, List<Use> uses)
    {
        var crews = uses.Select(u => scene.World.CrewOf(u.Issue)).Distinct().ToList();
        var crew = crews.Count == 1 && crews[0].Length > 0 && uses.TrueForAll(u => scene.World.IsIssueWritten(u.Issue));
        return crew || scene.Reports.IsInternal && uses.TrueForAll(u => scene.Reports.Of(u) is { } r && scene.IsPlain(r, u));
    }

    private static void Handcuffed(Scene scene, List<Use> uses)
    {
        var (world, found) = (scene.World, scene.Found);
        var paper = world.Papers["incidents.csv"];
        var after = Times.GetValue(
            world,
            _ =>
                paper
                    .Written.Where(r => paper.Cell(r, "Kind") is "handcuffed" or "custody")
                    .GroupBy(r => paper.Cell(r, "IncidentRef"))
                    .ToDictionary(g => g.Key, g => g.Min(r => paper.TimeMs(r, "At") ?? long.MaxValue))
        );
        foreach (var use in uses)
        {
            var known = IsKnown(scene, use) && scene.Reports.Of(use) is { } report && scene.IsPlain(report, use);
            var discharge = scene.CompatibleLevels(use)[0] >= Level.DriveStun;
            var all = world.ActivationsOf(use);
            var late = after.TryGetValue(use.Incident, out var at) ? all.Max(a => a.StartMs) - at : long.MinValue / 2;
            bool? answer =
                late > 30_000 ? (discharge ? true : null)
                : late > -30_000 ? null
                : false;
            found.OfActivations("B06", Of(known || answer == false ? answer : null), all, "after handcuffing");
        }
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<TrueWorld, Dictionary<string, long>> Times = [];

    /// <summary>Recorded, received, and surely taken for operational: matched, or not to be excused by any row.</summary>
    private static bool IsKnown(Scene scene, Use use) =>
        scene.IsDelivered(use) && scene.World.IsIssueWritten(use.Issue) && !scene.World.IsTimeUnbounded(use.Device, use.StartMs, use.EndMs);

    private static Verdict Of(bool? answer) =>
        answer switch
        {
            true => Verdict.Expected,
            false => Verdict.Forbidden,
            null => Verdict.Allowed,
        };
}
