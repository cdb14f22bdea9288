using System.Text;
using System.Text.Json;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator;

/// <summary>What a run came to: for people, or as one JSON document (schema taser-sim-run/1).</summary>
internal static class RunSummary
{
    public static void Write(RunOptions options, History history, IReadOnlyList<DockOutcome> docks)
    {
        if (options.Json)
        {
            Console.Out.WriteLine(Encoding.UTF8.GetString(Json(history, docks)));
            return;
        }

        var logs = history.Devices.SelectMany(d => d.Logs).ToList();
        Console.Out.WriteLine(
            $"{history.Scenario.Name}, seed {history.Seed}: {history.Devices.Count()} devices, {history.Issues.Count} issues, "
                + $"{history.Activations.Count} activations, {history.Uses.Count} uses of force"
        );
        Console.Out.WriteLine(
            $"records written {logs.Sum(l => (long)l.Next)}, lost {logs.Sum(l => l.Lost.Sum(r => (long)r.Range.Count))}, "
                + $"docked {logs.Sum(l => (long)l.Delivered.Total)} in {history.Visits.Count} visits"
        );
        foreach (var d in docks)
        {
            Console.Out.WriteLine(
                $"  {d.Dock} ({d.Transport}): {d.State}, {d.VisitsDone} of {d.Visits} visits, {d.RecordsAcked} records acked, "
                    + $"{d.Sessions} sessions, {d.Repeats} repeats{(d.Trouble.Length > 0 ? "; " + d.Trouble : "")}"
            );
        }
    }

    private static byte[] Json(History history, IReadOnlyList<DockOutcome> docks)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            var logs = history.Devices.SelectMany(d => d.Logs).ToList();
            json.WriteStartObject();
            json.WriteString("schema", "taser-sim-run/1");
            json.WriteString("scenario", history.Scenario.Name);
            json.WriteNumber("seed", history.Seed);
            json.WriteNumber("endUtcMs", history.EndUtcMs);
            json.WriteNumber("devices", history.Devices.Count());
            json.WriteNumber("records", logs.Sum(l => (long)l.Next));
            json.WriteNumber("recordsDelivered", logs.Sum(l => (long)l.Delivered.Total));
            json.WriteNumber("recordsLost", logs.Sum(l => l.Lost.Sum(r => (long)r.Range.Count)));
            json.WriteNumber("activations", history.Activations.Count);
            json.WriteNumber("uses", history.Uses.Count);
            json.WriteStartArray("docks");
            foreach (var d in docks)
            {
                json.WriteStartObject();
                json.WriteString("dock", d.Dock);
                json.WriteString("transport", d.Transport);
                json.WriteString("state", d.State);
                json.WriteNumber("visits", d.Visits);
                json.WriteNumber("visitsDone", d.VisitsDone);
                json.WriteNumber("recordsAcked", d.RecordsAcked);
                json.WriteNumber("sessions", d.Sessions);
                json.WriteNumber("repeats", d.Repeats);
                json.WriteString("trouble", d.Trouble);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return memory.ToArray();
    }
}
