using System.Globalization;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.TimeSeries.Embedded;

/// <summary>
/// Tables and views of the embedded store (SCHEMA.md). Two tables, because what the events of one journal record share is written
/// once; everybody reads the views. Nothing here has an index: a store is appended to and scanned.
/// </summary>
internal static class DuckSchema
{
    /// <summary>A store of another version is rebuilt from the journal; it is never migrated.</summary>
    public const int Version = 3;

    /// <summary>Gap in seconds between activations of one device that ends an incident (domain 2.7.5); the reconciler cuts finer.</summary>
    public const int IncidentGapSeconds = 600;

    // Point times carry the sequence below the second, so gaps are taken between whole seconds.
    public static string Create()
    {
        return $"""
            CREATE TABLE store (version INTEGER NOT NULL, next_leaf UBIGINT NOT NULL, journal VARCHAR NOT NULL);
            CREATE TABLE deliveries (
                leaf UBIGINT NOT NULL, force VARCHAR NOT NULL, armoury VARCHAR NOT NULL, dock VARCHAR NOT NULL, device VARCHAR NOT NULL,
                model VARCHAR, carrier VARCHAR, log VARCHAR NOT NULL, epoch UINTEGER NOT NULL, incarnation UBIGINT NOT NULL,
                received_ns BIGINT NOT NULL, clock_offset_ns BIGINT, clock_bound_ns UBIGINT, clock_quality VARCHAR NOT NULL,
                grade VARCHAR NOT NULL, marks UINTEGER NOT NULL);
            CREATE TABLE event_rows (
                leaf UBIGINT NOT NULL, sequence UBIGINT NOT NULL, time_ns BIGINT NOT NULL, time_from_device BOOLEAN NOT NULL, stamp UBIGINT,
                monotonic_ms UINTEGER NOT NULL, code USMALLINT NOT NULL, flags USMALLINT NOT NULL, duration_ms UINTEGER NOT NULL,
                armed_session UINTEGER NOT NULL, bays UINTEGER NOT NULL, temperature_deci_c SMALLINT, battery_percent UTINYINT, bay UTINYINT,
                argument UBIGINT NOT NULL);
            CREATE TABLE event_names (code USMALLINT NOT NULL, event VARCHAR NOT NULL, class VARCHAR NOT NULL, activation BOOLEAN NOT NULL);
            CREATE TABLE facts (
                leaf UBIGINT NOT NULL, time_ns BIGINT NOT NULL, kind VARCHAR NOT NULL, state VARCHAR NOT NULL, force VARCHAR, armoury VARCHAR,
                dock VARCHAR, device VARCHAR, first UBIGINT, count BIGINT, bytes BIGINT, offset_ns BIGINT, bound_ns UBIGINT,
                log VARCHAR, epoch UINTEGER, incarnation UBIGINT);
            CREATE TABLE pulses (
                leaf UBIGINT NOT NULL, time_ns BIGINT NOT NULL, device VARCHAR NOT NULL, sequence UBIGINT NOT NULL, part INTEGER NOT NULL,
                first_pulse UINTEGER NOT NULL, pulses INTEGER NOT NULL, span_us BIGINT NOT NULL, charged_pulses INTEGER NOT NULL,
                charge_nc BIGINT, charge_nc_min INTEGER, charge_nc_max INTEGER, peak_v_min INTEGER, peak_v_max INTEGER, arc_v_min INTEGER,
                arc_v_max INTEGER);
            INSERT INTO event_names VALUES {Names()};
            CREATE VIEW events AS SELECT
                make_timestamp_ns(e.time_ns) AS time, d.force, d.armoury, d.dock, d.device, d.model, d.carrier, d.log, d.epoch, d.incarnation,
                e.sequence, e.code, coalesce(n.event, '{EventNames.Other}') AS event, coalesce(n.class, '{EventNames.Other}') AS class,
                e.duration_ms, e.stamp, e.time_from_device, e.monotonic_ms, e.armed_session, e.flags, e.bays, e.bay, e.temperature_deci_c,
                e.battery_percent, e.argument, make_timestamp_ns(d.received_ns) AS received, d.clock_offset_ns, d.clock_bound_ns,
                d.clock_quality, d.grade, d.marks, e.leaf, e.time_ns
            FROM event_rows e JOIN deliveries d USING (leaf) LEFT JOIN event_names n USING (code);
            CREATE VIEW activations AS SELECT * FROM events WHERE code IN ({Activations()});
            CREATE VIEW incidents AS
                WITH steps AS (
                    SELECT *, CASE WHEN time_ns // 1000000000 * 1000 - lag(time_ns // 1000000000 * 1000 + duration_ms) OVER device_order
                        <= {IncidentGapSeconds} * 1000 THEN 0 ELSE 1 END AS opens
                    FROM activations WINDOW device_order AS (PARTITION BY device ORDER BY time_ns)),
                numbered AS (SELECT *, sum(opens) OVER (PARTITION BY device ORDER BY time_ns ROWS UNBOUNDED PRECEDING) AS incident FROM steps)
                SELECT device, incident::BIGINT AS incident, any_value(force) AS force, any_value(armoury) AS armoury, any_value(model) AS model,
                    min(time) AS first_activation, max(time) AS last_activation, count(*) AS activations,
                    sum(duration_ms)::BIGINT AS activation_ms, max(duration_ms) AS longest_ms, min(leaf) AS first_leaf
                FROM numbered GROUP BY device, incident;
            CREATE VIEW daily AS SELECT
                time::DATE AS day, force, armoury, device, any_value(model) AS model, count(*) AS events,
                count(*) FILTER (class = 'activation') AS activations,
                coalesce(sum(duration_ms) FILTER (class = 'activation'), 0)::BIGINT AS activation_ms,
                coalesce(max(duration_ms) FILTER (class = 'activation'), 0) AS longest_ms,
                count(*) FILTER (event = 'arm') AS armed, count(*) FILTER (event = 'test') AS tests, count(*) FILTER (event = 'fault') AS faults,
                count(*) FILTER (marks <> 0) AS marked, count(*) FILTER (NOT time_from_device) AS without_usable_stamp,
                max(clock_bound_ns) AS widest_clock_bound_ns
            FROM events GROUP BY ALL;
            """;
    }

    private static string Names()
    {
        var rows = new StringBuilder();
        foreach (var code in Enum.GetValues<EventCode>())
        {
            var separator = rows.Length == 0 ? "" : ", ";
            rows.Append(
                CultureInfo.InvariantCulture,
                $"{separator}({(ushort)code}, '{EventNames.Of(code)}', '{Encoding.ASCII.GetString(EventNames.ClassOf(code))}', {EventNames.IsActivation(code)})"
            );
        }
        return rows.ToString();
    }

    private static string Activations() =>
        string.Join(
            ", ",
            Enum.GetValues<EventCode>().Where(EventNames.IsActivation).Select(code => ((ushort)code).ToString(CultureInfo.InvariantCulture))
        );
}
