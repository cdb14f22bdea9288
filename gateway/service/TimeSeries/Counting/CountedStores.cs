using System.Globalization;
using System.Text;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;

namespace TaserTelemetry.Gateway.TimeSeries.Counting;

/// <summary>What a store holds of each device on each day.</summary>
internal interface ICountedStore
{
    /// <summary>Points per day of one device; null when the store cannot be asked now, or never.</summary>
    Task<IReadOnlyDictionary<long, long>?> CountAsync(string device, CancellationToken cancel);
}

/// <summary>The embedded store, counted by its own query.</summary>
internal sealed class CountedDuckDb(EmbeddedReading embedded) : ICountedStore
{
    public Task<IReadOnlyDictionary<long, long>?> CountAsync(string device, CancellationToken cancel)
    {
        var asked = embedded.TryRead(
            connection =>
            {
                using var command = connection.CreateCommand();
                command.CommandText =
                    "SELECT e.time_ns // 86400000000000, count(*) FROM event_rows e JOIN deliveries d USING (leaf) WHERE d.device = $device GROUP BY 1";
                command.Parameters.Add(new DuckDB.NET.Data.DuckDBParameter("device", device));
                using var row = command.ExecuteReader();
                var days = new Dictionary<long, long>();
                while (row.Read())
                {
                    days[row.GetInt64(0)] = row.GetInt64(1);
                }
                return days;
            },
            out var days
        );
        return Task.FromResult<IReadOnlyDictionary<long, long>?>(asked ? days : null);
    }
}

/// <summary>An InfluxDB server, counted by InfluxQL.</summary>
internal sealed class CountedInflux(ILineTarget target) : ICountedStore
{
    public async Task<IReadOnlyDictionary<long, long>?> CountAsync(string device, CancellationToken cancel)
    {
        var answer = await target.QueryAsync(
            $"SELECT count(sequence) FROM ced_event WHERE device = '{Quoted(device)}' AND time >= 0 AND time < 9223286400000000000 GROUP BY time(1d) fill(none)",
            cancel
        );
        if (!answer.Answered || answer.Fault.Length > 0)
        {
            return null;
        }
        var days = new Dictionary<long, long>();
        foreach (var row in answer.Series.SelectMany(series => series.GetProperty("values").EnumerateArray()))
        {
            days[DeviceDay.DayOf(row[0].GetInt64())] = row[1].GetInt64();
        }
        return days;
    }

    /// <summary>The tag as it is stored, as a string of InfluxQL.</summary>
    internal static string Quoted(string device)
    {
        var stored = new StringBuilder();
        foreach (var letter in device)
        {
            if (letter is '\\' or '%' || letter < 0x20 || letter == 0x7F)
            {
                stored.Append(CultureInfo.InvariantCulture, $"%{(int)letter:X2}");
                continue;
            }
            stored.Append(letter == '\'' ? "\\'" : letter);
        }
        return stored.ToString();
    }
}

/// <summary>Sends what a server lacks once more. A point that is there already does not change.</summary>
internal sealed class InfluxRepair(Delivery delivery, InfluxSettings settings)
{
    private readonly EventLines _lines = new();
    private readonly LineBatch _batch = new(settings.BatchLinesMax, settings.BatchBytesMax);

    public async Task SendAsync(SeriesSource source, ReadOnlyMemory<SeriesEvent> events, CancellationToken cancel)
    {
        _lines.Begin(source);
        if (!_batch.HasRoomFor(events.Length, _lines.LineBytesMost))
        {
            await FlushAsync(cancel);
        }
        foreach (ref readonly var happened in events.Span)
        {
            _batch.Added(_lines.Write(_batch.Room(), happened));
        }
    }

    public async Task FlushAsync(CancellationToken cancel)
    {
        await delivery.DeliverAsync(_batch.Bytes, _batch.Lines, cancel);
        _batch.Clear();
    }
}
