using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.World;

/// <summary>Plays the force from its first local midnight to the end: a pure function of (scenario, seed, end).</summary>
internal static class ForceHistory
{
    /// <param name="spool">Where it keeps what grows; null = one of its own.</param>
    public static History Make(Scenario scenario, ulong seed, long endUtcMs, Spool? spool = null)
    {
        var lastNight = UkTime.LocalDate(endUtcMs - scenario.SettleHours * UkTime.HourMs);
        var first = lastNight.AddDays(-scenario.Days);
        var history = new History(scenario, seed, UkTime.MidnightOf(first), endUtcMs, spool);
        Muster.Fill(history);
        var docking = new Docking(history);
        var shifts = new ShiftPlay(history, docking);
        for (var day = 0; day < scenario.Days; day++)
        {
            var midnight = UkTime.MidnightOf(first.AddDays(day));
            foreach (var armoury in history.Armouries)
            {
                foreach (var shift in scenario.Shifts)
                {
                    shifts.Play(armoury, day + 1, midnight, shift);
                }
            }
        }

        if (scenario.Docking.Final)
        {
            docking.DockEverything();
        }

        history.Visits.Sort();
        return history;
    }

    /// <summary>Two local midnights may be 23 or 25 hours apart; a shift keeps to the clock on the wall.</summary>
    public static long ShiftStart(long midnightUtcMs, ShiftPlan shift)
    {
        var start = midnightUtcMs + shift.StartHour * UkTime.HourMs;
        return start + UkTime.HourMs * (shift.StartHour - UkTime.Local(start).Hour);
    }
}
