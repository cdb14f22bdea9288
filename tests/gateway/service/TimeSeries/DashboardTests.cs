using System.Text.Json;
using System.Text.RegularExpressions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;
using TaserTelemetry.Tests;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>The dashboards' queries against a real influxd that was filled the real way: a query that finds nothing is a broken panel.</summary>
public sealed partial class DashboardTests
{
    private static readonly string Folder = Path.Combine(Campaign.RepositoryRoot, "gateway", "service", "TimeSeries", "grafana");

    [Fact]
    public async Task Every_query_of_every_dashboard_answers_with_data()
    {
        using var ground = new Ground();
        await using var influx = await Influx.StartAsync(ground);
        await influx.QueryAsync("CREATE DATABASE taser");
        await FillAsync(influx, ground.At("data"));
        var files = Directory.GetFiles(Folder, "*.json");
        Assert.Equal(4, files.Length);

        var asked = 0;
        foreach (var file in files)
        {
            using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            foreach (var (title, query) in Queries(dashboard.RootElement))
            {
                var result = await influx.QueryAsync(Filled(query), "taser");
                Assert.False(result.TryGetProperty("error", out var error), $"{Path.GetFileName(file)}, {title}: {error}");
                Assert.True(
                    result.TryGetProperty("series", out var series),
                    $"{Path.GetFileName(file)}, {title} finds nothing: {Filled(query)}"
                );
                Assert.DoesNotContain("verified_", series.GetRawText(), StringComparison.Ordinal); // a head that holds is no doubt
                asked++;
            }
        }
        Assert.InRange(asked, 35, 100);
    }

    [Fact]
    public void No_dashboard_says_more_than_a_log_proves()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.json"))
        {
            Assert.DoesNotMatch("(?i)exposure|shock|guilt|suspicious|unreported|tamper", File.ReadAllText(file));
        }
    }

    [Fact]
    public void Panels_do_not_overlap_and_each_says_what_it_shows()
    {
        foreach (var file in Directory.GetFiles(Folder, "*.json"))
        {
            using var dashboard = JsonDocument.Parse(File.ReadAllText(file));
            var taken = new HashSet<(int, int)>();
            foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
            {
                Assert.NotEqual("", panel.GetProperty("description").GetString());
                var at = panel.GetProperty("gridPos");
                for (var x = at.GetProperty("x").GetInt32(); x < at.GetProperty("x").GetInt32() + at.GetProperty("w").GetInt32(); x++)
                {
                    for (var y = at.GetProperty("y").GetInt32(); y < at.GetProperty("y").GetInt32() + at.GetProperty("h").GetInt32(); y++)
                    {
                        Assert.InRange(x, 0, 23);
                        Assert.True(taken.Add((x, y)), $"{file}: {panel.GetProperty("title")} overlaps at {x},{y}");
                    }
                }
            }
        }
    }

    [Fact]
    public void The_schema_document_names_every_field_tag_and_column()
    {
        var text = File.ReadAllText(Path.Combine(Folder, "..", "SCHEMA.md"));
        var line = Sample.Line(Sample.Source() with { Carrier = "P1", Grade = "C" }, Sample.Event(1));
        var fields = FieldName().Matches(line[line.IndexOf(' ')..]).Select(match => match.Groups["name"].Value).ToList();

        Assert.True(fields.Count > 20);
        var pulses = new SeriesFact
        {
            LeafIndex = 1,
            AtNs = 1,
            Kind = FactKind.Pulses,
            State = "pulses",
            Pulses = new PulseTotals(0, 1, 1, new Measured(1, 1, 1, 1), new Measured(1, 1, 1, 1), new Measured(1, 1, 1, 1)),
        };
        var buffer = new byte[EventLines.LineBytesMax];
        var fact = System.Text.Encoding.UTF8.GetString(buffer, 0, FactLines.Write(buffer, pulses));
        fields.AddRange(FieldName().Matches(fact[fact.IndexOf(' ')..]).Select(match => match.Groups["name"].Value));
        Assert.Contains("arc_v_max", fields);
        Assert.All(fields, field => Assert.Contains($"`{field}`", text, StringComparison.Ordinal));
        Assert.All(EventNames.All, name => Assert.Contains(name, text, StringComparison.Ordinal));
        Assert.All(Enum.GetValues<FactKind>(), kind => Assert.Contains($"`{SeriesFact.NameOf(kind)}`", text, StringComparison.Ordinal));
        Assert.All(ParquetExport.Tables, table => Assert.Contains($"`{table}`", text, StringComparison.Ordinal));
    }

    private static IEnumerable<(string Title, string Query)> Queries(JsonElement dashboard)
    {
        foreach (var panel in dashboard.GetProperty("panels").EnumerateArray())
        {
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
            {
                yield return (panel.GetProperty("title").GetString()!, target.GetProperty("query").GetString()!);
            }
        }
        foreach (var variable in dashboard.GetProperty("templating").GetProperty("list").EnumerateArray())
        {
            if (variable.GetProperty("type").GetString() == "query")
            {
                yield return (variable.GetProperty("name").GetString()!, variable.GetProperty("query").GetString()!);
            }
        }
    }

    /// <summary>As Grafana fills its variables in.</summary>
    private static string Filled(string query) =>
        query
            .Replace("$timeFilter", "time >= 1795000000s AND time < 1796000000s", StringComparison.Ordinal)
            .Replace("$force", "kent", StringComparison.Ordinal)
            .Replace("$armoury", "maidstone", StringComparison.Ordinal)
            .Replace("$device", "A", StringComparison.Ordinal);

    private static async Task FillAsync(Influx influx, string data)
    {
        const ulong At = 1_795_305_700_000_000_000;
        var place = new Place("kent", "maidstone", "dock-1");
        var arrival = new Arrival(At, 1, ArrivalVia.Mqtt, 0, 1, place);
        var clock = new ClockBasis(-2_000_000_000, 300_000_000, ClockQuality.TwoSided);
        using var journal = new TestJournal(data);
        journal.Append("A", 30);
        journal.Append("A", 3, firstStamp: 5, receivedNs: At);
        journal.Append(new Gap(At, "A", LogKind.Event, default, 10, 15, GapState.Open, GapCause.NotDelivered));
        journal.Append(new Gap(At, "A", LogKind.Event, default, 10, 15, GapState.Final, GapCause.Overwritten));
        journal.Append(new Quarantined(arrival, QuarantineKind.Frame, 5, 100, "A", true));
        journal.Append(new ClockReading(arrival, "A", ClockOrder.Unknown, 1, 1, 0, 1, 2, 3, clock));
        journal.Append(new Docked(arrival, "A", "A", "X2", default));
        journal.Append(new Undocked(arrival, "A", "A", 192, false));
        journal.Append(new DockSilence(At, place, true, 1));
        journal.Append(new ChainCheck(At, "A", LogKind.Event, default, 0, 5, default, ChainResult.ChainBroken, AuthenticityGrade.C));
        journal.Append(new ChainCheck(At, "A", LogKind.Event, default, 0, 5, default, ChainResult.Verified, AuthenticityGrade.B));
        journal.AppendPulses("A", 12, 0, new TaserTelemetry.FirmwareProtocol.Blocks.Pulse(5_000, 6_100, 1_200, 300));
        journal.AppendMarked("A");
        var settings = new TimeSeriesSettings
        {
            DuckDb = new DuckDbSettings { Enabled = false },
            Influx = new InfluxSettings { Url = influx.Url, Database = "taser" },
        };
        await TimeSeriesRebuild.RunAsync(
            settings,
            journal.Sources(),
            _ => { },
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
            default
        );
    }

    [GeneratedRegex("[ ,](?<name>[a-z_]+)=", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex FieldName();
}
