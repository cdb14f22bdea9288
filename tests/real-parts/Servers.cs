using System.Text.Json;

namespace TaserTelemetry.Tests;

/// <summary>A real mosquitto on a free loopback port, in a folder of its own.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private readonly string configuration;
    private RealProcess broker;

    private Mosquitto(string configuration, int port, RealProcess broker)
    {
        this.configuration = configuration;
        this.broker = broker;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What it has said so far, a line for each packet.</summary>
    public string Log => broker.Errors + broker.Output;

    public static async Task<Mosquitto> StartAsync(Ground ground, params string[] settings)
    {
        var port = Ground.FreePort();
        var configuration = ground.At($"mosquitto-{port}.conf");
        string[] fixedSettings = [$"listener {port} 127.0.0.1", "user " + Environment.UserName];
        await File.WriteAllLinesAsync(
            configuration,
            [.. fixedSettings, .. settings.Length > 0 ? settings : ["allow_anonymous true", "max_queued_messages 0"]]
        );
        return new Mosquitto(configuration, port, await LaunchAsync(configuration, ground.Folder));
    }

    /// <summary>A clean stop, and a new broker on the same port with the same settings.</summary>
    public async Task StopAndStartAsync(Ground ground)
    {
        await broker.SignalAsync("TERM");
        await broker.WaitForExitAsync();
        await broker.DisposeAsync();
        broker = await LaunchAsync(configuration, ground.Folder);
    }

    /// <summary>kill -9, and a new broker on the same port with the same settings.</summary>
    public async Task RestartAsync(Ground ground)
    {
        await broker.KillAsync();
        await broker.DisposeAsync();
        broker = await LaunchAsync(configuration, ground.Folder);
    }

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    private static async Task<RealProcess> LaunchAsync(string configuration, string folder)
    {
        var broker = RealProcess.Start("mosquitto", folder, "-c", configuration, "-v");
        await broker.WaitForAsync("running");
        return broker;
    }
}

/// <summary>A real influxd 1.6.7 on free loopback ports, in a folder of its own.</summary>
internal sealed class Influx : IAsyncDisposable
{
    private readonly HttpClient http;
    private readonly string configuration;
    private readonly string folder;
    private RealProcess server;

    private Influx(string configuration, string folder, int port, RealProcess server)
    {
        this.configuration = configuration;
        this.folder = folder;
        this.server = server;
        Port = port;
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>Name and password for every query, as <c>name:password</c>; empty = none.</summary>
    public string Credentials { get; set; } = string.Empty;

    public static Task<Influx> StartAsync(Ground ground) => StartAsync(ground.At($"influx-{Guid.NewGuid():N}"));

    /// <summary>With settings of the [http] and [data] sections, for example <c>auth-enabled = true</c>.</summary>
    public static async Task<Influx> StartAsync(string folder, string http = "", string data = "")
    {
        var (configuration, port) = await ConfigureAsync(folder, http, data);
        var server = new Influx(configuration, folder, port, RealProcess.Start("influxd", folder, "-config", configuration));
        await server.ReadyAsync();
        return server;
    }

    /// <summary>On a disk of its own of so many MiB: a tmpfs in a mount namespace, which needs no right but that of user namespaces.</summary>
    public static async Task<Influx> StartOnSmallDiskAsync(string folder, int mebibytes)
    {
        var (configuration, port) = await ConfigureAsync(folder, "", "");
        var outside = folder + ".conf";
        File.Copy(configuration, outside);
        var start = $"mount -t tmpfs -o size={mebibytes}m tmpfs '{folder}' && exec influxd -config '{outside}'";
        var process = RealProcess.Start("unshare", Path.GetTempPath(), "--user", "--map-root-user", "--mount", "sh", "-c", start);
        var server = new Influx(outside, folder, port, process);
        await server.ReadyAsync();
        return server;
    }

    /// <summary>Leaves no byte free on the small disk.</summary>
    public void FillDisk()
    {
        using var ballast = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        var block = new byte[4_096];
        try
        {
            while (ballast.Length < 1L << 30)
            {
                ballast.Write(block);
            }
        }
        catch (IOException full) when (full.Message.Contains("space", StringComparison.OrdinalIgnoreCase))
        {
            ballast.SetLength(ballast.Length);
        }
    }

    public void FreeDisk() => File.Delete(Ballast);

    /// <summary>The disk is mounted for the server alone; the way to it leads through the server.</summary>
    private string Ballast => $"/proc/{server.Id}/root{folder}/ballast";

    private static async Task<(string Configuration, int Port)> ConfigureAsync(string folder, string http, string data)
    {
        var (port, backup) = (Ground.FreePort(), Ground.FreePort());
        Directory.CreateDirectory(folder);
        var configuration = Path.Combine(folder, "influx.conf");
        await File.WriteAllTextAsync(
            configuration,
            $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{backup}"
            [meta]
              dir = "{folder}/meta"
            [data]
              dir = "{folder}/data"
              wal-dir = "{folder}/wal"
              {data}
            [http]
              bind-address = "127.0.0.1:{port}"
              log-enabled = false
              {http}
            [monitor]
              store-enabled = false
            """
        );
        return (configuration, port);
    }

    public async Task KillAsync() => await server.KillAsync();

    public async Task StartAgainAsync()
    {
        await server.DisposeAsync();
        server = RealProcess.Start("influxd", folder, "-config", configuration);
        await ReadyAsync();
    }

    /// <summary>Runs one InfluxQL statement and answers with the JSON of its first result.</summary>
    public async Task<JsonElement> QueryAsync(string statement, string? database = null)
    {
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["q"] = statement,
                ["db"] = database ?? string.Empty,
                ["epoch"] = "ns",
            }
        );
        using var question = new HttpRequestMessage(HttpMethod.Post, "/query") { Content = form };
        if (Credentials.Length > 0)
        {
            question.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Credentials)));
        }
        using var answer = await http.SendAsync(question);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("results")[0].Clone();
    }

    /// <summary>The one number that a count query answers with; 0 when it has no series.</summary>
    public async Task<long> CountAsync(string statement, string database)
    {
        var result = await QueryAsync(statement, database);
        return result.TryGetProperty("series", out var series) ? series[0].GetProperty("values")[0][1].GetInt64() : 0;
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    private Task ReadyAsync() =>
        Ground.UntilAsync(
            async () =>
            {
                try
                {
                    using var answer = await http.GetAsync("/ping");
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "influxd to answer /ping"
        );
}

/// <summary>A real victoria-metrics on a free loopback port, in a folder of its own.</summary>
internal sealed class VictoriaMetrics : IAsyncDisposable
{
    private readonly RealProcess server;

    private VictoriaMetrics(int port, RealProcess server) => (Url, this.server) = ($"http://127.0.0.1:{port}", server);

    public string Url { get; }

    public static async Task<VictoriaMetrics> StartAsync(Ground ground)
    {
        var port = Ground.FreePort();
        var server = RealProcess.Start(
            "victoria-metrics",
            ground.Folder,
            $"-storageDataPath={ground.At("vm")}",
            $"-httpListenAddr=127.0.0.1:{port}",
            "-retentionPeriod=100y"
        );
        await server.WaitForAsync("pprof handlers are exposed");
        return new VictoriaMetrics(port, server);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
