using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>Reads every device's log, on all cores; each device is independent, so the answer does not depend on the order.</summary>
internal static class WorldBuilder
{
    public static World Build(ReconciliationInputs inputs, RuleSet rules, long asOfNs)
    {
        var devices = Devices(inputs, rules);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < inputs.Log.DeviceCount; i++)
        {
            numbers[inputs.Log.DeviceAt(i)] = i;
        }

        var comparisons = inputs.ClockComparisons.ToLookup(c => c.Device, StringComparer.Ordinal);
        Parallel.For(
            0,
            devices.Length,
            i =>
            {
                var device = devices[i];
                var entries = numbers.TryGetValue(device.Serial, out int number) ? inputs.Log.EntriesOf(number, inputs.LetsGoOfLog) : [];
                DeviceReader.Read(device, entries, comparisons[device.Serial], rules);
                CoverageBuilder.Stretches(device, rules);
                IncidentBuilder.Build(device, rules);
            }
        );
        var world = new World(inputs, rules, asOfNs, devices);
        foreach (var device in devices)
        {
            world.Incidents.AddRange(device.Incidents);
        }

        return world;
    }

    private static DeviceHistory[] Devices(ReconciliationInputs inputs, RuleSet rules)
    {
        var registers = inputs.Registers;
        var rows = new Dictionary<string, DeviceRow>(StringComparer.Ordinal);
        foreach (var row in registers.Devices ?? [])
        {
            rows.TryAdd(row.DeviceSerial, row);
        }

        var models = new Dictionary<string, (string Model, string Armoury)>(StringComparer.Ordinal);
        foreach (var batch in inputs.Log.Batches)
        {
            if (!models.TryGetValue(batch.Device, out var known) || known.Model.Length == 0)
            {
                models[batch.Device] = (batch.Model, batch.Armoury);
            }
        }

        foreach (var enrolment in inputs.Enrolments)
        {
            models[enrolment.Device] = models.TryGetValue(enrolment.Device, out var known)
                ? (known.Model.Length > 0 ? known.Model : enrolment.Model, known.Armoury.Length > 0 ? known.Armoury : enrolment.Armoury)
                : (enrolment.Model, enrolment.Armoury);
        }

        var issues = ByDevice(registers.Issues, i => i.DeviceSerial, i => i.IssuedAt.LowNs);
        var dockings = ByDevice(inputs.Dockings, d => d.Device, d => (long)d.DockedAtNs);
        var training = ByDevice(registers.Training, t => t.DeviceSerial, t => t.From.LowNs);
        var unintentional = ByDevice(registers.Unintentional, u => u.DeviceSerial, u => u.At.LowNs);
        var maintenance = ByDevice(registers.Maintenance, m => m.DeviceSerial, m => m.At.LowNs);
        return models
            .Keys.Union(rows.Keys, StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(serial => new DeviceHistory
            {
                Serial = serial,
                Batches = inputs.Log.Batches,
                Row = rows.GetValueOrDefault(serial),
                Model = rules.Capabilities(Model(serial, rows, models)),
                Armoury = rows.GetValueOrDefault(serial)?.Armoury is { Length: > 0 } a ? a : models.GetValueOrDefault(serial).Armoury ?? "",
                Issues = issues[serial].ToList(),
                IssueMaxNs = rules.IssueHoursMax * TimeInterval.HourNs,
                Dockings = dockings[serial].ToList(),
                Training = training[serial].ToList(),
                Unintentional = unintentional[serial].ToList(),
                Maintenance = maintenance[serial].ToList(),
            })
            .ToArray();
    }

    private static string Model(string serial, Dictionary<string, DeviceRow> rows, Dictionary<string, (string Model, string)> models) =>
        rows.TryGetValue(serial, out var row) && row.Model.Length > 0 ? row.Model : models.GetValueOrDefault(serial).Model ?? "";

    private static ILookup<string, T> ByDevice<T>(IEnumerable<T>? rows, Func<T, string> device, Func<T, long> time) =>
        (rows ?? []).OrderBy(time).ToLookup(device, StringComparer.Ordinal);
}
