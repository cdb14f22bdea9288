using System.Buffers;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>An HTTP answer that was read to its end, or the reason why there is none (status 0).</summary>
internal readonly record struct HttpSaid(int Status, string Body, string Version, TimeSpan? RetryAfter)
{
    public bool Answered => Status != 0;
    public bool Good => Status is >= 200 and < 300;
}

/// <summary>
/// HTTP to one server: keep-alive, a time limit, a limit on what is read back, no redirects (a redirected POST becomes a GET) and no
/// proxy from the environment (evidence goes where the configuration says, nowhere else).
/// </summary>
internal sealed class InfluxHttp : IDisposable
{
    /// <summary>An error answer quotes our lines; what is longer is cut.</summary>
    public const int AnswerBytesMax = 65_536;

    /// <summary>A query's answer that is longer is refused: counts are asked for in days.</summary>
    private const int QueryBytesMax = 64 * 1_048_576;

    private readonly HttpClient _client;
    private readonly InfluxSettings _settings;
    private readonly TimeProvider _time;
    private readonly Func<string, AuthenticationHeaderValue> _authorise;

    public InfluxHttp(InfluxSettings settings, TimeProvider time, Func<string, AuthenticationHeaderValue> authorise)
    {
        _settings = settings;
        _time = time;
        _authorise = authorise;
        Base = new Uri(settings.Url.TrimEnd('/') + "/");
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxConnectionsPerServer = settings.RequestsInFlight + 1,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = TimeSpan.FromSeconds(Math.Min(10, settings.AnswerWithinSeconds)),
        };
        if (settings.CaFile.Length > 0)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(settings.CaFile);
        }
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Base { get; }

    /// <summary>Posts lines and judges the answer.</summary>
    public async Task<WriteAnswer> PostLinesAsync(string path, ReadOnlyMemory<byte> body, int lines, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Base, path));
        using var compressed = _settings.Gzip ? Compress(body) : null;
        request.Content = compressed is null
            ? new ReadOnlyMemoryContent(body)
            : new ReadOnlyMemoryContent(compressed.GetBuffer().AsMemory(0, (int)compressed.Length));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "utf-8");
        if (compressed is not null)
        {
            request.Content.Headers.ContentEncoding.Add("gzip");
        }
        var said = await SendAsync(request, AnswerBytesMax, cancel);
        if (!said.Answered)
        {
            return new WriteAnswer(said.Version == NoSecret ? WriteVerdict.ConfigurationFault : WriteVerdict.Unknown, said.Body, null);
        }
        return WriteAnswer.Judge(said.Status, ErrorWords(said.Body), said.RetryAfter, lines);
    }

    public async Task<HttpSaid> GetAsync(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Base, path));
        return await SendAsync(request, QueryBytesMax, cancel);
    }

    /// <summary>The series of an InfluxQL query, asked at the path that v1 has and v2 and v3 keep for old clients.</summary>
    public async Task<QueryAnswer> QueryAsync(string database, string influxQl, CancellationToken cancel)
    {
        var said = await GetAsync($"query?epoch=ns&db={Uri.EscapeDataString(database)}&q={Uri.EscapeDataString(influxQl)}", cancel);
        if (!said.Good)
        {
            return new QueryAnswer([], ErrorWords(said.Body), said.Answered && said.Status != 404);
        }
        try
        {
            using var document = JsonDocument.Parse(said.Body);
            if (!document.RootElement.TryGetProperty("results", out var results) || results.GetArrayLength() == 0)
            {
                return new QueryAnswer([], "The answer is not one of InfluxQL.", false);
            }
            var fault = results[0].TryGetProperty("error", out var error) ? error.GetString() ?? "" : "";
            List<JsonElement> series = results[0].TryGetProperty("series", out var found)
                ? [.. found.EnumerateArray().Select(one => one.Clone())]
                : [];
            return new QueryAnswer(series, fault, true);
        }
        catch (JsonException notJson)
        {
            return new QueryAnswer([], $"The answer is not JSON: {notJson.Message}", false);
        }
    }

    /// <summary>An InfluxQL statement that changes something, which 1.x takes by POST alone; the server's words when it refuses, else empty.</summary>
    public async Task<string> ExecuteAsync(string database, string influxQl, CancellationToken cancel)
    {
        var path = $"query?db={Uri.EscapeDataString(database)}&q={Uri.EscapeDataString(influxQl)}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Base, path));
        var said = await SendAsync(request, AnswerBytesMax, cancel);
        return said.Good && !said.Body.Contains("\"error\"", StringComparison.Ordinal) ? ""
            : said.Body.Length > 0 ? ErrorWords(said.Body)
            : $"The server answered {said.Status}.";
    }

    /// <summary>
    /// Points by tag and time, at the path that InfluxDB 2 has. What only writes as it does (VictoriaMetrics) answers that path with something other
    /// than InfluxDB's JSON: then there is no way to delete.
    /// </summary>
    public async Task<(bool CanDelete, string Fault)> DeleteAsync(string path, DeleteRequest what, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Base, path));
        request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(what, DeleteJson.Default.DeleteRequest));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var said = await SendAsync(request, AnswerBytesMax, cancel);
        if (said.Status is 400 or 404 or 405 or 501 && !said.Body.TrimStart().StartsWith('{'))
        {
            return (false, "");
        }
        return (
            true,
            said.Good ? ""
            : said.Body.Length > 0 ? ErrorWords(said.Body)
            : $"The server answered {said.Status}."
        );
    }

    public void Dispose() => _client.Dispose();

    private const string NoSecret = "no secret";

    private async Task<HttpSaid> SendAsync(HttpRequestMessage request, int bytesMax, CancellationToken cancel)
    {
        if (_settings.SecretFrom.Length > 0)
        {
            if (SecretSource.Read(_settings.SecretFrom, out var fault) is not { } secret)
            {
                return new HttpSaid(0, fault, NoSecret, null);
            }
            request.Headers.Authorization = _authorise(secret);
        }
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(_settings.AnswerWithinSeconds), _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var body = await ReadAsync(response.Content, bytesMax, both.Token);
            var version = response.Headers.TryGetValues("X-Influxdb-Version", out var values) ? string.Join(",", values) : "";
            return new HttpSaid((int)response.StatusCode, body, version, Wait(response.Headers.RetryAfter));
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new HttpSaid(
                0,
                limit.IsCancellationRequested ? $"No answer within {_settings.AnswerWithinSeconds} s." : Cause(broken),
                "",
                null
            );
        }
    }

    private static string Cause(Exception broken) =>
        broken.InnerException is { } inner && inner.Message != broken.Message ? $"{broken.Message} {inner.Message}" : broken.Message;

    private TimeSpan? Wait(RetryConditionHeaderValue? retryAfter) =>
        retryAfter?.Delta ?? (retryAfter?.Date is { } date ? date - _time.GetUtcNow() : null);

    private static async Task<string> ReadAsync(HttpContent content, int bytesMax, CancellationToken cancel)
    {
        using var stream = await content.ReadAsStreamAsync(cancel);
        using var kept = new MemoryStream();
        var buffer = ArrayPool<byte>.Shared.Rent(16_384);
        try
        {
            int read;
            while (kept.Length < bytesMax && (read = await stream.ReadAsync(buffer, cancel)) > 0)
            {
                kept.Write(buffer, 0, (int)Math.Min(read, bytesMax - kept.Length));
            }
            return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static MemoryStream Compress(ReadOnlyMemory<byte> body)
    {
        var packed = new MemoryStream((body.Length / 8) + 256);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body.Span);
        }
        return packed;
    }

    /// <summary>v1 says {"error":...}, v2 {"code":...,"message":...}, v3 {"error":...,"data":[...]}; a proxy in between says anything.</summary>
    private static string ErrorWords(string body)
    {
        var text = body.Trim();
        if (text.StartsWith('{'))
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                foreach (var name in (ReadOnlySpan<string>)["message", "error"])
                {
                    if (document.RootElement.TryGetProperty(name, out var words) && words.ValueKind == JsonValueKind.String)
                    {
                        var details = document.RootElement.TryGetProperty("data", out var data) ? " " + data.GetRawText() : "";
                        return words.GetString() + details;
                    }
                }
            }
            catch (JsonException)
            {
                // Cut at the limit, or not JSON after all: the words as they came are the next best.
                return text;
            }
        }
        return text;
    }

    private static X509ChainPolicy TrustOnly(string caFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return policy;
    }
}
