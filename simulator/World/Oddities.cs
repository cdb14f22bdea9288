using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;

namespace TaserTelemetry.Simulator.World;

/// <summary>
/// What is done or goes wrong beside uses of force: odd tests, jumping clocks and batteries, exchanged cartridges, devices that got wet
/// or have a fault. Everything from streams of its own, so that a scenario without them stays as it was.
/// </summary>
internal sealed class Oddities(History history)
{
    private readonly Draw _plan = Draw.For(history.Seed, "odd outings");
    private readonly Draw _tests = Draw.For(history.Seed, "odd tests");
    private readonly Draw _returns = Draw.For(history.Seed, "odd returns");
    private readonly Draw _pairs = Draw.For(history.Seed, "odd pairs");

    /// <summary>Before the devices go out: crew-mates exchange cartridges, and what will happen on the way.</summary>
    public void Plan(List<Outing> outings)
    {
        for (var i = 0; i + 1 < outings.Count; i += 2)
        {
            ExchangeCartridges(outings[i].Issue, outings[i + 1].Issue);
        }

        foreach (var outing in outings)
        {
            PlanTests(outing);
            PlanJumps(outing);
        }
    }

    /// <summary>How long a test at issue takes: nearly always as drawn.</summary>
    public int TestMs(Device device, long atUtcMs, int drawnMs)
    {
        if (
            _tests.Chance(history.Scenario.Faults.TemperatureJumps)
            && device.Model.Test != TestPattern.TestEvent
            && device.Model.HasArmRows
        )
        {
            device.HotterDeciC = (short)_tests.Between(450, 600);
            history.Faults.Add(new DeviceFault(device, "temperature-jump", atUtcMs));
        }

        return !_tests.Chance(history.Scenario.Testing.OddLength) ? drawnMs
            : _tests.Chance(0.3) ? _tests.Between(200, 400)
            : _tests.Between(6_500, 12_000);
    }

    /// <summary>More tests than anybody needs. Answers when the last ended.</summary>
    public long MoreTests(Acts acts, Issue issue, long atUtcMs)
    {
        if (!_tests.Chance(history.Scenario.Testing.Many))
        {
            return atUtcMs;
        }

        var end = atUtcMs;
        for (var i = _tests.Between(3, 5); i > 0; i--)
        {
            end = acts.FunctionTest(issue.Device, issue.Officer, end + _tests.Between(15_000L, 45_000L), _tests.Between(1_000, 4_900));
        }

        return end;
    }

    /// <summary>The battery that it goes out with.</summary>
    public void Charge(Device device)
    {
        if (_plan.Chance(history.Scenario.Breaches.LowBattery))
        {
            device.ChargeBattery(_plan.Between(6, 20));
        }
    }

    /// <summary>Back in the armoury: a fault is found, or it got wet or was dropped. Answers when it can go out again.</summary>
    public long AfterReturn(Acts acts, Issue issue, long freeUtcMs)
    {
        var (faults, breaches) = (history.Scenario.Faults, history.Scenario.Breaches);
        var device = issue.Device;
        if (_returns.Chance(faults.FoundPer1000Issues / 1000))
        {
            var open = _returns.Chance(breaches.IssuedFaulty);
            var found = issue.ReturnedUtcMs + 2 * UkTime.MinuteMs;
            var mended = found + (open ? _returns.Between(3, 8) * UkTime.DayMs : _returns.Between(1, 5) * UkTime.HourMs);
            history.Notes.Add(new WorkshopNote(device, "fault", found, mended));
            freeUtcMs = open ? freeUtcMs : Math.Max(freeUtcMs, mended + UkTime.MinuteMs);
        }

        if (_returns.Chance(breaches.WetPer1000Issues / 1000))
        {
            history.Notes.Add(
                new WorkshopNote(device, "wet-or-dropped", issue.ReturnedUtcMs - _returns.Between(5L, 30L) * UkTime.MinuteMs, -1)
            );
            if (!_returns.Chance(breaches.WetUntested))
            {
                var from = freeUtcMs + 5 * UkTime.MinuteMs;
                var to = acts.FullCheck(device, from + UkTime.MinuteMs, issue.Officer) + UkTime.MinuteMs;
                history.Checks.Add(new Check(device, from, to));
                freeUtcMs = to + 10 * UkTime.MinuteMs;
            }
        }

        return freeUtcMs;
    }

    private void PlanTests(Outing outing)
    {
        var (issue, testing) = (outing.Issue, history.Scenario.Testing);
        if (_plan.Chance(testing.Late))
        {
            var at = issue.IssuedUtcMs + _plan.Between(35L, 240L) * UkTime.MinuteMs;
            Add(outing, at, acts => acts.FunctionTest(issue.Device, issue.Officer, at, _plan.Between(1_000, 4_900)));
        }

        if (_plan.Chance(testing.BurstsPer1000Issues / 1000) && issue.Device.Model.Test != TestPattern.TestEvent)
        {
            var at = issue.IssuedUtcMs + _plan.Between(35L, 300L) * UkTime.MinuteMs;
            Add(outing, at, acts => Burst(acts, issue, at, _plan, _plan.Between(3, 5)));
        }

        if (_pairs.Chance(testing.PairsPer1000Issues / 1000) && issue.Device.Model.Test != TestPattern.TestEvent)
        {
            var at = issue.IssuedUtcMs + _pairs.Between(35L, 300L) * UkTime.MinuteMs;
            Add(outing, at, acts => Burst(acts, issue, at, _pairs, 2));
        }
    }

    private static long Burst(Acts acts, Issue issue, long atUtcMs, Draw draw, int count)
    {
        var end = atUtcMs;
        for (var i = count; i > 0; i--)
        {
            end = acts.FunctionTest(
                issue.Device,
                issue.Officer,
                end + draw.Between(12_000L, 40_000L),
                draw.Between(1_000, 2_500),
                Purpose.Training
            );
        }

        return end;
    }

    private void PlanJumps(Outing outing)
    {
        var (device, faults) = (outing.Issue.Device, history.Scenario.Faults);
        if (!device.Model.HasArmRows)
        {
            return; // no rows beside activations: nothing would show
        }

        if (_plan.Chance(faults.ClockSetBackPer1000Issues / 1000))
        {
            var at = outing.Issue.IssuedUtcMs + _plan.Between(40L, 300L) * UkTime.MinuteMs;
            Add(outing, at, _ => SetBack(device, at, _plan.Between(60_000L, 900_000L)));
        }

        if (_plan.Chance(faults.BatteryJumpsPer1000Issues / 1000))
        {
            var at = outing.Issue.IssuedUtcMs + _plan.Between(70L, 300L) * UkTime.MinuteMs;
            Add(outing, at, _ => Rise(device, at, _plan.Between(20, 40)));
        }
    }

    private long SetBack(Device device, long atUtcMs, long byMs)
    {
        device.Write(atUtcMs - 20_000, EventCode.Light, argument: 1);
        device.Clock.Set(atUtcMs, device.Clock.ErrorMs(atUtcMs) - byMs);
        device.Write(atUtcMs + 5_000, EventCode.Light);
        history.Faults.Add(new DeviceFault(device, "clock-set-back", atUtcMs));
        return atUtcMs + 5_000;
    }

    private long Rise(Device device, long atUtcMs, int percent)
    {
        device.UseBattery(Math.Max(0, device.BatteryPercent - 50));
        device.Write(atUtcMs - 20_000, EventCode.Light, argument: 1);
        device.ChargeBattery(Math.Min(100, device.BatteryPercent + percent));
        device.Write(atUtcMs + 5_000, EventCode.Light);
        history.Faults.Add(new DeviceFault(device, "battery-jump", atUtcMs));
        return atUtcMs + 5_000;
    }

    /// <summary>What is not far enough from everything else of the outing is not done.</summary>
    private static void Add(Outing outing, long atUtcMs, Func<Acts, long> play)
    {
        var free = !outing.Training && outing.Acts.TrueForAll(a => Math.Abs(a.AtUtcMs - atUtcMs) > 30 * UkTime.MinuteMs);
        if (free && atUtcMs < outing.Issue.ReturnedUtcMs - UkTime.HourMs)
        {
            outing.Acts.Add(new PlannedAct(atUtcMs, (acts, _) => play(acts)));
        }
    }

    private void ExchangeCartridges(Issue first, Issue second)
    {
        var (one, other) = (first.Device, second.Device);
        if (one.Model != other.Model || !_plan.Chance(history.Scenario.Breaches.CartridgesExchanged))
        {
            return;
        }

        for (var bay = 0; bay < one.Cartridges.Count; bay++)
        {
            (one.Cartridges[bay], other.Cartridges[bay]) = (other.Cartridges[bay], one.Cartridges[bay]);
        }

        history.Faults.Add(new DeviceFault(one, "cartridges-exchanged", first.IssuedUtcMs));
        history.Faults.Add(new DeviceFault(other, "cartridges-exchanged", second.IssuedUtcMs));
    }
}
