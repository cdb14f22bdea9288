using System.Text;
using System.Text.Json;
using TaserTelemetry.Gateway.Tests.Doors;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>The writer against a real influxd 1.6.7: what its misleading answers are made of.</summary>
public sealed class RealInfluxTests : IAsyncLifetime, IDisposable
{
    private readonly Ground _folder = new();
    private readonly StoreState _state = new("influx");
    private Influx _influx = null!;

    public async Task InitializeAsync()
    {
        _influx = await Influx.StartAsync(_folder);
        await _influx.QueryAsync("CREATE DATABASE taser");
    }

    public async Task DisposeAsync() => await _influx.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_field_of_an_event_is_read_back_with_its_type_and_value()
    {
        await DeliverAsync(Sample.Line(Sample.Source(), Sample.Event(9)));

        var series = (await _influx.QueryAsync("SELECT * FROM ced_event", "taser")).GetProperty("series")[0];
        var columns = series.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToList();
        var row = series.GetProperty("values")[0];
        JsonElement Value(string column) => row[columns.IndexOf(column)];
        Assert.Equal(Sample.Midnight + 9_000_000_009, Value("time").GetInt64());
        Assert.Equal(
            ("X30001234", "trigger", "activation", "two-sided"),
            (Value("device").GetString(), Value("event").GetString(), Value("class").GetString(), Value("clock_quality").GetString())
        );
        Assert.Equal(
            (9, 5_000, -1_500_000_000, 215),
            (
                Value("sequence").GetInt64(),
                Value("duration_ms").GetInt64(),
                Value("clock_offset_ns").GetInt64(),
                Value("temperature_deci_c").GetInt64()
            )
        );
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("a=b")]
    [InlineData("a b")]
    [InlineData("a\\")]
    [InlineData("a\\,b=\\")]
    [InlineData("\"quoted\"")]
    [InlineData("'; DROP DATABASE taser; --")]
    [InlineData("50%")]
    public async Task A_hostile_name_stays_one_tag_and_harms_no_neighbour(string name)
    {
        await DeliverAsync(
            Sample.Line(Sample.Source(name, name) with { Carrier = name }, Sample.Event(1))
                + Sample.Line(Sample.Source("after"), Sample.Event(1))
        );

        var result = await _influx.QueryAsync("SHOW TAG VALUES FROM ced_event WITH KEY = device", "taser");
        var values = result.GetProperty("series")[0].GetProperty("values").EnumerateArray().Select(v => v[1].GetString()!).ToList();
        Assert.Equal(
            new[] { "after", name.Replace("%", "%25", StringComparison.Ordinal).Replace("\\", "%5C", StringComparison.Ordinal) }.Order(
                StringComparer.Ordinal
            ),
            values.Order(StringComparer.Ordinal)
        );
        Assert.Equal(2, await _influx.CountAsync("SELECT count(sequence) FROM ced_event", "taser"));
        var carrier = (await _influx.QueryAsync("SELECT carrier FROM ced_event WHERE carrier <> ''", "taser")).GetProperty("series")[0];
        Assert.Equal(name, carrier.GetProperty("values")[0][1].GetString());
        Assert.Equal(0, _state.PointsRefused);
    }

    [Fact]
    public async Task Of_a_thousand_lines_with_three_bad_ones_every_good_one_is_stored_and_every_bad_one_is_kept_with_the_servers_words()
    {
        var lines = Enumerable.Range(0, 1_000).Select(i => i is 0 or 499 or 999 ? $"m,d=a v=wrong{i} {i}" : $"m,d=a v={i}i {i}");

        await DeliverAsync(string.Join('\n', lines) + "\n");

        Assert.Equal(997, await _influx.CountAsync("SELECT count(v) FROM m", "taser"));
        var refused = Refused();
        Assert.Equal(["m,d=a v=wrong0 0", "m,d=a v=wrong499 499", "m,d=a v=wrong999 999"], refused.Select(r => r.Line).Order());
        Assert.All(refused, r => Assert.Contains("invalid boolean", r.Words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_field_of_another_type_is_refused_by_line_and_the_rest_is_stored()
    {
        await DeliverAsync("m,d=a v=1.5 1\n");

        await DeliverAsync("m,d=a w=1i 2\nm,d=a v=2i 3\nm,d=a w=3i 4\n");

        Assert.Equal(2, await _influx.CountAsync("SELECT count(w) FROM m", "taser"));
        Assert.Contains("field type conflict", Assert.Single(Refused()).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Points_older_than_the_retention_are_kept_aside_and_the_probe_has_said_so_before()
    {
        await _influx.QueryAsync("CREATE RETENTION POLICY short ON taser DURATION 24h REPLICATION 1 SHARD DURATION 1h DEFAULT");
        using var target = Target(new InfluxSettings());
        var now = TimeProvider.System.GetUtcNow();

        var probe = await target.ProbeAsync(now.AddDays(-30), default);
        Assert.Equal(ProbeFinding.Warning, probe.Worst);
        Assert.Contains("DATA/refused", probe.ToString(), StringComparison.Ordinal);
        var recent = now.ToUnixTimeMilliseconds() * 1_000_000;
        await DeliverAsync($"m,d=a v=1i 1000\nm,d=a v=2i {recent}\nm,d=a v=3i 3000\n");

        Assert.Equal(1, await _influx.CountAsync("SELECT count(v) FROM m", "taser"));
        Assert.Equal(2, Refused().Count);
    }

    [Fact]
    public async Task The_probe_of_a_good_target_names_the_version_and_reads_a_point_back()
    {
        using var target = Target(new InfluxSettings());

        var probe = await target.ProbeAsync(DateTimeOffset.UnixEpoch, default);

        Assert.Equal(["server", "database", "retention", "read back"], probe.Lines.Select(line => line.Check));
        Assert.All(probe.Lines, line => Assert.Equal(ProbeFinding.Good, line.Finding));
        Assert.Contains("1.6.7", probe.Lines[0].Words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nowhere", "", "CREATE DATABASE")]
    [InlineData("taser", "zzz", "no retention policy")]
    public async Task A_wrong_database_or_retention_policy_is_found_by_the_probe_and_by_the_write(
        string database,
        string policy,
        string words
    )
    {
        using var target = Target(new InfluxSettings { Database = database, RetentionPolicy = policy });

        var probe = await target.ProbeAsync(DateTimeOffset.UnixEpoch, default);
        var answer = await target.WriteAsync(Sample.Body(1), 1, default);

        Assert.Equal(ProbeFinding.Fault, probe.Worst);
        Assert.Contains(words, probe.ToString(), StringComparison.Ordinal);
        Assert.Equal(WriteVerdict.ConfigurationFault, answer.Verdict);
    }

    [Fact]
    public async Task A_server_that_is_away_is_no_fault_of_configuration()
    {
        await _influx.KillAsync();
        using var target = Target(new InfluxSettings());

        Assert.Equal(ProbeFinding.Away, (await target.ProbeAsync(DateTimeOffset.UnixEpoch, default)).Worst);
        Assert.Equal(WriteVerdict.Unknown, (await target.WriteAsync(Sample.Body(1), 1, default)).Verdict);
    }

    [Fact]
    public async Task Wrong_credentials_stop_the_writer_and_a_mended_secret_is_taken_without_a_restart()
    {
        await using var guarded = await Influx.StartAsync(_folder.At("guarded"), http: "auth-enabled = true");
        await guarded.QueryAsync("CREATE USER boss WITH PASSWORD 'right' WITH ALL PRIVILEGES");
        guarded.Credentials = "boss:right";
        await guarded.QueryAsync("CREATE DATABASE taser");
        var secret = _folder.At("secret");
        await File.WriteAllTextAsync(secret, "wrong\n");
        var settings = new InfluxSettings
        {
            Url = guarded.Url,
            User = "boss",
            SecretFrom = secret,
            WaitSecondsMax = 1,
        };

        var delivery = DeliverAsync("m v=1i 1\n", settings);
        await Eventually.TrueAsync(() => _state.Phase == StorePhase.Stopped, "the writer to stop");
        Assert.Contains("authorization failed", _state.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", _state.Words, StringComparison.Ordinal);
        await File.WriteAllTextAsync(secret, "right\n");
        await delivery;

        Assert.Equal(1, await guarded.CountAsync("SELECT count(v) FROM m", "taser"));
    }

    [Fact]
    public async Task A_limit_on_series_stops_the_writer_instead_of_throwing_points_away()
    {
        await using var small = await Influx.StartAsync(_folder.At("small"), data: "max-series-per-database = 5");
        await small.QueryAsync("CREATE DATABASE taser");
        using var target = Target(new InfluxSettings { Url = small.Url });
        var body = string.Concat(Enumerable.Range(0, 10).Select(i => $"m,d=a{i} v=1i 1\n"));

        var answer = await target.WriteAsync(Encoding.UTF8.GetBytes(body), 10, default);

        Assert.Equal(WriteVerdict.ConfigurationFault, answer.Verdict);
        Assert.Contains("max-series-per-database", answer.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_servers_limit_is_halved_until_it_fits()
    {
        await using var narrow = await Influx.StartAsync(_folder.At("narrow"), http: "max-body-size = 2000");
        await narrow.QueryAsync("CREATE DATABASE taser");

        await DeliverAsync(Encoding.UTF8.GetString(Sample.Body(1_000)), new InfluxSettings { Url = narrow.Url, Gzip = false });

        Assert.Equal(1_000, await narrow.CountAsync("SELECT count(v) FROM m", "taser"));
        Assert.Empty(Refused());
    }

    [Fact]
    public async Task Points_go_over_TLS_to_a_server_of_the_named_authority_and_to_no_other()
    {
        var (theirs, others) = (_folder.At("theirs"), _folder.At("others"));
        Directory.CreateDirectory(theirs);
        Directory.CreateDirectory(others);
        using var authority = new TestCertificates(theirs);
        using var stranger = new TestCertificates(others);
        using var issued = authority.Issue("influx");
        var port = Ground.FreePort();
        var identity = $"cert={Path.Combine(theirs, "influx.pem")},key={Path.Combine(theirs, "influx.key")},verify=0";
        var listen = $"OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,{identity}";
        await using var tls = RealProcess.Start("socat", theirs, "-d", "-d", listen, $"TCP:127.0.0.1:{_influx.Port}");
        await tls.WaitForAsync("listening on");
        using var known = Target(new InfluxSettings { Url = $"https://127.0.0.1:{port}", CaFile = authority.AuthorityFile });
        using var unknown = Target(new InfluxSettings { Url = $"https://127.0.0.1:{port}", CaFile = stranger.AuthorityFile });

        var refused = await unknown.WriteAsync(Sample.Body(1), 1, default);
        Assert.Equal(WriteVerdict.Unknown, refused.Verdict);
        Assert.Contains("certificate", refused.Words, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(0, await _influx.CountAsync("SELECT count(v) FROM m", "taser"));

        Assert.Equal(WriteVerdict.Accepted, (await known.WriteAsync(Sample.Body(1), 1, default)).Verdict);
        Assert.Equal(1, await _influx.CountAsync("SELECT count(v) FROM m", "taser"));
    }

    private InfluxV1 Target(InfluxSettings settings)
    {
        settings.Url = settings.Url.Length > 0 ? settings.Url : _influx.Url;
        settings.Database = settings.Database.Length > 0 ? settings.Database : "taser";
        return new InfluxV1(settings, TimeProvider.System);
    }

    private async Task DeliverAsync(string body, InfluxSettings? settings = null)
    {
        using var target = Target(settings ?? new InfluxSettings());
        using var refused = new RefusedLines(_folder.Folder, "influx", 1_048_576, TimeProvider.System);
        var waits = new Waits(TimeSpan.FromSeconds(settings?.WaitSecondsMax ?? 60), 1);
        var delivery = new Delivery(target, refused, _state, waits, TimeProvider.System);
        await delivery.DeliverAsync(Encoding.UTF8.GetBytes(body), body.Count(c => c == '\n'), default);
    }

    private List<(string Line, string Words)> Refused() =>
        [
            .. File.ReadAllLines(_folder.At("influx.jsonl"))
                .Select(text => JsonDocument.Parse(text).RootElement)
                .Select(json => (json.GetProperty("line").GetString()!, json.GetProperty("serverSaid").GetString()!)),
        ];
}
