using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>What becomes of lines when a server answers as real ones do, against a scripted HTTP server.</summary>
public sealed class DeliveryTests : IDisposable
{
    // The clock that a test drives also limits how long an answer may take, so the steps are small against that limit.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private readonly Ground _folder = new();
    private readonly StoreState _state = new("influx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_body_that_is_too_large_is_halved_until_it_fits()
    {
        await using var server = await ScriptedServer.StartAsync(sent => new Said(sent.Lines.Length > 3 ? 413 : 204));

        await DeliverAsync(server, Sample.Body(11));

        Assert.Equal(11, Stored(server, sent => sent.Lines.Length <= 3));
        Assert.Equal(11, _state.PointsAccepted);
        Assert.Empty(Refused());
    }

    [Fact]
    public async Task One_line_that_is_still_too_large_is_kept_aside_with_the_servers_words()
    {
        await using var server = await ScriptedServer.StartAsync(sent => new Said(413, "too big"));

        await DeliverAsync(server, Sample.Body(1));

        Assert.Equal("too big", Assert.Single(Refused()).Words);
    }

    [Theory]
    [InlineData(400, "{\"error\":\"partial write: unable to parse 'm v=7': invalid boolean dropped=0\"}")]
    [InlineData(422, "{\"code\":\"unprocessable entity\",\"message\":\"failure writing points to database\"}")]
    public async Task A_bad_line_is_found_by_halving_and_every_other_line_is_stored(int status, string body)
    {
        await using var server = await ScriptedServer.StartAsync(sent =>
            sent.Body.Contains("v=7i") ? new Said(status, body) : new Said(204)
        );

        await DeliverAsync(server, Sample.Body(100));

        Assert.Equal(99, Stored(server, sent => !sent.Body.Contains("v=7i")));
        var refused = Assert.Single(Refused());
        Assert.Contains("v=7i", refused.Line, StringComparison.Ordinal);
        Assert.Contains(status == 400 ? "invalid boolean" : "failure writing", refused.Words, StringComparison.Ordinal);
        Assert.Equal((99, 1), (_state.PointsAccepted, _state.PointsRefused));
    }

    [Fact]
    public async Task Lines_that_all_lie_before_the_retention_are_kept_aside_in_one_step()
    {
        await using var server = await ScriptedServer.StartAsync(sent => new Said(
            400,
            "{\"error\":\"partial write: points beyond retention policy dropped=50\"}"
        ));

        await DeliverAsync(server, Sample.Body(50));

        Assert.Single(server.Requests);
        Assert.Equal(50, Refused().Count);
    }

    [Fact]
    public async Task A_servers_count_of_dropped_points_is_not_believed_when_it_is_less_than_all()
    {
        await using var server = await ScriptedServer.StartAsync(sent =>
            sent.Lines.Any(line => line.EndsWith('0'))
                ? new Said(400, "{\"error\":\"partial write: points beyond retention policy dropped=1\"}")
                : new Said(204)
        );

        await DeliverAsync(server, Sample.Body(20));

        Assert.Equal(2, Refused().Count);
        Assert.Equal(18, _state.PointsAccepted);
    }

    [Theory]
    [InlineData(401, "authorization failed")]
    [InlineData(403, "forbidden")]
    [InlineData(404, "database not found: \"x\"")]
    [InlineData(301, "moved")]
    [InlineData(500, "retention policy not found: zzz")]
    [InlineData(400, "partial write: max-series-per-database limit exceeded: (5) dropped=3")]
    public async Task A_fault_of_configuration_stops_says_so_and_keeps_the_lines_until_it_is_mended(int status, string words)
    {
        var mended = false;
        await using var server = await ScriptedServer.StartAsync(_ => Volatile.Read(ref mended) ? new Said(204) : new Said(status, words));
        var phases = Phases();
        var time = new FakeTimeProvider();

        var delivery = DeliverAsync(server, Sample.Body(5), time);
        await time.AdvanceUntilAsync(() => _state.AttemptsFailed >= 2, Step);
        Assert.Equal((StorePhase.Stopped, words), (_state.Phase, _state.Words));
        Volatile.Write(ref mended, true);
        await time.AdvanceUntilAsync(() => delivery.IsCompleted, Step);
        await delivery;

        Assert.Equal([StorePhase.Stopped, StorePhase.Following], phases);
        Assert.Equal(5, _state.PointsAccepted);
        Assert.Empty(Refused());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(504)]
    [InlineData(0)]
    public async Task An_unknown_outcome_repeats_the_same_bytes_for_as_long_as_it_takes(int status)
    {
        var answers = 0;
        await using var server = await ScriptedServer.StartAsync(_ =>
            Interlocked.Increment(ref answers) <= 40 ? new Said(status, "engine: error syncing wal") : new Said(204)
        );
        var time = new FakeTimeProvider();

        var delivery = DeliverAsync(server, Sample.Body(5), time);
        await time.AdvanceUntilAsync(() => delivery.IsCompleted, Step);
        await delivery;

        // HTTP itself repeats a request whose connection dropped before the answer began, so there may be more.
        Assert.InRange(server.Requests.Count, 41, 82);
        Assert.Single(server.Requests.Select(sent => sent.Body).Distinct());
        Assert.Equal(5, _state.PointsAccepted);
    }

    [Theory]
    [InlineData(429, "7", 7)]
    [InlineData(503, "7", 7)]
    [InlineData(503, "Sun, 22 Nov 2026 00:00:09 GMT", 9)]
    [InlineData(429, "86400", 60)]
    public async Task A_wait_that_the_server_asks_for_is_kept_and_never_longer_than_ours(int status, string retryAfter, int seconds)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        var asked = new List<DateTimeOffset>();
        await using var server = await ScriptedServer.StartAsync(_ =>
        {
            asked.Add(time.GetUtcNow());
            return asked.Count == 1 ? new Said(status, "busy", retryAfter) : new Said(204);
        });

        var delivery = DeliverAsync(server, Sample.Body(5), time);
        await time.AdvanceUntilAsync(() => delivery.IsCompleted, TimeSpan.FromMilliseconds(100));
        await delivery;

        Assert.Equal(2, asked.Count);
        Assert.InRange((asked[1] - asked[0]).TotalSeconds, seconds, seconds + 5);
    }

    [Fact]
    public void Waits_double_up_to_the_longest_and_are_spread_over_the_whole_span()
    {
        var waits = new Waits(TimeSpan.FromSeconds(60), seed: 1);
        for (var attempt = 1; attempt <= 100; attempt++)
        {
            var many = Enumerable.Range(0, 200).Select(_ => waits.AfterFailure(attempt).TotalSeconds).ToList();
            var longest = Math.Min(60, 0.25 * Math.Pow(2, attempt - 1));
            Assert.InRange(many.Max(), longest * 0.9, longest);
            Assert.InRange(many.Min(), 0, longest * 0.1);
        }
    }

    [Fact]
    public async Task When_the_folder_of_refused_lines_is_full_the_writer_stops_and_loses_nothing()
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(400, "no"));
        var time = new FakeTimeProvider();
        using var cancel = new CancellationTokenSource();

        var delivery = DeliverAsync(server, Sample.Body(2), time, refusedBytesMax: 200, cancel.Token);
        await Eventually.TrueAsync(() => _state.Phase == StorePhase.Stopped && _state.Words.Contains("is full", StringComparison.Ordinal));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => delivery);
        Assert.InRange(new FileInfo(_folder.At("influx.jsonl")).Length, 0, 200);
        Assert.Equal(0, _state.PointsAccepted);
    }

    private List<StorePhase> Phases()
    {
        var phases = new List<StorePhase>();
        _state.Changed += (phase, _) => phases.Add(phase);
        return phases;
    }

    private async Task DeliverAsync(
        ScriptedServer server,
        byte[] body,
        TimeProvider? time = null,
        long refusedBytesMax = 1_048_576,
        CancellationToken cancel = default
    )
    {
        var settings = new InfluxSettings
        {
            Url = server.Url,
            Database = "x",
            AnswerWithinSeconds = 600,
        };
        using var target = new InfluxV1(settings, time ?? TimeProvider.System);
        using var refused = new RefusedLines(_folder.Folder, "influx", refusedBytesMax, time ?? TimeProvider.System);
        var delivery = new Delivery(target, refused, _state, new Waits(TimeSpan.FromSeconds(60), 1), time ?? TimeProvider.System);
        await delivery.DeliverAsync(body, Encoding.UTF8.GetString(body).Count(c => c == '\n'), cancel);
    }

    private static int Stored(ScriptedServer server, Func<Sent, bool> taken) =>
        server.Requests.Where(taken).SelectMany(sent => sent.Lines).Distinct().Count();

    private List<(string Line, string Words)> Refused() =>
        [
            .. File.ReadAllLines(_folder.At("influx.jsonl"))
                .Select(text => JsonDocument.Parse(text).RootElement)
                .Select(json => (json.GetProperty("line").GetString()!, json.GetProperty("serverSaid").GetString()!)),
        ];
}
