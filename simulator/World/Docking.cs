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

    private readonly Draw _odd = Draw.For(history.Seed, "odd dockings");
    private readonly TrustPlay _trust = new(history);
    private readonly Draw _last = Draw.For(history.Seed, "last dockings");

    /// <summary>The device is back in the armoury. Answers when it can go out again.</summary>
    public long Return(Device device, long atUtcMs, Draw draw, bool packLate)
    {
        if (device.Pack is not null)
        {
            return SwapPack(device, atUtcMs, draw, packLate);
        }

        var plan = history.Scenario.Docking;
        if (device.NeglectedDays > 0)
        {
            var forgotten = atUtcMs - device.LastDockedUtcMs < device.NeglectedDays * UkTime.DayMs;
            return forgotten ? atUtcMs : Dock(device, atUtcMs + 90_000, draw);
        }

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
            else if (device.NeglectedDays % 2 == 0 || device.Busy)
            {
                // half of the other devices that are docked seldom are forgotten this time too
                Connect(device, at);
                Visit(device, null, at + 20_000, draw, cut: _last.Chance(history.Scenario.Faults.LastUploadsCut));
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
            UpdateFirmware(device, atUtcMs + 70_000);
        }

        if (_odd.Chance(history.Scenario.Docking.SettingChange))
        {
            // key 3, from 0 to 1: which is which is the maker's
            device.Write(atUtcMs + 80_000, EventCode.ConfigChange, argument: 3 | 1UL << 32);
            history.Change(device, "setting", atUtcMs + 80_000);
        }

        if (device.Model != Model.X26)
        {
            device.Write(atUtcMs + 90_000, EventCode.UsbDisconnect);
        }

        device.ChargeBattery(draw.Between(88, 100));
        return atUtcMs + 120_000;
    }

    private void UpdateFirmware(Device device, long atUtcMs)
    {
        var stopped = device.Model == Model.X26 && _odd.Chance(history.Scenario.Faults.ProgrammingCodes);
        if (stopped)
        {
            // the battery was taken out during the update: the device shows P or E and is programmed again (domain 1.10)
            device.Write(atUtcMs - 5_000, EventCode.FirmwareUpdate, argument: 2);
            device.Write(atUtcMs - 4_000, EventCode.Fault, argument: 0x50 | 1UL << 32);
            history.Faults.Add(new DeviceFault(device, "programming-code", atUtcMs - 4_000));
        }

        device.Write(atUtcMs, EventCode.FirmwareUpdate, argument: 1);
        history.Change(device, "firmware", atUtcMs);
    }

    private void Connect(Device device, long atUtcMs)
    {
        SelfCheck(device, atUtcMs - 2_000);
        if (device.Model != Model.X26)
        {
            device.Write(atUtcMs, EventCode.UsbConnect);
        }
    }

    /// <summary>What a device with an engineering log writes when it gets power: woken, and now and then a minor fault.</summary>
    private void SelfCheck(Device device, long atUtcMs)
    {
        if (!history.Scenario.Docking.EngineeringLog || !device.Model.HasPulseLog)
        {
            return;
        }

        device.WriteEngineering(atUtcMs, EventCode.PowerSave, 0);
        if (_odd.Chance(0.03))
        {
            device.WriteEngineering(atUtcMs + 500, EventCode.Fault, (uint)_odd.Between(1, 40) | 1UL << 32);
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
            pack.Carries.Clear();
            device.Spares.Enqueue(pack);
        }

        device.Pack = NextPack(device, "B" + draw.Code(8), atUtcMs);
        device.PackSince = device.Events.Next;
        device.PackPulsesSince = device.Pulses.Next;
        device.PackEngineeringSince = device.Engineering.Next;
        device.ChargeBattery(draw.Between(92, 100));
        var inserted = atUtcMs + draw.Between(300_000, 600_000);
        device.Restart(inserted);
        var record = device.Write(inserted, EventCode.BatteryInsert);
        if (plan.Blocks)
        {
            device.Events.NoteSerial(record, device.Pack.Serial);
        }

        SelfCheck(device, inserted);
        Synchronise(device, inserted + 4_000, draw);
        return inserted + 60_000;
    }

    /// <summary>The device's own charged pack, a new one where it has none, or one that belongs to another device.</summary>
    private Pack NextPack(Device device, string newSerial, long atUtcMs)
    {
        if (_odd.Chance(history.Scenario.Breaches.PackMoved))
        {
            var others = device.Armoury.Devices.FindAll(d => d.Model == device.Model && d != device && d.Spares.Count > 0);
            if (others.Count > 0)
            {
                history.Change(device, "battery-pack", atUtcMs);
                return _odd.Pick(others).Spares.Dequeue();
            }
        }

        return device.Spares.TryPeek(out var next) && next != device.Pack ? device.Spares.Dequeue() : new Pack(newSerial);
    }

    private void TakeAlong(Device device, Pack pack)
    {
        Carry(pack, device.Events, device.PackSince);
        Carry(pack, device.Pulses, device.PackPulsesSince);
        if (history.Scenario.Docking.EngineeringLog)
        {
            Carry(pack, device.Engineering, device.PackEngineeringSince);
        }
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

    private void Visit(Device device, Pack? pack, long atUtcMs, Draw draw, long? clockAtUtcMs = null, bool cut = false)
    {
        var readable = new List<(DeviceLog Log, SequenceRange Range)>();
        foreach (var (log, range) in pack?.Carries ?? Memory(device))
        {
            foreach (var piece in log.Readable(range))
            {
                readable.Add((log, piece));
            }
        }

        var offered = readable.ToArray(); // kept for the whole history: no room to spare
        cut |= pack is null && _odd.Chance(history.Scenario.Faults.UploadsCut);
        var held = cut ? CutShort(device, offered, atUtcMs) : offered;
        var trust = _trust.Of(device, held, atUtcMs);
        Array.ForEach(held, h => h.Log.Delivered.Add(h.Range));
        var docks = device.Armoury.Docks;
        var visit = new DockVisit(
            history.Visits.Count + 1,
            docks[draw.Below(docks.Count)],
            atUtcMs,
            device,
            pack?.Serial ?? device.Serial,
            device.Clock.ErrorMs(clockAtUtcMs ?? atUtcMs),
            held
        )
        {
            Offered = offered,
            HasBlocks = history.Scenario.Docking.Blocks,
            Trust = trust,
        };
        history.Visits.Add(pack is null && draw.Chance(history.Scenario.Faults.TamperedVisits) ? Tampered(visit, draw) : visit);
        device.LastDockedUtcMs = atUtcMs;
    }

    /// <summary>The device is taken out of the dock after a part of what is new in it.</summary>
    private (DeviceLog Log, SequenceRange Range)[] CutShort(Device device, (DeviceLog Log, SequenceRange Range)[] offered, long atUtcMs)
    {
        var (log, last) = Array.FindLast(offered, o => o.Log == device.Events);
        var fresh = log is null ? [] : log.Delivered.Missing(last);
        if (fresh.Count == 0 || fresh[^1].Count < 6)
        {
            return offered;
        }

        history.Faults.Add(new DeviceFault(device, "upload-cut", atUtcMs));
        var read = fresh[^1].First + fresh[^1].Count / 3;
        return
        [
            .. offered.TakeWhile(o => o.Log != device.Events || o.Range != last),
            (log!, new SequenceRange(last.First, checked((uint)(read - last.First)))),
        ];
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

        var altered = new Dictionary<(DeviceLog, ulong), EventRecord>();
        var tampered = visit with { Altered = altered };
        var count = _odd.Chance(history.Scenario.Faults.TamperedMany) ? _odd.Between(2, 6) : 1;
        for (var i = 0; i < count; i++)
        {
            var chosen = draw.Pick(activations);
            var before = chosen.Log.RecordAt(chosen.Sequence);
            var after = before with { DurationMs = 1_000 };
            if (altered.TryAdd(chosen, after))
            {
                history.Alterations.Add(new Alteration(tampered, chosen.Log, chosen.Sequence, before, after));
            }
        }

        history.Faults.Add(new DeviceFault(visit.Device, "tampered", visit.TrueUtcMs));
        return tampered;
    }

    private IEnumerable<(DeviceLog Log, SequenceRange Range)> Memory(Device device)
    {
        DeviceLog[] read = history.Scenario.Docking.EngineeringLog
            ? [device.Events, device.Pulses, device.Engineering]
            : [device.Events, device.Pulses];
        foreach (var log in read)
        {
            if (log.Next > log.OldestHeld)
            {
                yield return (log, new SequenceRange(log.OldestHeld, checked((uint)(log.Next - log.OldestHeld))));
            }
        }
    }
}
