using System.Globalization;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>What a force counts and keeps: cartridges from delivery to use, stock-takes, and what was secured as evidence.</summary>
internal sealed class CartridgeRegisters(History history, IRowTaker? taker)
{
    private readonly double _holes = history.Scenario.Paper.RegisterHoles;

    public DocumentTable Cartridges()
    {
        var table = DocumentTable.Open(
            taker,
            "cartridges.csv",
            "CartridgeSerial",
            "Move",
            "At",
            "Count",
            "DeviceSerial",
            "OfficerRef",
            "IncidentRef",
            "Armoury"
        );
        var draw = Draw.For(history.Seed, "cartridge register");
        var uses = history.Uses.SelectMany(u => u.Fired.Select(c => (c, u))).GroupBy(p => p.c).ToDictionary(g => g.Key, g => g.First().u);
        foreach (var armoury in history.Armouries)
        {
            var mine = history.Cartridges.Where(c => c.Armoury == armoury).ToList();
            table.Add(
                "",
                "opening",
                UkTime.Rfc3339(history.StartUtcMs),
                Number(mine.Count(c => c.ReceivedUtcMs < 0)),
                "",
                "",
                "",
                armoury.Name
            );
            foreach (var cartridge in mine)
            {
                Move(table, cartridge, uses.GetValueOrDefault(cartridge), draw);
            }

            table.Add("", "closing", UkTime.Rfc3339(history.EndUtcMs), Number(mine.Count(c => c.FiredUtcMs < 0)), "", "", "", armoury.Name);
        }

        return table;
    }

    private void Move(DocumentTable table, Cartridge cartridge, Use? use, Draw draw)
    {
        if (cartridge.ReceivedUtcMs >= 0)
        {
            table.Add(cartridge.Serial, "received", UkTime.Rfc3339(cartridge.ReceivedUtcMs), "1", "", "", "", cartridge.Armoury.Name);
        }

        if (cartridge.FiredUtcMs < 0)
        {
            return;
        }

        var row = table.Add(
            cartridge.Serial,
            "used",
            UkTime.Rfc3339(cartridge.FiredUtcMs),
            "1",
            cartridge.FiredBy?.Serial ?? "",
            use?.Officer.Reference ?? "",
            use?.Incident.Reference ?? "",
            cartridge.Armoury.Name
        );
        if (draw.Chance(_holes))
        {
            table.Omit(row, "not-written");
        }
    }

    public DocumentTable Stocktakes()
    {
        var table = DocumentTable.Open(taker, "stocktakes.csv", "Armoury", "Item", "At", "Counted", "Expected");
        var draw = Draw.For(history.Seed, "stocktakes");
        var odd = Draw.For(history.Seed, "odd stocktakes");
        var (every, differs) = (history.Scenario.Paper.StocktakeDays * UkTime.DayMs, history.Scenario.Paper.StockDifference);
        for (var at = history.StartUtcMs + every; at < history.EndUtcMs; at += every)
        {
            foreach (var armoury in history.Armouries)
            {
                var cartridges = history.Cartridges.Count(c =>
                    c.Armoury == armoury && c.ReceivedUtcMs <= at && (c.FiredUtcMs < 0 || c.FiredUtcMs > at)
                );
                var packs = armoury.Devices.Sum(d => d.Model.LogTravelsInPack ? 2 : 0);
                foreach (var (item, count) in new[] { ("cartridge", cartridges), ("device", armoury.Devices.Count), ("battery", packs) })
                {
                    var row = table.Add(armoury.Name, item, UkTime.Rfc3339(at + 11 * UkTime.HourMs), Number(count), Number(count));
                    if (draw.Chance(_holes * 3))
                    {
                        table.Miswrite(row, "Counted", Number(count - draw.Between(1, 3)), "miscounted-or-missing");
                    }
                    else if (odd.Chance(differs))
                    {
                        table.Miswrite(row, "Counted", Number(count + odd.Pick([-2, -1, 1])), "miscounted-or-missing");
                    }
                }
            }
        }

        return table;
    }

    public DocumentTable Exhibits()
    {
        var table = DocumentTable.Open(
            taker,
            "exhibits.csv",
            "ExhibitRef",
            "CartridgeSerial",
            "DeviceSerial",
            "IncidentRef",
            "SeizedAt",
            "Afids"
        );
        var draw = Draw.For(history.Seed, "exhibits");
        var odd = Draw.For(history.Seed, "odd exhibits");
        foreach (var use in history.Uses)
        {
            foreach (var cartridge in use.Fired)
            {
                var row = table.Add(
                    "EX" + (table.Count + 1).ToString("D5", CultureInfo.InvariantCulture),
                    cartridge.Serial,
                    use.Issue.Device.Serial,
                    use.Incident.Reference,
                    UkTime.Rfc3339(use.EndUtcMs + draw.Between(5L, 120L) * UkTime.MinuteMs),
                    Number(draw.Between(2, 5))
                );
                if (draw.Chance(_holes) || odd.Chance(history.Scenario.Paper.ExhibitMissing))
                {
                    table.Omit(row, "not-written");
                }
                else if (draw.Chance(history.Scenario.Paper.CartridgeMalformed))
                {
                    table.Miswrite(row, "CartridgeSerial", Typing.OneWrong(cartridge.Serial, draw), "cartridge-mistyped");
                }
            }
        }

        return table;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
