using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Evidence.Retention;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>Pulses on their way from a Block in the journal into a real influxd and the embedded store.</summary>
public sealed class PulseBlockTests
{
    [Fact]
    public async Task A_block_of_pulses_is_a_point_with_what_its_pulses_come_to_and_what_was_not_measured_is_absent()
    {
        const ushort NotMeasured = ushort.MaxValue;
        using var ground = new Ground();
        await using var influx = await Influx.StartAsync(ground);
        await influx.QueryAsync("CREATE DATABASE taser");
        using (var journal = new TestJournal(ground.At("data")))
        {
            var first = new Pulse(5_000, 6_100, 1_200, NotMeasured);
            var last = new Pulse(NotMeasured, NotMeasured, 1_300, NotMeasured);
            journal.AppendPulses("A", 12, 40, first, new Pulse(4_900, 6_300, 1_100, NotMeasured), last);
            journal.AppendPulses("A", 13, 0);
            var settings = new TimeSeriesSettings
            {
                Influx = new InfluxSettings { Url = influx.Url, Database = "taser" },
            };
            await TimeSeriesRebuild.RunAsync(settings, journal.Sources(), _ => { }, NullLogger.Instance, default);
        }

        const string Fields =
            "\"first\", part, \"count\", first_pulse, span_us, charged_pulses, charge_nc, charge_nc_min, charge_nc_max, peak_v_min, peak_v_max, arc_v_min";
        var rows = (await influx.QueryAsync($"SELECT {Fields} FROM ced_pulses", "taser")).GetProperty("series")[0];
        string Row(int at) => string.Join(' ', rows.GetProperty("values")[at].EnumerateArray().Skip(1).Select(value => value.GetRawText()));
        Assert.Equal("12 1 3 40 99000 2 124000 61000 63000 1100 1300 null", Row(0));
        Assert.Equal("13 1 0 0 0 0 null null null null null null", Row(1));

        using var store = DuckStore.Open(ground.At("data", "store.duckdb"), new DuckDbSettings(), TestJournal.Origin);
        using var reader = store.OpenReader();
        using var command = reader.CreateCommand();
        command.CommandText =
            "SELECT sequence, pulses, span_us, charge_nc, charge_nc_max, peak_v_max, arc_v_max FROM pulses ORDER BY sequence";
        using var answer = command.ExecuteReader();
        Assert.True(answer.Read());
        var stored = Enumerable.Range(0, 7).Select(at => answer.IsDBNull(at) ? "null" : answer.GetValue(at).ToString());
        Assert.Equal("12 3 99000 124000 63000 1300 null", string.Join(' ', stored));
        Assert.True(answer.Read());
        Assert.False(answer.Read());
    }

    [Fact]
    public async Task The_point_of_a_disposed_block_goes_from_a_real_server_and_no_other()
    {
        using var ground = new Ground();
        await using var influx = await Influx.StartAsync(ground);
        await influx.QueryAsync("CREATE DATABASE taser");
        var settings = new TimeSeriesSettings
        {
            Influx = new InfluxSettings { Url = influx.Url, Database = "taser" },
        };
        var data = ground.At("data");
        using (var journal = new TestJournal(data))
        {
            var pulse = new Pulse(5_000, 6_100, 1_200, 300);
            journal.AppendPulses("A", 12, 0, pulse);
            var next = journal.AppendPulses("A", 13, 0, pulse);
            await TimeSeriesRebuild.RunAsync(settings, journal.Sources(), _ => { }, NullLogger.Instance, default);
            var due = new LeafSet();
            due.Add(next - 1);
            new PointPurges(data).Add(EvidenceReader.Open(data), due);
        }

        var purge = Assert.Single(new PointPurges(data).Pending());
        using var target = new InfluxV1(settings.Influx, TimeProvider.System);
        Assert.Equal((true, ""), await target.DeleteAsync(purge.Device, purge.FromNs, purge.ToNs, default));

        Assert.Equal(1, await influx.CountAsync("SELECT count(leaf) FROM ced_pulses", "taser"));
        Assert.Equal(12, await influx.CountAsync("SELECT last(\"first\") FROM ced_pulses", "taser"));
    }
}
