using System.Globalization;
using DuckDB.NET.Data;

namespace TaserTelemetry.Gateway.Audit;

/// <summary>What the page asks of the embedded store. Every list has its limit; every value from outside is a parameter.</summary>
internal static class StoreQueries
{
    public const int DocksMax = 2_000;
    public const int DevicesMax = 20_000;
    public const int ActivationsMax = 2_000;
    public const int WindowDays = 14;
    public const int HoursMax = 24 * (WindowDays + 2);
    public const int FleetMax = 5_000;
    public const int DoubtsMax = 500;

    // Times leave as text that a person and a program read alike.
    private const string IsoLayout = "'%Y-%m-%dT%H:%M:%S.%gZ'";

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
            SELECT dock, any_value(armoury), count(DISTINCT device), count(*), strftime(max(received)::TIMESTAMP, {IsoLayout})
            FROM events GROUP BY dock ORDER BY dock
            """,
            DocksMax,
            row => new DockRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), Text(row, 4))
        );

    /// <summary>The hours of the window that hold anything, an hour a row.</summary>
    public static IReadOnlyList<HourRow> Hours(DuckDBConnection store, (DateTimeOffset From, DateTimeOffset To) window) =>
        Rows(
            store,
            $"""
            SELECT strftime(hour, {IsoLayout}), count(*), count(*) FILTER (class = 'activation')
            FROM (SELECT date_trunc('hour', time::TIMESTAMP) AS hour, class FROM events WHERE time_from_device AND time::TIMESTAMP BETWEEN $1 AND $2)
            GROUP BY hour ORDER BY hour LIMIT {HoursMax}
            """,
            HoursMax,
            row => new HourRow(row.GetString(0), row.GetInt64(1), row.GetInt64(2)),
            window.From.UtcDateTime,
            window.To.UtcDateTime
        );

    /// <summary>What the window leaves out, counted.</summary>
    public static OutsideWindow Outside(DuckDBConnection store, (DateTimeOffset From, DateTimeOffset To) window) =>
        Rows(
            store,
            """
            SELECT count(*) FILTER (NOT inside), count(*) FILTER (NOT inside AND class = 'activation'), count(*) FILTER (NOT time_from_device)
            FROM (SELECT class, time_from_device, time_from_device AND time::TIMESTAMP BETWEEN $1 AND $2 AS inside FROM events)
            """,
            1,
            row => new OutsideWindow(Iso(window.From), Iso(window.To), row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)),
            window.From.UtcDateTime,
            window.To.UtcDateTime
        )[0];

    /// <summary>The fleet's latest activations in the window, the earliest first; one more than the limit is asked for.</summary>
    public static (IReadOnlyList<FleetRow> Rows, bool More) Fleet(
        DuckDBConnection store,
        (DateTimeOffset From, DateTimeOffset To) window
    ) =>
        Cut(
            Rows(
                store,
                $"""
                SELECT device, strftime(time::TIMESTAMP, {IsoLayout}), event, duration_ms::DOUBLE / 1000, leaf FROM activations
                WHERE time_from_device AND time::TIMESTAMP BETWEEN $1 AND $2 ORDER BY time_ns DESC, leaf DESC LIMIT {FleetMax + 1}
                """,
                FleetMax + 1,
                row => new FleetRow(row.GetString(0), row.GetString(1), row.GetString(2), row.GetDouble(3), row.GetFieldValue<ulong>(4)),
                window.From.UtcDateTime,
                window.To.UtcDateTime
            ),
            FleetMax
        );

    /// <summary>The latest gaps, quarantined frames, failed checks and silences, the earliest first.</summary>
    public static (IReadOnlyList<DoubtRow> Rows, bool More) Doubts(DuckDBConnection store) =>
        Cut(
            Rows(
                store,
                $"""
                SELECT strftime(make_timestamp_ns(time_ns)::TIMESTAMP, {IsoLayout}), kind, state, device, dock, first, count, leaf FROM facts
                WHERE kind IN ('ced_gap', 'ced_quarantine') OR (kind = 'ced_integrity' AND NOT starts_with(state, 'verified'))
                    OR (kind = 'ced_dock' AND state IN ('silent', 'heard_again', 'undocked_early'))
                ORDER BY leaf DESC LIMIT {DoubtsMax + 1}
                """,
                DoubtsMax + 1,
                row => new DoubtRow(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetString(2),
                    Text(row, 3),
                    Text(row, 4),
                    row.IsDBNull(5) ? null : row.GetFieldValue<ulong>(5),
                    row.IsDBNull(6) ? null : row.GetInt64(6),
                    row.GetFieldValue<ulong>(7)
                )
            ),
            DoubtsMax
        );

    public static IReadOnlyList<DeviceRow> Devices(DuckDBConnection store) =>
        Rows(
            store,
            $"""
            WITH heads AS (SELECT device, string_agg(DISTINCT upper(right(state, 1)), ' ' ORDER BY upper(right(state, 1))) AS verified
                FROM facts WHERE kind = 'ced_integrity' AND starts_with(state, 'verified_') GROUP BY device)
            SELECT device, any_value(model), any_value(armoury), count(*), count(*) FILTER (class = 'activation'),
                coalesce(sum(duration_ms) FILTER (class = 'activation'), 0)::DOUBLE / 1000, strftime(min(time)::TIMESTAMP, {IsoLayout}),
                strftime(max(time)::TIMESTAMP, {IsoLayout}), strftime(max(received)::TIMESTAMP, {IsoLayout}), max(clock_bound_ns)::DOUBLE / 1e9,
                count(*) FILTER (marks <> 0), bit_or(marks), string_agg(DISTINCT grade, ' ' ORDER BY grade),
                any_value(verified)
            FROM events LEFT JOIN heads USING (device) GROUP BY device ORDER BY device
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
                MarkWords.Of(row.GetFieldValue<uint>(11)),
                row.GetString(12),
                Text(row, 13)
            )
        );

    /// <summary>The latest activations of one device, oldest first; one more than the limit is asked for, to know whether any were left.</summary>
    public static (IReadOnlyList<ActivationRow> Rows, bool More) Activations(DuckDBConnection store, string untrustedDevice)
    {
        var rows = Rows(
            store,
            $"""
            WITH heads AS (SELECT log, epoch, incarnation, first, first + count AS next, upper(right(state, 1)) AS verified FROM facts
                WHERE device = $1 AND kind = 'ced_integrity' AND starts_with(state, 'verified_')),
            latest AS (SELECT * FROM activations WHERE device = $1 ORDER BY time_ns DESC, leaf DESC LIMIT {ActivationsMax + 1})
            SELECT strftime(time::TIMESTAMP, {IsoLayout}), clock_bound_ns, time_ns, event, duration_ms::DOUBLE / 1000, bay, sequence, epoch, leaf, grade,
                (SELECT min(verified) FROM heads h WHERE h.log = a.log AND h.epoch = a.epoch AND h.incarnation = a.incarnation
                    AND a.sequence >= h.first AND a.sequence < h.next AND a.grade NOT IN ('', 'E')) AS verified
            FROM latest a ORDER BY time_ns DESC, leaf DESC
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
                row.GetString(9),
                Text(row, 10)
            ),
            untrustedDevice
        );
        return Cut(rows, ActivationsMax);
    }

    /// <summary>Newest first as asked, the earliest first as shown.</summary>
    private static (IReadOnlyList<T> Rows, bool More) Cut<T>(List<T> rows, int limit) =>
        ([.. rows.Take(limit).Reverse()], rows.Count > limit);

    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

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
            : Iso(DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds));
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
