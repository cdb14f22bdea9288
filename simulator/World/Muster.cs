using System.Globalization;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.Scenarios;

namespace TaserTelemetry.Simulator.World;

/// <summary>Sets up the force: armouries, docks, devices with their clocks and cartridges, officers.</summary>
internal static class Muster
{
    public static void Fill(History history)
    {
        var (officers, docks) = (0, 0);
        foreach (var plan in history.Scenario.Armouries)
        {
            for (var copy = 1; copy <= plan.Count; copy++)
            {
                var name = plan.Count == 1 ? plan.Name : string.Create(CultureInfo.InvariantCulture, $"{plan.Name}-{copy:D3}");
                var draw = Draw.For(history.Seed, "muster " + name);
                var armoury = new Armoury(name);
                foreach (var dock in plan.Docks)
                {
                    armoury.Docks.Add(
                        new Dock(plan.Count == 1 ? dock.Name : name + "-" + dock.Name, armoury, dock.Transport, dock.Temper, dock.Clock)
                        {
                            Ordinal = docks++,
                            Signs = dock.Signs,
                        }
                    );
                }

                AddDevices(history, plan, armoury, draw);
                AddOfficers(history, plan, armoury, draw, ref officers);
                history.Armouries.Add(armoury);
            }
        }

        history.Call();
    }

    public static Cartridge NewCartridge(History history, Armoury armoury, Model model, long receivedUtcMs)
    {
        var (prefix, kind) = model.Key switch
        {
            "x26" => ("C31", "X26 cartridge"),
            "x2" => ("C62", "Smart cartridge"),
            "x26p" => ("C41", "X26P cartridge"),
            "taser7" => ("C72", "TASER 7 cartridge"),
            _ => ("C91", "TASER 10 cartridge"),
        };

        // the number makes it unique, the mixing makes it look like a serial: an odd factor modulo 36^6 is a permutation
        const long Space = 2_176_782_336;
        var mixed = (long)((UInt128)((ulong)history.Cartridges.Count + history.Seed % 1_000_000 * 977) * 1_000_000_007 % Space);
        var cartridge = new Cartridge(prefix + Base36(mixed), armoury, kind)
        {
            ReceivedUtcMs = receivedUtcMs,
            Ordinal = history.Cartridges.Count,
        };
        history.Cartridges.Add(cartridge);
        return cartridge;
    }

    private static void AddDevices(History history, ArmouryPlan plan, Armoury armoury, Draw draw)
    {
        // serials have a stream of their own: documents and tests name devices, so nothing else may move them
        var serials = Draw.For(history.Seed, "serials " + armoury.Name);
        var odd = Draw.For(history.Seed, "odd devices " + armoury.Name);
        var keys = Draw.For(history.Seed, "device keys " + armoury.Name);
        var translated = Draw.For(history.Seed, "translated devices " + armoury.Name);
        var (faults, breaches) = (history.Scenario.Faults, history.Scenario.Breaches);
        var busy = faults.BusyDevices;
        foreach (var (model, count) in plan.Devices)
        {
            for (var i = 0; i < count; i++)
            {
                var drift = Math.Clamp(draw.Bell(model.DriftPpmMax / 2), -model.DriftPpmMax, model.DriftPpmMax);
                drift = odd.Chance(faults.DriftingDevices) ? OddDrift(odd) : drift;
                var forgotten = model.HasArmRows && !model.LogTravelsInPack && odd.Chance(breaches.BusyNeglected);
                var errorMax = (long)(history.Scenario.Faults.ClockErrorSecondsMax * 1000);
                var clock = new DeviceClock(history.StartUtcMs, draw.Between(-errorMax, errorMax), drift);
                var serial = Serial(history, model, serials);
                var signs = model != Model.X26 && keys.Chance(history.Scenario.Docking.DeviceKeys);
                var device = new Device(
                    model,
                    serial,
                    armoury,
                    clock,
                    history.StartUtcMs - draw.Between(1, 48) * UkTime.HourMs,
                    history.Spool
                )
                {
                    Ordinal = history.Serials.Count - 1,
                    Signs = signs,
                    // what has a key of its own writes records itself
                    Translated = translated.Chance(history.Scenario.Docking.Translated) && model.LogTravelsInPack && !signs,
                    Busy = draw.Chance(busy) || forgotten,
                    SignalsCameras = (model == Model.X2 || model == Model.X26P) && odd.Chance(faults.SignalPacks),
                    NeglectedDays = forgotten || !model.LogTravelsInPack && odd.Chance(breaches.DockingNeglected) ? odd.Between(40, 60) : 0,
                    NextCheckUtcMs = history.StartUtcMs + draw.Between(1, 167) * UkTime.DayMs,
                    LastDockedUtcMs = history.StartUtcMs - draw.Between(0, history.Scenario.Docking.EveryDays) * UkTime.DayMs,
                };
                if (forgotten)
                {
                    // docked once in the first days, so that what it overwrites later lies between two readings
                    device.LastDockedUtcMs = history.StartUtcMs - (device.NeglectedDays - odd.Between(2, 9)) * UkTime.DayMs;
                }

                BookChecks(history, device, odd);
                for (var bay = 0; bay < model.Bays; bay++)
                {
                    device.Cartridges.Add(NewCartridge(history, armoury, model, -1));
                }

                if (model.LogTravelsInPack)
                {
                    device.Pack = new Pack("B" + draw.Code(8));
                    device.Spares.Enqueue(new Pack("B" + odd.Code(8)));
                }

                armoury.Devices.Add(device);
            }
        }
    }

    /// <summary>
    /// The check before the next one was made before the history begins; only the register tells of it. Service is due a week after it
    /// was done, or fell due and was never done again.
    /// </summary>
    private static void BookChecks(History history, Device device, Draw odd)
    {
        var last = device.NextCheckUtcMs - 168 * UkTime.DayMs;
        if (odd.Chance(history.Scenario.Breaches.CheckSkipped))
        {
            var due = history.StartUtcMs + odd.Between(1, Math.Max(1, history.Scenario.Days / 2)) * UkTime.DayMs;
            history.Notes.Add(new WorkshopNote(device, "due", due, -1));
            (last, device.NextCheckUtcMs) = (due - 168 * UkTime.DayMs, long.MaxValue);
        }
        else
        {
            history.Notes.Add(new WorkshopNote(device, "due", last + 7 * UkTime.DayMs, -1));
        }

        history.Checks.Add(new Check(device, last, last + 15 * UkTime.MinuteMs));
    }

    /// <summary>20 to 60 seconds a day, either way, in parts per million.</summary>
    private static double OddDrift(Draw odd) => odd.Between(20, 60) / 0.0864 * (odd.Chance(0.5) ? 1 : -1);

    private static string Serial(History history, Model model, Draw draw)
    {
        while (true)
        {
            var serial = model.SerialPrefix + (model.SerialPrefix.EndsWith('-') ? Digits(draw, 6) : draw.Code(6));
            if (history.Serials.Add(serial))
            {
                return serial;
            }
        }
    }

    private static string Digits(Draw draw, int count) =>
        string.Create(
            count,
            draw,
            static (span, d) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = (char)('0' + d.Below(10));
                }
            }
        );

    private static void AddOfficers(History history, ArmouryPlan plan, Armoury armoury, Draw draw, ref int number)
    {
        var hours = Draw.For(history.Seed, "hours " + armoury.Name);
        for (var i = 0; i < plan.Officers; i++)
        {
            number++;
            var kind = draw.Weighted([1 - plan.Students - plan.Specials, plan.Students, plan.Specials]) switch
            {
                0 => "regular",
                1 => "student",
                _ => "special",
            };
            var accredited = history.StartUtcMs - draw.Between(10, 300) * UkTime.DayMs;
            var length = (int)Math.Max(1, (history.EndUtcMs - history.StartUtcMs) / UkTime.DayMs);
            var lapses = draw.Chance(history.Scenario.Breaches.Lapsing);
            var until = lapses
                ? history.StartUtcMs + hours.Between(-10, length) * UkTime.DayMs
                : accredited + (365 + length) * UkTime.DayMs;
            var suspended = draw.Chance(history.Scenario.Breaches.Suspensions)
                ? history.StartUtcMs + draw.Between(0, length) * UkTime.DayMs
                : -1;
            armoury.Officers.Add(
                new Officer(string.Create(CultureInfo.InvariantCulture, $"O{number:D5}-{draw.Code(4)}"), armoury, kind)
                {
                    Ordinal = number - 1,
                    AccreditedUtcMs = accredited,
                    AccreditedUntilUtcMs = until,
                    SuspendedFromUtcMs = suspended,
                    SuspendedToUtcMs = suspended < 0 ? -1 : suspended + draw.Between(5, 40) * UkTime.DayMs,
                    HoursSinceTraining =
                        kind != "special" ? 0
                        : hours.Chance(history.Scenario.Breaches.SpecialHoursShort) ? hours.Between(20, 199)
                        : hours.Between(200, 600),
                    EndorsedUtcMs = kind == "regular" || draw.Chance(history.Scenario.Breaches.NotEndorsed) ? -1 : accredited,
                }
            );
        }
    }

    private static string Base36(long value) =>
        string.Create(
            6,
            value,
            static (span, v) =>
            {
                for (var i = span.Length - 1; i >= 0; i--)
                {
                    span[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(int)(v % 36)];
                    v /= 36;
                }
            }
        );
}
