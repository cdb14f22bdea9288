using System.Text;
using System.Text.Json;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>What goes over the wire to each API, and the answers of servers that are not installed here, given by a scripted one.</summary>
public sealed class WriteApiTests : IDisposable
{
    private readonly Ground _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(InfluxApi.V1, "/write?db=t%20s&precision=n&rp=long", "Basic Ym9zczpzM2NyZXQ=")]
    [InlineData(InfluxApi.V2, "/api/v2/write?org=o%26g&bucket=t%20s&precision=ns", "Token s3cret")]
    [InlineData(InfluxApi.V3, "/api/v3/write_lp?db=t%20s&precision=nanosecond&accept_partial=true&no_sync=false", "Bearer s3cret")]
    public async Task Each_api_gets_its_own_path_its_unit_by_name_and_its_kind_of_secret(object api, string path, string secret)
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(204));
        var target = Target(server, (InfluxApi)api);

        var answer = await target.WriteAsync(Sample.Body(3), 3, default);

        var sent = Assert.Single(server.Requests);
        Assert.Equal(WriteVerdict.Accepted, answer.Verdict);
        Assert.Equal(("POST", path, secret), (sent.Method, sent.PathAndQuery, sent.Headers["Authorization"]));
        Assert.Equal(Encoding.UTF8.GetString(Sample.Body(3)), sent.Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_is_compressed_only_where_it_is_so_set(bool gzip)
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(204));
        var target = Target(server, InfluxApi.V1, gzip);

        await target.WriteAsync(Sample.Body(100), 100, default);

        var sent = Assert.Single(server.Requests);
        Assert.Equal(gzip, sent.Headers.ContainsKey("Content-Encoding"));
        Assert.Equal(gzip, int.Parse(sent.Headers["Content-Length"]) < Sample.Body(100).Length);
        Assert.Equal(100, sent.Lines.Length);
    }

    [Fact]
    public async Task The_line_list_of_version_3_reaches_the_folder_of_refused_lines()
    {
        const string Words =
            """{"error":"partial write of line protocol occurred","data":[{"original_line":"m v=7i","line_number":1,"error_message":"invalid column type"}]}""";
        await using var server = await ScriptedServer.StartAsync(sent => sent.Body.Contains("v=7i") ? new Said(400, Words) : new Said(204));
        var state = new StoreState("influx");
        using var refused = new RefusedLines(_folder.Folder, "influx", 1_048_576, TimeProvider.System);
        var delivery = new Delivery(
            Target(server, InfluxApi.V3),
            refused,
            state,
            new Waits(TimeSpan.FromSeconds(1), 1),
            TimeProvider.System
        );

        await delivery.DeliverAsync(Sample.Body(50), 50, default);

        Assert.Equal((49, 1), (state.PointsAccepted, state.PointsRefused));
        Assert.Contains("invalid column type", await File.ReadAllTextAsync(refused.FilePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, """{"code":"unauthorized","message":"unauthorized access"}""", WriteVerdict.ConfigurationFault, "unauthorized access")]
    [InlineData(
        404,
        """{"code":"not found","message":"bucket \"t s\" not found"}""",
        WriteVerdict.ConfigurationFault,
        "bucket \"t s\" not found"
    )]
    [InlineData(422, """{"code":"unprocessable entity","message":"dropped"}""", WriteVerdict.LinesRefused, "dropped")]
    [InlineData(413, """{"code":"request too large","message":"too large"}""", WriteVerdict.TooLarge, "too large")]
    [InlineData(429, """{"code":"too many requests","message":"limit"}""", WriteVerdict.Busy, "limit")]
    [InlineData(503, "", WriteVerdict.Busy, "HTTP 503 without a word")]
    [InlineData(500, """{"code":"internal error","message":"oops"}""", WriteVerdict.Unknown, "oops")]
    [InlineData(400, "<html>a proxy</html>", WriteVerdict.LinesRefused, "<html>a proxy</html>")]
    public async Task Every_answer_of_version_2_has_its_verdict_and_its_words(int status, string body, object verdict, string words)
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(status, body));

        var answer = await Target(server, InfluxApi.V2).WriteAsync(Sample.Body(2), 2, default);

        Assert.Equal(((WriteVerdict)verdict, words), (answer.Verdict, answer.Words));
    }

    [Theory]
    [InlineData("unable to parse 'm,d=database\\ not\\ found v=1': invalid number")]
    [InlineData("partial write: unable to parse 'm,d=max-series-per-database v=x': invalid boolean dropped=0")]
    public void Words_that_the_server_only_quotes_from_a_line_are_not_taken_for_its_own(string words) =>
        Assert.Equal(WriteVerdict.LinesRefused, WriteAnswer.Judge(400, words, null, 10).Verdict);

    [Fact]
    public async Task The_probe_of_version_2_reads_the_buckets_retention()
    {
        await using var server = await ScriptedServer.StartAsync(sent =>
            sent.PathAndQuery.StartsWith("/health", StringComparison.Ordinal) ? new Said(200, """{"status":"pass","version":"v2.7.1"}""")
            : sent.PathAndQuery.StartsWith("/api/v2/buckets", StringComparison.Ordinal)
                ? new Said(200, """{"buckets":[{"name":"t s","retentionRules":[{"type":"expire","everySeconds":86400}]}]}""")
            : sent.Method == "POST" ? new Said(204)
            : new Said(404)
        );

        var report = await Target(server, InfluxApi.V2).ProbeAsync(TimeProvider.System.GetUtcNow().AddDays(-10), default);

        Assert.Equal(
            [ProbeFinding.Good, ProbeFinding.Good, ProbeFinding.Warning, ProbeFinding.NotAsked],
            report.Lines.Select(line => line.Finding)
        );
        Assert.Contains("v2.7.1", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_that_swallows_points_is_found_by_the_point_that_does_not_read_back()
    {
        await using var server = await ScriptedServer.StartAsync(sent =>
            sent.Method == "POST" ? new Said(204)
            : sent.PathAndQuery.StartsWith("/query", StringComparison.Ordinal) ? new Said(200, """{"results":[{"statement_id":0}]}""")
            : new Said(200)
        );

        var report = await Target(server, InfluxApi.V3).ProbeAsync(DateTimeOffset.UnixEpoch, default);

        Assert.Equal(ProbeFinding.Fault, report.Worst);
    }

    [Fact]
    public async Task A_secret_that_cannot_be_read_stops_the_writer_and_is_never_said()
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(204));
        var settings = new InfluxSettings
        {
            Url = server.Url,
            Database = "x",
            SecretFrom = _folder.At("gone"),
        };
        using var target = new InfluxV1(settings, TimeProvider.System);

        var answer = await target.WriteAsync(Sample.Body(1), 1, default);

        Assert.Equal(WriteVerdict.ConfigurationFault, answer.Verdict);
        Assert.Contains("secretFrom", answer.Words, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Victoria_metrics_takes_the_v2_path_and_keeps_every_number()
    {
        await using var server = await VictoriaMetrics.StartAsync(_folder);
        var settings = new InfluxSettings
        {
            Url = server.Url,
            Api = InfluxApi.V2,
            Database = "b",
            Organisation = "o",
        };
        using var target = new InfluxV2(settings, TimeProvider.System);
        Assert.True((await target.ProbeAsync(DateTimeOffset.UnixEpoch, default)).Worst < ProbeFinding.Fault);
        var lines = string.Concat(Enumerable.Range(0, 100).Select(i => Sample.Line(Sample.Source(), Sample.Event((ulong)i))));

        var answer = await target.WriteAsync(Encoding.UTF8.GetBytes(lines), 100, default);

        Assert.Equal(WriteVerdict.Accepted, answer.Verdict);
        using var http = new HttpClient();
        await Ground.UntilAsync(
            async () =>
            {
                var export = await http.GetStringAsync(
                    $"{settings.Url}/api/v1/export?match[]=ced_event_sequence&start=1795305000&end=1795406000"
                );
                return export
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Sum(line => JsonDocument.Parse(line).RootElement.GetProperty("values").GetArrayLength()) == 100;
            },
            "the hundred sequences to be readable"
        );
    }

    private ILineTarget Target(ScriptedServer server, InfluxApi api, bool gzip = true)
    {
        var secret = _folder.At("secret");
        File.WriteAllText(secret, "s3cret\n");
        return InfluxTargets.Open(
            new InfluxSettings
            {
                Url = server.Url,
                Api = api,
                Database = "t s",
                RetentionPolicy = api == InfluxApi.V1 ? "long" : "",
                Organisation = api == InfluxApi.V2 ? "o&g" : "",
                User = api == InfluxApi.V1 ? "boss" : "",
                SecretFrom = secret,
                Gzip = gzip,
            },
            TimeProvider.System
        );
    }
}
