using System.Globalization;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.World;

/// <summary>Decides which outings see a use of force, with what, and who else was there.</summary>
internal sealed class Incidents(History history)
{
    private readonly Draw _odd = Draw.For(history.Seed, "odd incidents");

    // Home Office, CED use by force and level, April 2017 to March 2018, England and Wales (domain section 3): drawn, aimed, red-dot
    private static readonly double[] PassiveWeights = [4250, 1532, 8372];

    // the same table: arced, drive stun, angled drive stun, fired
    private static readonly double[] ActiveWeights = [128, 61, 69, 1821];

    // cycles per CED report, Austin 2009-17 (n = 3,749): 1, 2, 3, 4, 5, 6 and more
    private static readonly double[] CycleWeights = [68.4, 20.5, 6.4, 2.4, 1.0, 1.3];

    public void Plan(Armoury armoury, int day, ShiftPlan shift, List<Outing> outings, Draw draw)
    {
        if (armoury == history.Armouries[0])
        {
            foreach (var planted in history.Scenario.PlantedUses.Where(u => u.Day == day && u.Shift == shift.Name))
            {
                var outing =
                    outings.Find(o => o.Issue.Device == ShiftPlay.Named(armoury, planted.Device))
                    ?? throw new InvalidDataException(
                        $"line {planted.Line}: nobody is free to take {planted.Device} out on day {day}, shift {shift.Name}; the armoury needs more officers"
                    );
                Plant(planted, outing, draw);
            }
        }

        var plan = history.Scenario.Uses;
        for (var i = 0; i < outings.Count; i++)
        {
            if (draw.Chance(plan.Per1000Issues / 1000))
            {
                Happen(outings, i, draw);
            }

            if (draw.Chance(plan.Per1000Issues / 1000 * plan.Active * plan.UnintentionalShare))
            {
                PlanMishap(outings[i], draw);
            }

            if (draw.Chance(history.Scenario.Testing.TrainingPer1000Issues / 1000))
            {
                PlanTraining(outings[i], draw);
            }
        }
    }

    private void Plant(PlantedUse planted, Outing outing, Draw draw)
    {
        var at = outing.Issue.IssuedUtcMs + planted.Minute * UkTime.MinuteMs;
        var use = NewUse(NewIncident(outing.Issue.Device.Armoury, at, draw), outing, planted.Level, at, draw);
        use.Plan = planted.Report;
        outing.Acts.Add(new PlannedAct(at, (acts, d) => PlayUse(acts, use, planted.CyclesMs, d)));
    }

    private void Happen(List<Outing> outings, int index, Draw draw)
    {
        var issue = outings[index].Issue;
        var first = issue.IssuedUtcMs + 25 * UkTime.MinuteMs;
        var at = draw.Between(first, Math.Max(first, issue.ReturnedUtcMs - 60 * UkTime.MinuteMs));
        if (!Free(outings[index], at))
        {
            return;
        }

        var incident = NewIncident(issue.Device.Armoury, at, draw);
        var crewMate = outings[Math.Min(index ^ 1, outings.Count - 1)];
        if (_odd.Chance(history.Scenario.Breaches.DevicesExchanged) && crewMate.Issue != issue && IsOut(crewMate, at) && Free(crewMate, at))
        {
            // the crew-mate's device, taken from the seat beside; the officer writes down the one on the own belt
            AddUse(crewMate, incident, at, draw, issue);
            return;
        }

        var together = _odd.Chance(history.Scenario.Uses.Overlapping);
        AddUse(outings[index], incident, at, draw, together: together);
        if (draw.Chance(0.5))
        {
            // nearly always after the last activation; a cycle on a person in handcuffs is what an auditor must see
            incident.HandcuffedUtcMs = at + (draw.Chance(history.Scenario.Breaches.UsedOnHandcuffed) ? -2 : 4) * UkTime.MinuteMs;
        }

        var second = at + draw.Between(-20_000L, 40_000L);
        second = together ? at + 1_500 : second;
        if ((draw.Chance(history.Scenario.Uses.TwoOfficers) || together) && crewMate.Issue != issue && Free(crewMate, second))
        {
            AddUse(crewMate, incident, second, draw, together: together);
        }
    }

    /// <summary>The device is with the crew, and not yet or again in the armoury.</summary>
    private static bool IsOut(Outing outing, long atUtcMs) =>
        atUtcMs > outing.Issue.IssuedUtcMs + 20 * UkTime.MinuteMs && atUtcMs < outing.Issue.ReturnedUtcMs - 20 * UkTime.MinuteMs;

    private void AddUse(Outing outing, Incident incident, long at, Draw draw, Issue? believed = null, bool together = false)
    {
        var plan = history.Scenario.Uses;
        ReadOnlySpan<double> weights = plan.ActiveWeights.Count > 0 ? [.. plan.ActiveWeights] : ActiveWeights;
        var level =
            together ? UseLevel.Fired
            : draw.Chance(plan.Active)
                ? new[] { UseLevel.Arced, UseLevel.DriveStun, UseLevel.AngleDriveStun, UseLevel.Fired }[draw.Weighted(weights)]
            : new[] { UseLevel.Drawn, UseLevel.Aimed, UseLevel.RedDotted }[draw.Weighted(PassiveWeights)];
        if (outing.Issue.Device.Model == Model.Taser10 && level is (UseLevel.Arced or UseLevel.DriveStun or UseLevel.AngleDriveStun))
        {
            // ten single probes and no arc switch: neither an arc display nor a drive stun leaves a row of its own
            level = level == UseLevel.Arced ? UseLevel.RedDotted : UseLevel.Fired;
        }

        var use = NewUse(incident, outing, level, at, draw, believed);
        use.Plan = Planned.Random;
        var cycles = level is UseLevel.Drawn or UseLevel.Aimed or UseLevel.RedDotted ? [] : Cycles(level, draw);
        outing.Acts.Add(new PlannedAct(at, (acts, d) => PlayUse(acts, use, cycles, d)));
    }

    private int[] Cycles(UseLevel level, Draw draw)
    {
        if (level == UseLevel.Arced)
        {
            return [draw.Between(10, 30) * 100];
        }

        var count = draw.Weighted(CycleWeights) + 1;
        var cycles = new int[count == 6 ? draw.Between(6, 9) : count];
        for (var i = 0; i < cycles.Length; i++)
        {
            var extended = draw.Chance(history.Scenario.Uses.Extended);
            var interrupted = draw.Chance(history.Scenario.Uses.Interrupted);
            cycles[i] =
                extended ? draw.Between(62, 220) * 100
                : interrupted ? draw.Between(10, 42) * 100
                : 5_000;
        }

        return cycles;
    }

    private void PlanMishap(Outing outing, Draw draw)
    {
        var issue = outing.Issue;
        var where = draw.Pick(["armoury", "vehicle", "station"]);
        var at =
            where == "armoury"
                ? issue.IssuedUtcMs + draw.Between(9 * UkTime.MinuteMs, 14 * UkTime.MinuteMs)
                : issue.IssuedUtcMs + draw.Between(25 * UkTime.MinuteMs, 300 * UkTime.MinuteMs);
        if (Free(outing, at))
        {
            outing.Acts.Add(
                new PlannedAct(
                    at,
                    (acts, _) =>
                    {
                        var activation = acts.Mishap(issue.Device, issue, issue.Officer, at, Purpose.Unintentional);
                        history.Mishaps.Add(new Mishap(Number("U", history.Mishaps.Count + 1), activation, issue, where));
                        return at + 5_000;
                    }
                )
            );
        }
    }

    /// <summary>A refresher during which the device is on the training session's list.</summary>
    private void PlanTraining(Outing outing, Draw draw)
    {
        if (outing.Acts.Count > 0)
        {
            return;
        }

        var issue = outing.Issue;
        outing.Training = true;
        issue.Purpose = World.Issue.ForTraining;
        var from = issue.IssuedUtcMs + 60 * UkTime.MinuteMs;
        var count = draw.Between(2, 7);
        outing.Acts.Add(
            new PlannedAct(
                from + 10 * UkTime.MinuteMs,
                (acts, d) =>
                {
                    acts.TrainingRun(issue.Device, issue.Officer, from + 10 * UkTime.MinuteMs, count, d);
                    var to = from + 120 * UkTime.MinuteMs;
                    history.Training.Add(
                        new TrainingDay(
                            Number("T", history.Training.Count + 1),
                            issue.Device.Armoury,
                            from,
                            to,
                            [issue.Device],
                            [issue.Officer]
                        )
                    );
                    return to;
                }
            )
        );
    }

    private static long PlayUse(Acts acts, Use use, IReadOnlyList<int> cyclesMs, Draw draw)
    {
        acts.PlayUse(use, cyclesMs, draw);
        return use.EndUtcMs;
    }

    private static bool Free(Outing outing, long at) =>
        !outing.Training && outing.Acts.All(a => Math.Abs(a.AtUtcMs - at) > 30 * UkTime.MinuteMs);

    private Incident NewIncident(Armoury armoury, long at, Draw draw)
    {
        var incident = new Incident("IN-" + draw.Code(4) + Number("-", history.Incidents.Count + 1), armoury, at);
        history.Incidents.Add(incident);
        return incident;
    }

    private Use NewUse(Incident incident, Outing outing, UseLevel level, long at, Draw draw, Issue? believed = null)
    {
        var subject = incident.Uses.Count > 0 && draw.Chance(0.8) ? incident.Uses[0].Subject : "S-" + draw.Code(8);
        var person = Draw.For(history.Seed, subject); // one person is the same in every report
        var use = new Use(history.Uses.Count + 1, incident, outing.Issue, subject, level, at)
        {
            Officer = (believed ?? outing.Issue).Officer,
            DeviceBelieved = (believed ?? outing.Issue).Device,
            SubjectAge = person.Chance(history.Scenario.Uses.Children) ? person.Pick(["0-10", "11-17"]) : "18-34",
            MentalHealth = person.Chance(history.Scenario.Uses.MentalHealth),
        };
        incident.Uses.Add(use);
        history.Uses.Add(use);
        return use;
    }

    private static string Number(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{number:D5}");
}
