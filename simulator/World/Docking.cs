using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;

namespace TaserTelemetry.Simulator.World;

/// <summary>
/// When a device, or the pack that carries its log, stands in a dock. A clock is read before it is set: the TIME_SYNC row comes after
/// the upload and travels at the next docking.
/// </summary>
internal sealed class Docking(History history)
{
    private const long SyncToleranceMs = 1_500;

    /// <summary>The device is back in the armoury. Answers when it can go out again.</summary>
    public long Return(Device device, long atUtcMs, Draw draw, bool packLate)
    {
        if (device.Pack is not null)
        {
            return SwapPack(device, atUtcMs, draw, packLate);
        }

        var plan = history.Scenario.Docking;
        var due = atUtcMs - device.LastDockedUtcMs >= plan.EveryDays * UkTime.DayMs;
        return due || draw.Chance(plan.AtReturn) ? Dock(device, atUtcMs + draw.Between(60_000, 300_000), draw) : atUtcMs;
    }

    /// <summary>Once more everything is docked, so that the whole truth could have arrived.</summary>
    public void DockEverything()
    {
        var draw = Draw.For(history.Seed, "final docking");
        foreach (var device in history.Devices)
        {
            var at = history.EndUtcMs - draw.Between(10 * UkTime.MinuteMs, 100 * UkTime.MinuteMs);
            if (device.Pack is { } pack)
            {
                if (device.Events.Next > device.PackSince)
                {
                    device.Write(at - 120_000, EventCode.BatteryRemove);
                }

                TakeAlong(device, pack);
                Visit(device, pack, at, draw);
            }
            else
            {
                Connect(device, at);
                Visit(device, null, at + 20_000, draw);
            }
        }
    }

    private long Dock(Device device, long atUtcMs, Draw draw)
    {
        Connect(device, atUtcMs);
        Visit(device, null, atUtcMs + 20_000, draw);
        Synchronise(device, atUtcMs + 45_000, draw);
        if (draw.Chance(history.Scenario.Docking.FirmwareUpdate))
        {
            device.Write(atUtcMs + 70_000, EventCode.FirmwareUpdate, argument: 1);
            history.Changes.Add(
                new FirmwareChange(
                    "CH" + (history.Changes.Count + 1).ToString("D5", System.Globalization.CultureInfo.InvariantCulture),
                    device,
                    atUtcMs + 70_000
                )
            );
        }

        if (device.Model != Model.X26)
        {
            device.Write(atUtcMs + 90_000, EventCode.UsbDisconnect);
        }

        device.ChargeBattery(draw.Between(88, 100));
        return atUtcMs + 120_000;
    }

    private static void Connect(Device device, long atUtcMs)
    {
        if (device.Model != Model.X26)
        {
            device.Write(atUtcMs, EventCode.UsbConnect);
        }
    }

    private long SwapPack(Device device, long atUtcMs, Draw draw, bool late)
    {
        var pack = device.Pack!;
        device.Write(atUtcMs, EventCode.BatteryRemove);
        TakeAlong(device, pack);
        var plan = history.Scenario.Docking;
        if (draw.Chance(history.Scenario.Faults.PackLostPer1000Issues / 1000))
        {
            foreach (var (log, range) in pack.Carries)
            {
                log.Lose(range, Loss.PackLost);
            }

            history.Faults.Add(new DeviceFault(device, "pack-lost", atUtcMs));
        }
        else if (late || draw.Chance(plan.PackLate))
        {
            // a planted pack comes back with the final docking, others some days later or, near the end, not in time
            var back = late ? history.EndUtcMs - 3 * UkTime.HourMs : atUtcMs + draw.Between(UkTime.DayMs, plan.PackLateDays * UkTime.DayMs);
            history.Faults.Add(new DeviceFault(device, "pack-late", atUtcMs));
            if (back < history.EndUtcMs - 2 * UkTime.HourMs)
            {
                Visit(device, pack, back, draw, clockAtUtcMs: atUtcMs);
            }
        }
        else
        {
            Visit(device, pack, atUtcMs + draw.Between(60_000, 240_000), draw, clockAtUtcMs: atUtcMs);
        }

        device.Pack = new Pack("B" + draw.Code(8));
        device.PackSince = device.Events.Next;
        device.PackPulsesSince = device.Pulses.Next;
        device.ChargeBattery(draw.Between(92, 100));
        var inserted = atUtcMs + draw.Between(300_000, 600_000);
        device.Restart(inserted);
        device.Write(inserted, EventCode.BatteryInsert);
        Synchronise(device, inserted + 4_000, draw);
        return inserted + 60_000;
    }

    private static void TakeAlong(Device device, Pack pack)
    {
        Carry(pack, device.Events, device.PackSince);
        Carry(pack, device.Pulses, device.PackPulsesSince);
    }

    private static void Carry(Pack pack, DeviceLog log, ulong since)
    {
        if (log.Next > since)
        {
            pack.Carries.Add((log, new SequenceRange(since, checked((uint)(log.Next - since)))));
        }
    }

    private static void Synchronise(Device device, long atUtcMs, Draw draw)
    {
        if (Math.Abs(device.Clock.ErrorMs(atUtcMs)) < SyncToleranceMs)
        {
            return;
        }

        // the record's stamp is before the setting, its argument after
        var error = draw.Between(-400L, 400L);
        var before = device.Clock.ErrorMs(atUtcMs);
        device.Clock.Set(atUtcMs, error);
        var after = device.Stamp(atUtcMs);
        device.Clock.Set(atUtcMs, before);
        device.Write(atUtcMs, EventCode.TimeSync, argument: after);
        device.Clock.Set(atUtcMs, error);
    }

    private void Visit(Device device, Pack? pack, long atUtcMs, Draw draw, long? clockAtUtcMs = null)
    {
        var held = new List<(DeviceLog, SequenceRange)>();
        foreach (var (log, range) in pack?.Carries ?? Memory(device))
        {
            foreach (var piece in log.Readable(range))
            {
                held.Add((log, piece));
                log.Delivered.Add(piece);
            }
        }

        var docks = device.Armoury.Docks;
        var visit = new DockVisit(
            history.Visits.Count + 1,
            docks[draw.Below(docks.Count)],
            atUtcMs,
            device,
            pack?.Serial ?? device.Serial,
            device.Clock.ErrorMs(clockAtUtcMs ?? atUtcMs),
            held
        );
        history.Visits.Add(pack is null && draw.Chance(history.Scenario.Faults.TamperedVisits) ? Tampered(visit, draw) : visit);
        device.LastDockedUtcMs = atUtcMs;
    }

    /// <summary>The dock passes an activation on shorter than the device wrote it; the device itself still holds the truth.</summary>
    private DockVisit Tampered(DockVisit visit, Draw draw)
    {
        var activations = visit
            .Held.SelectMany(h => Enumerable.Range(0, checked((int)h.Range.Count)).Select(i => (h.Log, Sequence: h.Range.First + (ulong)i)))
            .Where(r => r.Log.RecordAt(r.Sequence) is { Code: EventCode.Trigger or EventCode.Arc, DurationMs: > 2_000 })
            .ToList();
        if (activations.Count == 0)
        {
            return visit;
        }

        var chosen = draw.Pick(activations);
        var before = chosen.Log.RecordAt(chosen.Sequence);
        var after = before with { DurationMs = 1_000 };
        var tampered = visit with { Altered = new Dictionary<(DeviceLog, ulong), EventRecord> { [chosen] = after } };
        history.Alterations.Add(new Alteration(tampered, chosen.Log, chosen.Sequence, before, after));
        history.Faults.Add(new DeviceFault(visit.Device, "tampered", visit.TrueUtcMs));
        return tampered;
    }

    private static IEnumerable<(DeviceLog Log, SequenceRange Range)> Memory(Device device)
    {
        foreach (var log in new[] { device.Events, device.Pulses })
        {
            if (log.Next > log.OldestHeld)
            {
                yield return (log, new SequenceRange(log.OldestHeld, checked((uint)(log.Next - log.OldestHeld))));
            }
        }
    }
}
