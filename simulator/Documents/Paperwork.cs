using System.Globalization;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>Everything an auditor would be given, first as it should read, then with what went wrong in the writing.</summary>
internal sealed class Paperwork
{
    private readonly History _history;
    private readonly List<DocumentTable> _tables = [];

    public Paperwork(History history)
    {
        _history = history;
        Reports = new Reports(history, Draw.For(history.Seed, "reports"));
        _tables.Add(Reports.Plain);
        _tables.Add(Devices());
        _tables.Add(Issues());
    }

    public Reports Reports { get; }

    public IReadOnlyList<DocumentTable> Tables => _tables;

    private DocumentTable Devices()
    {
        var table = new DocumentTable("devices.csv", "DeviceSerial", "Model", "Armoury", "Status", "FirstInService", "LastInService");
        var draw = Draw.For(_history.Seed, "devices register");
        foreach (var device in _history.Devices)
        {
            var first = _history.StartUtcMs - draw.Between(1, 900) * UkTime.DayMs;
            table.Add(device.Serial, device.Model.Name, device.Armoury.Name, "in-service", UkTime.Rfc3339(first), "");
        }

        return table;
    }

    private DocumentTable Issues()
    {
        var table = new DocumentTable(
            "issues.csv",
            "IssueId",
            "DeviceSerial",
            "OfficerRef",
            "Purpose",
            "IssuedAt",
            "ReturnedAt",
            "Cartridges",
            "CartridgeSerials"
        );
        var draw = Draw.For(_history.Seed, "issues register");
        foreach (var issue in _history.Issues)
        {
            var row = table.Add(
                issue.Id,
                issue.Device.Serial,
                issue.Officer.Reference,
                issue.Purpose,
                UkTime.Rfc3339(issue.IssuedUtcMs),
                UkTime.Rfc3339(issue.ReturnedUtcMs),
                issue.Cartridges.Count.ToString(CultureInfo.InvariantCulture),
                string.Join(' ', issue.Cartridges.Select(c => c.Serial))
            );
            if (draw.Chance(_history.Scenario.Paper.IssueRowMissing))
            {
                table.Omit(row, "not-written");
            }
        }

        return table;
    }
}
