using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>What an influxd really holds, read back through its own query language.</summary>
internal static class InfluxContent
{
    /// <summary>Device, time and sequence of every event, in order.</summary>
    public static async Task<List<(string Device, long TimeNs, long Sequence)>> EventsAsync(Influx influx, string database)
    {
        var events = new List<(string, long, long)>();
        var result = await influx.QueryAsync("SELECT sequence FROM ced_event GROUP BY device", database);
        if (!result.TryGetProperty("series", out var series))
        {
            return events;
        }
        foreach (var one in series.EnumerateArray())
        {
            var device = one.GetProperty("tags").GetProperty("device").GetString()!;
            foreach (var row in one.GetProperty("values").EnumerateArray())
            {
                events.Add((device, row[0].GetInt64(), row[1].GetInt64()));
            }
        }
        events.Sort();
        return events;
    }
}
