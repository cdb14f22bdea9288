using System.Globalization;
using DuckDB.NET.Data;

namespace TaserTelemetry.Gateway.Audit;

/// <summary>What the page asks of the embedded store. Every list has its limit; every value from outside is a parameter.</summary>
internal static class StoreQueries
{
    public const int DocksMax = 2_000;
    public const int DevicesMax = 20_000;
    public const int ActivationsMax = 2_000;
    public const int HoursMax = 24 * 14;

    // Times leave as text that a person and a program read alike.
    private const string Iso = "'%Y-%m-%dT%H:%M:%S.%gZ'";

    public static (long Events, long Activations, long Devices) Totals(DuckDBConnection store) =>
        Rows(
            store,
            "SELECT count(*), count(*) FILTER (class = 'activation'), count(DISTINCT device) FROM events",
            1,
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))
        )[0];

    public static IReadOnlyList<DockRow> Docks(DuckDBConnection store) =>
        Rows(
            store,
            $"""
            SELECT dock, any_value(armoury), count(DISTINCT device), count(*), strftime(max(received)::TIMESTAMP, {Iso})
            FROM events GROUP BY dock ORDER BY dock
            """,
            DocksMax,
            row => new DockRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), Text(row, 4))
        );

    /// <summary>The last two weeks that hold anything, an hour a row.</summary>
    public static IReadOnlyList<HourRow> Hours(DuckDBConnection store) =>
        Rows(
            store,
            $"""
            SELECT strftime(hour, {Iso}), events, activations FROM (
                SELECT date_trunc('hour', time::TIMESTAMP) AS hour, count(*) AS events, count(*) FILTER (class = 'activation') AS activations
                FROM events WHERE time_from_device GROUP BY hour ORDER BY hour DESC LIMIT {HoursMax}) ORDER BY hour
            """,
            HoursMax,
            row => new HourRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2))
        );

    public static IReadOnlyList<DeviceRow> Devices(DuckDBConnection store) =>
        Rows(
            store,
            $"""
            SELECT device, any_value(model), any_value(armoury), count(*), count(*) FILTER (class = 'activation'),
                coalesce(sum(duration_ms) FILTER (class = 'activation'), 0)::DOUBLE / 1000, strftime(min(time)::TIMESTAMP, {Iso}),
                strftime(max(time)::TIMESTAMP, {Iso}), strftime(max(received)::TIMESTAMP, {Iso}), max(clock_bound_ns)::DOUBLE / 1e9,
                count(*) FILTER (marks <> 0), string_agg(DISTINCT grade, ' ')
            FROM events GROUP BY device ORDER BY device
            """,
            DevicesMax,
            row => new DeviceRow(
                row.GetString(0),
                Text(row, 1),
                row.GetString(2),
                row.GetInt64(3),
                row.GetInt64(4),
                row.GetDouble(5),
                Text(row, 6),
                Text(row, 7),
                Text(row, 8),
                row.IsDBNull(9) ? null : row.GetDouble(9),
                row.GetInt64(10),
                row.GetString(11)
            )
        );

    /// <summary>The latest activations of one device, oldest first; one more than the limit is asked for, to know whether any were left.</summary>
    public static (IReadOnlyList<ActivationRow> Rows, bool More) Activations(DuckDBConnection store, string untrustedDevice)
    {
        var rows = Rows(
            store,
            $"""
            SELECT strftime(time::TIMESTAMP, {Iso}), clock_bound_ns, time_ns, event, duration_ms::DOUBLE / 1000, bay, sequence, epoch, leaf, grade
            FROM activations WHERE device = $1 ORDER BY time_ns DESC, leaf DESC LIMIT {ActivationsMax + 1}
            """,
            ActivationsMax + 1,
            row => new ActivationRow(
                row.GetString(0),
                Bound(row, -1),
                Bound(row, 1),
                row.GetString(3),
                row.GetDouble(4),
                row.IsDBNull(5) ? null : row.GetByte(5),
                row.GetFieldValue<ulong>(6),
                row.GetFieldValue<uint>(7),
                row.GetFieldValue<ulong>(8),
                row.GetString(9)
            ),
            untrustedDevice
        );
        var more = rows.Count > ActivationsMax;
        return ([.. rows.Take(ActivationsMax).Reverse()], more);
    }

    private static string? Bound(DuckDBDataReader row, int side)
    {
        if (row.IsDBNull(1))
        {
            return null;
        }
        var at = (Int128)row.GetInt64(2) + (side * (Int128)row.GetFieldValue<ulong>(1));
        var milliseconds = at / 1_000_000;
        return
            milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? null
            : DateTimeOffset
                .FromUnixTimeMilliseconds((long)milliseconds)
                .ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
    }

    private static string? Text(DuckDBDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static List<T> Rows<T>(
        DuckDBConnection store,
        string query,
        int limit,
        Func<DuckDBDataReader, T> read,
        params object[] parameters
    )
    {
        using var command = store.CreateCommand();
        command.CommandText = query;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new DuckDBParameter(parameter));
        }
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (rows.Count < limit && reader.Read())
        {
            rows.Add(read(reader));
        }
        return rows;
    }
}
