using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>What a disposal asks of a server that holds points, and what each kind can do.</summary>
public sealed class InfluxDeleteTests : IDisposable
{
    private const long FromNs = 1_795_305_600_000_000_001;
    private const long ToNs = 1_795_305_660_000_000_099;
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task Version_2_is_asked_for_one_device_and_its_span_of_time_to_the_nanosecond()
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(204));

        var (canDelete, fault) = await Target(server.Url, InfluxApi.V2).DeleteAsync("X\"\\1", FromNs, ToNs, default);

        var sent = Assert.Single(server.Requests);
        Assert.Equal((true, ""), (canDelete, fault));
        Assert.Equal(("POST", "/api/v2/delete?org=o%26g&bucket=t%20s"), (sent.Method, sent.PathAndQuery));
        using var asked = System.Text.Json.JsonDocument.Parse(sent.Body);
        string Of(string name) => asked.RootElement.GetProperty(name).GetString()!;
        Assert.Equal(("2026-11-22T00:00:00.000000001Z", "2026-11-22T00:01:00.000000100Z"), (Of("start"), Of("stop")));
        Assert.Equal("""device="X\"\\1" """.TrimEnd(), Of("predicate"));
    }

    [Theory]
    [InlineData(401, """{"code":"unauthorized","message":"unauthorized access"}""", true, "unauthorized access")]
    [InlineData(404, """{"code":"not found","message":"bucket not found"}""", true, "bucket not found")]
    [InlineData(503, "", true, "The server answered 503.")]
    [InlineData(404, "404 page not found", false, "")]
    [InlineData(400, "unsupported path requested", false, "")]
    public async Task A_server_that_refuses_is_told_from_one_that_has_no_way(int status, string body, bool canDelete, string fault)
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(status, body));
        Assert.Equal((canDelete, fault), await Target(server.Url, InfluxApi.V2).DeleteAsync("X1", FromNs, ToNs, default));
    }

    [Fact]
    public async Task Victoria_metrics_has_no_way_and_its_points_stay()
    {
        await using var server = await VictoriaMetrics.StartAsync(ground);
        Assert.Equal((false, ""), await Target(server.Url, InfluxApi.V2).DeleteAsync("X1", FromNs, ToNs, default));
    }

    [Fact]
    public async Task Version_3_is_not_asked_since_it_has_no_way()
    {
        await using var server = await ScriptedServer.StartAsync(_ => new Said(204));
        Assert.Equal((false, ""), await Target(server.Url, InfluxApi.V3).DeleteAsync("X1", FromNs, ToNs, default));
        Assert.Empty(server.Requests);
    }

    private static ILineTarget Target(string url, InfluxApi api) =>
        InfluxTargets.Open(
            new InfluxSettings
            {
                Url = url,
                Api = api,
                Database = "t s",
                Organisation = api == InfluxApi.V2 ? "o&g" : "",
            },
            TimeProvider.System
        );
}
