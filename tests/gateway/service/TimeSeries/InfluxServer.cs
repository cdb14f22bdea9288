using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>A real influxd 1.6.7 in a folder of its own on free loopback ports: started, killed and started again as a test needs.</summary>
internal sealed class InfluxServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _extra;
    private readonly int _httpPort = FreePort();
    private readonly HttpClient _client = new();
    private Process? _process;

    private InfluxServer(string folder, string extra)
    {
        _folder = folder;
        _extra = extra;
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_httpPort}");

    /// <param name="folder">Where it keeps everything.</param>
    /// <param name="httpLines">Lines added to [http], for example <c>auth-enabled = true</c>.</param>
    public static async Task<InfluxServer> StartAsync(string folder, string httpLines = "")
    {
        Directory.CreateDirectory(folder);
        var server = new InfluxServer(folder, httpLines);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        var config = Path.Combine(_folder, "influx.conf");
        await File.WriteAllTextAsync(
            config,
            $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{FreePort()}"
            [meta]
            dir = "{_folder}/meta"
            [data]
            dir = "{_folder}/data"
            wal-dir = "{_folder}/wal"
            query-log-enabled = false
            [monitor]
            store-enabled = false
            [http]
            bind-address = "127.0.0.1:{_httpPort}"
            log-enabled = false
            {_extra}
            [continuous_queries]
            enabled = false
            """
        );
        var start = new ProcessStartInfo("influxd") { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-config");
        start.ArgumentList.Add(config);
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new StringBuilder();
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"influxd ended: {said}"));
        process.OutputDataReceived += Take;
        process.ErrorDataReceived += Take;
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _process = process;
        await listening.Task.WaitAsync(TimeSpan.FromSeconds(60));

        void Take(object sender, DataReceivedEventArgs line)
        {
            lock (said)
            {
                said.AppendLine(line.Data);
            }
            if (line.Data?.Contains("Listening for signals", StringComparison.Ordinal) == true)
            {
                listening.TrySetResult();
            }
        }
    }

    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Runs a statement and returns the first result's series.</summary>
    public async Task<IReadOnlyList<JsonElement>> QueryAsync(string influxQl, string database = "", string credentials = "")
    {
        using var content = new FormUrlEncodedContent([KeyValuePair.Create("q", influxQl)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/query?epoch=ns&db={database}") { Content = content };
        if (credentials.Length > 0)
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }
        using var response = await _client.SendAsync(request);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var result = document.RootElement.GetProperty("results")[0];
        Assert.False(result.TryGetProperty("error", out var error), error.ToString());
        return result.TryGetProperty("series", out var series) ? [.. series.EnumerateArray().Select(s => s.Clone())] : [];
    }

    /// <summary>The one number a statement answers; 0 when it answers nothing.</summary>
    public async Task<long> NumberAsync(string influxQl, string database)
    {
        var series = await QueryAsync(influxQl, database);
        return series.Count == 0 ? 0 : series[0].GetProperty("values")[0][1].GetInt64();
    }

    public async Task WriteAsync(string database, string lines)
    {
        using var content = new StringContent(lines);
        using var response = await _client.PostAsync($"{Url}/write?db={database}&precision=n", content);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _client.Dispose();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
