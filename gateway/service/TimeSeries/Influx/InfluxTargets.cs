using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Serialization;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>Makes the target that the settings name.</summary>
internal static class InfluxTargets
{
    public static ILineTarget Open(InfluxSettings settings, TimeProvider time) =>
        settings.Api switch
        {
            InfluxApi.V1 => new InfluxV1(settings, time),
            InfluxApi.V2 => new InfluxV2(settings, time),
            _ => new InfluxV3(settings, time),
        };

    public static string Escaped(string value) => Uri.EscapeDataString(value);
}

/// <summary>InfluxDB 1.x. The unit is written out as <c>n</c>: 1.6.7 takes an unknown unit for nanoseconds without a word (tried).</summary>
internal sealed class InfluxV1(InfluxSettings settings, TimeProvider time) : ILineTarget, IDisposable
{
    private readonly InfluxHttp _http = new(
        settings,
        time,
        secret => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.User}:{secret}")))
    );

    private readonly string _path =
        $"write?db={InfluxTargets.Escaped(settings.Database)}&precision=n"
        + (settings.RetentionPolicy.Length > 0 ? $"&rp={InfluxTargets.Escaped(settings.RetentionPolicy)}" : "");

    public string Name => $"influx v1 {_http.Base}{settings.Database}";

    public Task<WriteAnswer> WriteAsync(ReadOnlyMemory<byte> body, int lines, CancellationToken cancel) =>
        _http.PostLinesAsync(_path, body, lines, cancel);

    public Task<QueryAnswer> QueryAsync(string influxQl, CancellationToken cancel) => _http.QueryAsync(settings.Database, influxQl, cancel);

    public async Task<(bool CanDelete, string Fault)> DeleteAsync(string device, long fromNs, long toNs, CancellationToken cancel)
    {
        // one device, one span of time, every measurement, every retention policy of the database
        var where = FormattableString.Invariant(
            $"device = '{Counting.CountedInflux.Quoted(device)}' AND time >= {fromNs} AND time <= {toNs}"
        );
        return (true, await _http.ExecuteAsync(settings.Database, $"DELETE WHERE {where}", cancel));
    }

    public Task<ProbeReport> ProbeAsync(DateTimeOffset oldestPoint, CancellationToken cancel) =>
        new TargetProbe(this, _http, time, cancel).V1Async(settings, oldestPoint);

    public void Dispose() => _http.Dispose();
}

/// <summary>What InfluxDB 2 takes at /api/v2/delete.</summary>
internal sealed record DeleteRequest(string Start, string Stop, string Predicate);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeleteRequest))]
internal sealed partial class DeleteJson : JsonSerializerContext;

/// <summary>InfluxDB 2.x, and what speaks its write API.</summary>
internal sealed class InfluxV2(InfluxSettings settings, TimeProvider time) : ILineTarget, IDisposable
{
    private readonly InfluxHttp _http = new(settings, time, secret => new AuthenticationHeaderValue("Token", secret));

    private readonly string _path =
        $"api/v2/write?org={InfluxTargets.Escaped(settings.Organisation)}&bucket={InfluxTargets.Escaped(settings.Database)}&precision=ns";

    public string Name => $"influx v2 {_http.Base}{settings.Database}";

    public Task<WriteAnswer> WriteAsync(ReadOnlyMemory<byte> body, int lines, CancellationToken cancel) =>
        _http.PostLinesAsync(_path, body, lines, cancel);

    public Task<QueryAnswer> QueryAsync(string influxQl, CancellationToken cancel) => _http.QueryAsync(settings.Database, influxQl, cancel);

    public Task<(bool CanDelete, string Fault)> DeleteAsync(string device, long fromNs, long toNs, CancellationToken cancel)
    {
        var name = device.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        var path = $"api/v2/delete?org={InfluxTargets.Escaped(settings.Organisation)}&bucket={InfluxTargets.Escaped(settings.Database)}";
        // where a server's end is not included, the last point must be so all the same
        return _http.DeleteAsync(path, new DeleteRequest(TimeText(fromNs), TimeText(toNs + 1), $"device=\"{name}\""), cancel);
    }

    /// <summary>RFC 3339 with nine places: a point's nanoseconds are its own.</summary>
    private static string TimeText(long ns)
    {
        var text = DateTime.UnixEpoch.AddTicks(ns / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{text}{ns % 100:D2}Z");
    }

    public Task<ProbeReport> ProbeAsync(DateTimeOffset oldestPoint, CancellationToken cancel) =>
        new TargetProbe(this, _http, time, cancel).V2Async(settings, oldestPoint);

    public void Dispose() => _http.Dispose();
}

/// <summary>InfluxDB 3. The unit is always named: <c>auto</c> guesses it from the size of the number.</summary>
internal sealed class InfluxV3(InfluxSettings settings, TimeProvider time) : ILineTarget, IDisposable
{
    private readonly InfluxHttp _http = new(settings, time, secret => new AuthenticationHeaderValue("Bearer", secret));

    // no_sync=false: the answer comes after the server's own log is written; accept_partial=true: good lines need not wait for a bad one.
    private readonly string _path =
        $"api/v3/write_lp?db={InfluxTargets.Escaped(settings.Database)}&precision=nanosecond&accept_partial=true&no_sync=false";

    public string Name => $"influx v3 {_http.Base}{settings.Database}";

    public Task<WriteAnswer> WriteAsync(ReadOnlyMemory<byte> body, int lines, CancellationToken cancel) =>
        _http.PostLinesAsync(_path, body, lines, cancel);

    public Task<QueryAnswer> QueryAsync(string influxQl, CancellationToken cancel) => _http.QueryAsync(settings.Database, influxQl, cancel);

    public Task<ProbeReport> ProbeAsync(DateTimeOffset oldestPoint, CancellationToken cancel) =>
        new TargetProbe(this, _http, time, cancel).V3Async(oldestPoint);

    public void Dispose() => _http.Dispose();
}
