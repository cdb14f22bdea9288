using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>What a client sent, with its body unpacked.</summary>
internal sealed record Sent(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string[] Lines => Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>What the server says back; status 0 drops the connection without an answer.</summary>
internal sealed record Said(int Status, string Body = "", string RetryAfter = "");

/// <summary>A real HTTP server with a script, for answers that no server installed here can give.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Sent> Requests { get; } = new();

    public string Url => _app.Urls.First();

    public static async Task<ScriptedServer> StartAsync(Func<Sent, Said> script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(async context =>
        {
            var sent = await ReadAsync(context.Request);
            server.Requests.Enqueue(sent);
            var said = script(sent);
            if (said.Status == 0)
            {
                context.Abort();
                return;
            }
            context.Response.StatusCode = said.Status;
            if (said.RetryAfter.Length > 0)
            {
                context.Response.Headers.RetryAfter = said.RetryAfter;
            }
            if (said.Body.Length > 0)
            {
                await context.Response.WriteAsync(said.Body);
            }
        });
        await app.StartAsync();
        return server;
    }

    private static async Task<Sent> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await using (
            var packed = request.Headers.ContentEncoding == "gzip" ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body
        )
        {
            await packed.CopyToAsync(body);
        }
        var headers = request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new Sent(request.Method, $"{request.Path}{request.QueryString}", headers, Encoding.UTF8.GetString(body.ToArray()));
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
