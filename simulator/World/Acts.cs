using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Randomness;

namespace TaserTelemetry.Simulator.World;

/// <summary>
/// What each family writes when something is done with it. The physical act goes into the history as it happened, whole
/// milliseconds; the device's own record is whatever its family can write of it.
/// </summary>
internal sealed class Acts(History history)
{
    private const int StandardCycleMs = 5_000;

    private readonly Draw _odd = Draw.For(history.Seed, "odd acts");

    /// <summary>A check that the device sparks, at issue or return. Answers when it ended.</summary>
    public long FunctionTest(Device device, Officer officer, long atUtcMs, int durationMs, Purpose purpose = Purpose.FunctionTest)
    {
        if (device.Model.Test == TestPattern.TestEvent)
        {
            var sequence = device.Write(atUtcMs, EventCode.Test, durationMs, argument: 1);
            Pulses(device, atUtcMs, durationMs, -1);
            Happened(device, atUtcMs, durationMs, purpose, officer, null, false, sequence, 1);
            return atUtcMs + durationMs;
        }

        var unload = device.Model is { Test: TestPattern.TriggerUnloaded, HasArmRows: true };
        var loaded = device.Bays;
        if (unload)
        {
            device.SetAllBays(BayState.Empty);
        }

        var armed = ArmedRows.Arm(device, atUtcMs - 1_500);
        var code = device.Model.Test == TestPattern.Arc ? EventCode.Arc : EventCode.Trigger;
        var first = device.Write(atUtcMs, code, durationMs, armed: true);
        Pulses(device, atUtcMs, durationMs, -1);
        var end = ArmedRows.Safe(device, armed, atUtcMs + durationMs + 1_200);
        if (unload)
        {
            ArmedRows.Restore(device, loaded);
        }

        Happened(device, atUtcMs, durationMs, purpose, officer, null, false, first, 1);
        device.UseBattery(0.2);
        return end;
    }

    /// <summary>Plays a use of force from draw to holster; the number of durations is the number of activations of an active level.</summary>
    public void PlayUse(Use use, IReadOnlyList<int> durationsMs, Draw draw)
    {
        var device = use.Issue.Device;
        var t = use.StartUtcMs;
        if (use.Level >= UseLevel.AngleDriveStun && !HasUnfired(device))
        {
            ReloadFromPouch(device, t - 60_000);
        }

        if (device.Model.HasHolsterRows)
        {
            device.Write(t, EventCode.Unholster);
        }

        t += draw.Between(2_000, 9_000);
        if (use.Level >= UseLevel.Arced)
        {
            // a single bay without an arc switch sparks only with the cartridge taken out
            var loaded = device.Bays;
            var unload = device.Model == Model.X26P && use.Level is (UseLevel.Arced or UseLevel.DriveStun);
            if (unload)
            {
                device.SetAllBays(BayState.Empty);
            }

            var odd = use.Level != UseLevel.RedDotted && device.Model.HasArmRows && _odd.Chance(history.Scenario.Faults.SessionRows);
            var armMissing = odd && _odd.Chance(0.5);
            var armed = armMissing ? ArmedRows.ArmUnwritten(device, t) : ArmedRows.Arm(device, t);
            t += draw.Between(1_000, 6_000);
            t = use.Level == UseLevel.RedDotted ? t + draw.Between(4_000, 40_000) : Activate(use, device, durationsMs, t, draw);
            t += draw.Between(800, 9_000);
            ArmedRows.Safe(device, odd && !armMissing ? t - use.Activations.Sum(a => a.DurationMs) / 3 : armed, t);
            if (odd)
            {
                history.Faults.Add(new DeviceFault(device, armMissing ? "arm-row-missing" : "safe-row-short", t));
            }

            if (unload)
            {
                ArmedRows.Restore(device, loaded);
            }
        }
        else
        {
            t += draw.Between(5_000, 60_000);
        }

        if (device.Model.HasHolsterRows)
        {
            t += 3_000;
            device.Write(t, EventCode.Holster);
        }

        use.EndUtcMs = t;
    }

    /// <summary>A cartridge goes off by mistake: one activation with a deployment and nobody there.</summary>
    public Activation Mishap(Device device, Issue? issue, Officer officer, long atUtcMs, Purpose purpose)
    {
        var armed = ArmedRows.Arm(device, atUtcMs - 1_000);
        var bay = Math.Max(0, NextLive(device));
        device.SetBay(bay, BayState.Deployed);
        var first = device.Write(atUtcMs, EventCode.Trigger, 1_000, bay, EventFlags.Interrupted, armed: true);
        var count = 1u;
        if (device.Model.HasDeployRows)
        {
            device.Write(atUtcMs, EventCode.Deploy, 0, bay, argument: device.Model == Model.Taser10 ? 1UL : 2UL, armed: true);
            count++;
        }

        Pulses(device, atUtcMs, 1_000, bay);
        ArmedRows.Safe(device, armed, atUtcMs + 2_500);
        FireCartridge(issue, bay, atUtcMs);
        return Happened(device, atUtcMs, 1_000, purpose, officer, null, true, first, count);
    }

    /// <summary>A training day: some activations with inert cartridges.</summary>
    public void TrainingRun(Device device, Officer officer, long atUtcMs, int count, Draw draw)
    {
        var before = device.Bays;
        device.SetAllBays(BayState.Training);
        var t = atUtcMs;
        for (var i = 0; i < count; i++)
        {
            var armed = ArmedRows.Arm(device, t);
            var code = device.Model.HasArcSwitch && draw.Chance(0.3) ? EventCode.Arc : EventCode.Trigger;
            var first = device.Write(t + 2_000, code, StandardCycleMs, 0, EventFlags.AutoShutdown, armed: true);
            Pulses(device, t + 2_000, StandardCycleMs, 0);
            Happened(device, t + 2_000, StandardCycleMs, Purpose.Training, officer, null, false, first, 1);
            ArmedRows.Safe(device, armed, t + 9_000);
            t += draw.Between(60_000, 600_000);
        }

        ArmedRows.Restore(device, before);
    }

    /// <summary>The full check of 24 weeks: three cycles of five seconds with the cartridges out. Answers when it ended.</summary>
    public long FullCheck(Device device, long atUtcMs, Officer? officer = null)
    {
        var before = device.Bays;
        device.SetAllBays(BayState.Empty);
        var t = atUtcMs;
        for (var i = 0; i < 3; i++)
        {
            var armed = ArmedRows.Arm(device, t);
            var first = device.Write(t + 2_000, EventCode.Trigger, StandardCycleMs, -1, EventFlags.AutoShutdown, armed: true);
            Pulses(device, t + 2_000, StandardCycleMs, -1);
            Happened(device, t + 2_000, StandardCycleMs, Purpose.Maintenance, officer, null, false, first, 1);
            t = ArmedRows.Safe(device, armed, t + 8_500) + 20_000;
        }

        ArmedRows.Restore(device, before);
        return t;
    }

    private long Activate(Use use, Device device, IReadOnlyList<int> durationsMs, long t, Draw draw)
    {
        var bay = -1;
        for (var cycle = 0; cycle < durationsMs.Count; cycle++)
        {
            var duration = durationsMs[cycle];
            // a cycle after the first may go to another cartridge, where there is one: the first missed, or lost its hold
            var another = cycle > 0 && use.Level == UseLevel.Fired && HasUnfired(device) && use.Plan == Planned.Random;
            var fires = use.Level >= UseLevel.AngleDriveStun && (cycle == 0 || another && draw.Chance(0.35));
            var start = t;
            var first = device.Events.Next;
            if (fires)
            {
                bay = Deploy(use, device, ref t, draw);
                start = t;
            }

            var logged = Logged.Whole;
            if (device.Model.SplitsCycles && duration == StandardCycleMs && draw.Chance(history.Scenario.Faults.SplitCycles))
            {
                logged = WriteBroken(device, t);
                duration = logged == Logged.Part ? 2_000 : duration;
            }
            else
            {
                WriteCycle(device, use.Level, fires, bay, cycle, duration, t);
            }

            Pulses(device, t, duration, bay);
            if (fires && device.Model.HasDeployRows && use.Level == UseLevel.Fired && draw.Chance(0.62))
            {
                device.Write(t + 60, EventCode.Connection, 60, bay, argument: 1, armed: true);
            }

            var count = checked((uint)(device.Events.Next - first));
            use.Activations.Add(Happened(device, start, duration, Purpose.Operational, use.Officer, use, fires, first, count, logged));
            device.UseBattery(0.4);
            t += duration + draw.Between(900, 6_000);
        }

        return t;
    }

    /// <summary>
    /// The battery loses contact inside the cycle. For up to two seconds: these firmwares log several cycles that sum to five seconds.
    /// For longer: the part before is all that was, and all that is logged (domain 1.10).
    /// </summary>
    private Logged WriteBroken(Device device, long t)
    {
        device.Write(t, EventCode.Trigger, 2_000);
        if (_odd.Chance(0.2))
        {
            return Logged.Part;
        }

        device.Write(t + 3_000, EventCode.Trigger, 3_000);
        return Logged.Split;
    }

    private void Pulses(Device device, long t, long durationMs, int bay)
    {
        if (device.Model.HasPulseLog && _odd.Chance(history.Scenario.Faults.PulseCounts))
        {
            device.HalvePulses = true;
            history.Faults.Add(new DeviceFault(device, "pulse-count", t));
        }

        device.WritePulses(t, durationMs, bay);
    }

    /// <summary>Fires a cartridge (two single probes on a ten-chamber device) and says which bay the cycle then runs on.</summary>
    private int Deploy(Use use, Device device, ref long t, Draw draw)
    {
        var bay = Math.Max(0, NextLive(device));
        Spend(device, bay, t);
        FireCartridge(use.Issue, bay, t);
        Count(use, device, bay);

        if (device.Model != Model.Taser10)
        {
            return bay;
        }

        // the first probe alone closes no circuit: a deployment without electricity, then the second with the cycle
        device.Write(t, EventCode.Deploy, 0, bay, argument: 1, armed: true);
        t += draw.Between(700, 2_500);
        var second = NextLive(device);
        if (second >= 0)
        {
            Spend(device, second, t);
            FireCartridge(use.Issue, second, t);
            Count(use, device, second);
        }

        return Math.Max(second, bay);
    }

    /// <summary>The next bay or chamber whose cartridge was not fired; -1 = none left.</summary>
    private static int NextLive(Device device)
    {
        for (var bay = 0; bay < device.Cartridges.Count; bay++)
        {
            if (device.Cartridges[bay].FiredUtcMs < 0 && ((device.Bays >> (3 * bay)) & 7) == (uint)BayState.Live)
            {
                return bay;
            }
        }

        return -1;
    }

    /// <summary>Residue conducts: some spent cartridges of a ten-chamber device go on reading as live (domain 1.10).</summary>
    private void Spend(Device device, int bay, long t)
    {
        if (device.Model == Model.Taser10 && _odd.Chance(history.Scenario.Faults.ReadAsLive))
        {
            history.Faults.Add(new DeviceFault(device, "read-as-live", t));
            return;
        }

        device.SetBay(bay, BayState.Deployed);
    }

    private static void Count(Use use, Device device, int bay)
    {
        if (device.Cartridges.Count > bay && !use.Fired.Contains(device.Cartridges[bay]))
        {
            use.Fired.Add(device.Cartridges[bay]);
        }
    }

    /// <summary>Everything was fired earlier in this issue: spare cartridges are put in.</summary>
    private void ReloadFromPouch(Device device, long atUtcMs)
    {
        for (var bay = 0; bay < device.Cartridges.Count; bay++)
        {
            device.Cartridges[bay] = Muster.NewCartridge(history, device.Armoury, device.Model, atUtcMs);
        }

        device.SetAllBays(BayState.Live);
    }

    private static bool HasUnfired(Device device) => device.Cartridges.Exists(c => c.FiredUtcMs < 0);

    private static void WriteCycle(Device device, UseLevel level, bool fires, int bay, int cycle, int durationMs, long t)
    {
        var flags = durationMs switch
        {
            > StandardCycleMs => EventFlags.Extended,
            < StandardCycleMs => EventFlags.Interrupted,
            _ => EventFlags.AutoShutdown,
        };
        var repeat = !fires && level >= UseLevel.AngleDriveStun;
        if (device.Model == Model.X26)
        {
            device.Write(t, EventCode.Trigger, durationMs);
        }
        else if (repeat && device.Model.HasDeployRows)
        {
            device.Write(t, EventCode.Reenergise, durationMs, bay, flags, (ulong)cycle, armed: true);
        }
        else if (fires || repeat && !device.Model.HasArcSwitch || !device.Model.HasArcSwitch)
        {
            device.Write(t, EventCode.Trigger, durationMs, bay, flags, armed: true);
        }
        else
        {
            device.Write(t, EventCode.Arc, durationMs, bay, flags, armed: true);
        }

        if (fires && device.Model.HasDeployRows)
        {
            device.Write(t, EventCode.Deploy, 0, bay, argument: device.Model == Model.Taser10 ? 1UL : 2UL, armed: true);
        }
    }

    private static void FireCartridge(Issue? issue, int bay, long t)
    {
        // what is in the device: crew-mates may have exchanged what the register issued them
        if (issue is not null && bay < issue.Device.Cartridges.Count)
        {
            issue.Device.Cartridges[bay].FiredUtcMs = t;
            issue.Device.Cartridges[bay].FiredBy = issue.Device;
        }
    }

    private Activation Happened(
        Device device,
        long startUtcMs,
        long durationMs,
        Purpose purpose,
        Officer? officer,
        Use? use,
        bool deployed,
        ulong firstSequence,
        uint count,
        Logged logged = Logged.Whole
    )
    {
        var activation = new Activation(
            history.Activations.Count + 1,
            device,
            startUtcMs,
            durationMs,
            purpose,
            officer,
            use,
            deployed,
            device.Events,
            new SequenceRange(firstSequence, count)
        )
        {
            Logged = logged,
        };
        history.Activations.Add(activation);
        return activation;
    }
}
