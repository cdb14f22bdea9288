using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.World;

/// <summary>One shift of one armoury: devices go out, are tested, sometimes used, and come back.</summary>
internal sealed class ShiftPlay(History history, Docking docking)
{
    private const long ReturnMarginMs = 40 * UkTime.MinuteMs;

    private readonly Acts _acts = new(history);
    private readonly Incidents _incidents = new(history);
    private readonly Oddities _oddities = new(history);

    public void Play(Armoury armoury, int day, long midnightUtcMs, ShiftPlan shift)
    {
        var start = ForceHistory.ShiftStart(midnightUtcMs, shift);
        var end = start + shift.Hours * UkTime.HourMs;
        if (end > history.EndUtcMs - 4 * UkTime.HourMs)
        {
            return;
        }

        var draw = Draw.For(history.Seed, string.Create(CultureInfo.InvariantCulture, $"shift {armoury.Name} {day} {shift.Name}"));
        PlantFaults(armoury, day, shift, start);
        var outings = Issue(armoury, day, shift, start, end, draw);
        _incidents.Plan(armoury, day, shift, outings, draw);
        _oddities.Plan(outings);
        outings.ForEach(o => history.Issues.Add(o.Issue));
        foreach (var outing in outings)
        {
            outing.GapPlanted = Planted(armoury, day, shift).Any(f => f.Fault == "gap" && Named(armoury, f.Device) == outing.Issue.Device);
            PlayOuting(outing, draw, PackLate(armoury, outing.Issue.Device, day, shift));
        }
    }

    private List<Outing> Issue(Armoury armoury, int day, ShiftPlan shift, long start, long end, Draw draw)
    {
        var forced = Forced(armoury, day, shift);
        var kept = KeptFor(armoury, day);
        var free = armoury.Devices.Where(d => d.OutUntilUtcMs <= start && !forced.Contains(d) && !kept.Contains(d)).ToList();
        draw.Shuffle(free);
        var devices = forced
            .Concat(free)
            .Take(Math.Max(forced.Count, (int)Math.Round(shift.Issued * armoury.Devices.Count, MidpointRounding.ToEven)))
            .ToList();
        CheckSome(armoury, start);
        var breaches = history.Scenario.Breaches;
        var officers = armoury
            .Officers.Where(o =>
                o.LastOnDutyUntilUtcMs <= start - 11 * UkTime.HourMs
                && (o.AccreditedUntilUtcMs > end || draw.Chance(breaches.LapsedIssued))
                && (!o.IsSuspended(start) || draw.Chance(breaches.SuspendedIssued))
            )
            .ToList();
        draw.Shuffle(officers);
        var outings = new List<Outing>();
        for (var i = 0; i < Math.Min(devices.Count, officers.Count); i++)
        {
            var issued = start + draw.Between(0L, 12 * UkTime.MinuteMs);
            var returned = draw.Chance(breaches.LateReturn)
                ? end + draw.Between(90 * UkTime.MinuteMs, 5 * UkTime.HourMs)
                : end - draw.Between(0L, 20 * UkTime.MinuteMs);
            Reload(devices[i], issued - UkTime.MinuteMs);
            _oddities.Charge(devices[i]);
            var issue = new Issue(history.Issues.Count + outings.Count + 1, devices[i], officers[i], issued, returned, devices[i].Load())
            {
                Crew = (day, shift.Name, i / 2 + 1),
                ShiftFromUtcMs = start,
                ShiftToUtcMs = end,
                BatteryPercent = devices[i].BatteryPercent,
            };
            officers[i].LastOnDutyUntilUtcMs = returned;
            devices[i].OutUntilUtcMs = returned + UkTime.HourMs / 2;
            outings.Add(new Outing(issue));
        }

        return outings;
    }

    private void PlayOuting(Outing outing, Draw draw, bool packLate)
    {
        var (issue, device, testing) = (outing.Issue, outing.Issue.Device, history.Scenario.Testing);
        if (draw.Chance(testing.AtIssue))
        {
            var at = issue.IssuedUtcMs + draw.Between(60_000L, 8 * UkTime.MinuteMs);
            var end = _acts.FunctionTest(device, issue.Officer, at, _oddities.TestMs(device, at, draw.Between(1_000, 4_900)));
            end = _oddities.MoreTests(_acts, issue, end);
            if (draw.Chance(testing.Extra))
            {
                _acts.FunctionTest(device, issue.Officer, end + draw.Between(20_000L, 120_000L), draw.Between(1_000, 4_900));
            }
        }

        var t = issue.IssuedUtcMs + 15 * UkTime.MinuteMs;
        outing.Acts.Sort((a, b) => a.AtUtcMs.CompareTo(b.AtUtcMs));
        foreach (var act in outing.Acts)
        {
            t = Chatter(device, t, act.AtUtcMs - 30_000, draw);
            t = act.Play(_acts, draw);
        }

        t = Chatter(device, t, issue.ReturnedUtcMs - ReturnMarginMs, draw);
        if (draw.Chance(testing.AtReturn))
        {
            _acts.FunctionTest(device, issue.Officer, issue.ReturnedUtcMs - 240_000, draw.Between(1_000, 4_900));
        }

        if (outing.GapPlanted)
        {
            LoseSome(device, issue.ReturnedUtcMs, 4);
        }

        RandomFaults(device, issue, draw);
        var free = docking.Return(device, issue.ReturnedUtcMs, draw, packLate);
        free = _oddities.AfterReturn(_acts, issue, free);
        device.OutUntilUtcMs = Math.Max(issue.ReturnedUtcMs, free);
    }

    /// <summary>Rows nobody audits: torch and laser, power-save; a busy device writes hundreds.</summary>
    private long Chatter(Device device, long fromUtcMs, long toUtcMs, Draw draw)
    {
        if (!device.Model.HasArmRows || toUtcMs - fromUtcMs < UkTime.MinuteMs)
        {
            return fromUtcMs;
        }

        var rows = device.Busy ? draw.Between(300, 700) + history.Scenario.Faults.BusyRowsMore : draw.Weighted([0.5, 0.3, 0.13, 0.07]) * 2;
        var step = (toUtcMs - fromUtcMs) / (rows + 1);
        var code = device.Model.LogTravelsInPack || draw.Chance(0.5) ? EventCode.Light : EventCode.PowerSave;
        for (var i = 1; i <= rows; i++)
        {
            device.Write(fromUtcMs + step * i, code, argument: (ulong)(i % 2));
        }

        return toUtcMs;
    }

    private void RandomFaults(Device device, Issue issue, Draw draw)
    {
        var faults = history.Scenario.Faults;
        if (draw.Chance(faults.GapPer1000DeviceDays / 1000))
        {
            LoseSome(device, issue.ReturnedUtcMs, draw.Between(2, 12));
        }

        if (draw.Chance(faults.ClockResetPer1000DeviceDays / 1000))
        {
            ResetClock(device, issue.ReturnedUtcMs - 10 * UkTime.MinuteMs);
        }

        if (draw.Chance(faults.LogClearedPer1000DeviceDays / 1000))
        {
            device.ClearEvents(draw.Bits());
            history.Faults.Add(new DeviceFault(device, "log-cleared", issue.ReturnedUtcMs));
        }
    }

    private void PlantFaults(Armoury armoury, int day, ShiftPlan shift, long startUtcMs)
    {
        foreach (var fault in Planted(armoury, day, shift).Where(f => f.Fault == "clock-reset"))
        {
            ResetClock(Named(armoury, fault.Device), startUtcMs - UkTime.HourMs);
        }
    }

    private void ResetClock(Device device, long atUtcMs)
    {
        device.Clock.Reset(atUtcMs);
        device.Restart(atUtcMs);
        device.Write(atUtcMs, EventCode.ClockReset, argument: device.Stamp(atUtcMs));
        history.Faults.Add(new DeviceFault(device, "clock-reset", atUtcMs));
    }

    /// <summary>Some of what was not read yet is damaged in memory; never the newest, so that the hole can be seen.</summary>
    private void LoseSome(Device device, long atUtcMs, int count)
    {
        var log = device.Events;
        var since = device.Pack is null ? log.OldestHeld : device.PackSince;
        var pending = log.Next <= since ? [] : log.Delivered.Missing(new SequenceRange(since, checked((uint)(log.Next - since))));
        if (pending.Count == 0 || pending[^1].Count < 3)
        {
            return;
        }

        var span = pending[^1];
        log.Lose(new SequenceRange(span.First + 1, Math.Min((uint)count, span.Count - 2)), Loss.MemoryFault);
        history.Faults.Add(new DeviceFault(device, "memory-fault", atUtcMs));
    }

    /// <summary>Devices that are in and due get their full check before the shift begins.</summary>
    private void CheckSome(Armoury armoury, long startUtcMs)
    {
        foreach (var device in armoury.Devices)
        {
            if (device.NextCheckUtcMs <= startUtcMs && device.OutUntilUtcMs <= startUtcMs - UkTime.HourMs)
            {
                var from = startUtcMs - 40 * UkTime.MinuteMs;
                history.Checks.Add(new Check(device, from, _acts.FullCheck(device, from + 60_000) + 60_000));
                device.NextCheckUtcMs = startUtcMs + 160 * UkTime.DayMs;
            }
        }
    }

    private void Reload(Device device, long atUtcMs)
    {
        for (var bay = 0; bay < device.Cartridges.Count; bay++)
        {
            if (device.Cartridges[bay].FiredUtcMs >= 0)
            {
                device.Cartridges[bay] = Muster.NewCartridge(history, device.Armoury, device.Model, atUtcMs);
            }
        }

        device.SetAllBays(BayState.Live);
    }

    private IEnumerable<PlantedFault> Planted(Armoury armoury, int day, ShiftPlan shift) =>
        armoury == history.Armouries[0] ? history.Scenario.PlantedFaults.Where(f => f.Day == day && f.Shift == shift.Name) : [];

    private bool PackLate(Armoury armoury, Device device, int day, ShiftPlan shift) =>
        Planted(armoury, day, shift).Any(f => f.Fault == "late-pack" && Named(armoury, f.Device) == device);

    /// <summary>Devices that must go out in this shift; one whose pack is late goes out again later that day, with another pack.</summary>
    private List<Device> Forced(Armoury armoury, int day, ShiftPlan shift)
    {
        if (armoury != history.Armouries[0])
        {
            return [];
        }

        var scenario = history.Scenario;
        var names = scenario
            .PlantedUses.Where(u => u.Day == day && u.Shift == shift.Name)
            .Select(u => u.Device)
            .Concat(
                scenario
                    .PlantedFaults.Where(f =>
                        f.Day == day && (f.Shift == shift.Name || f.Fault == "late-pack" && shift == scenario.Shifts[^1])
                    )
                    .Select(f => f.Device)
            );
        return [.. names.Distinct().Select(n => Named(armoury, n))];
    }

    /// <summary>Devices that something is planted for on this day stay in until their own shift.</summary>
    private HashSet<Device> KeptFor(Armoury armoury, int day) =>
        armoury == history.Armouries[0] ? [.. history.Scenario.Shifts.SelectMany(s => Forced(armoury, day, s))] : [];

    /// <summary>"x2-03" is the third X2 of the armoury.</summary>
    internal static Device Named(Armoury armoury, string name)
    {
        var dash = name.LastIndexOf('-');
        return armoury
            .Devices.Where(d => d.Model.Key == name[..dash])
            .ElementAt(int.Parse(name[(dash + 1)..], CultureInfo.InvariantCulture) - 1);
    }
}

/// <summary>A device out with an officer, and what they will do with it.</summary>
internal sealed class Outing(Issue issue)
{
    public Issue Issue { get; } = issue;

    public List<PlannedAct> Acts { get; } = [];

    public bool Training { get; set; }

    /// <summary>Some rows of this outing are damaged in memory before anyone reads them.</summary>
    public bool GapPlanted { get; set; }
}

/// <summary>Something that will happen at a time; playing it answers when it was over.</summary>
internal sealed record PlannedAct(long AtUtcMs, Func<Acts, Draw, long> Play);
