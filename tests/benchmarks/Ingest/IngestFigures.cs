using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.Ingest;

/// <summary>
/// What comes through the door, measured from outside: real docks' messages (taser-sim load), a real broker, the gateway as a process,
/// to the durable ack. Every run ends with a count of the journal: all that was acked is there once.
/// </summary>
internal static class IngestFigures
{
    private const int Docks = 200;
    private const int DayDocks = 1_000;

    // Our gateway is a new process each time, and for the first ten seconds under load the compiler takes over a third of what it uses
    // (perf: 37 % of its samples). A gateway runs for months; the baseline lives in this process, and compiles once for all runs.
    private const double WarmSeconds = 12;
    private const double BaselineWarmSeconds = 3;

    private const int SoakSeconds = 240;

    // A busy armoury's day of one dock: 20 devices of 120 records.
    private const int DayMessages = 12;

    /// <summary>1,000 docks at once, a day each, through the embedded broker.</summary>
    public static async Task DayAsync()
    {
        using var ground = new Ground();
        foreach (var duckDb in new[] { true, false })
        {
            for (var run = 0; run < 3; run++)
            {
                await using var gateway = await WatchedGateway.StartAsync(ground, DayDocks, "", duckDb);
                var load = await LoadAsync(gateway.Mqtt, DayDocks, 200, 60, DayMessages);
                var (records, batches) = await gateway.StopAndCountAsync();
                Tell($"1,000 docks, a day each, store {(duckDb ? "on" : "off")}", load, gateway, records, batches);
            }
        }
    }

    /// <summary>QoS 1 through mosquitto to the durable ack, against a subscriber that decodes and writes nothing.</summary>
    public static async Task MqttAsync()
    {
        using var ground = new Ground();
        var port = Ground.FreePort();
        await using var broker = await BrokerAsync(ground, port);
        foreach (var batch in new[] { 1, 200 })
        {
            List<double> ours = [],
                theirs = [];
            for (var run = 0; run < Interleaved.Rounds; run++)
            {
                var (rate, downs) = await OursAsync(ground, port, batch, broker.Id);
                ours.Add(rate);
                theirs.Add(await QuietAsync(port, batch, downs, broker.Id));
            }
            var what = batch == 1 ? "small messages, 200 docks" : "8 KiB batches, 200 docks";
            var mine = Runs.Tell($"{what}, to the durable ack", "messages/s", ours);
            var baseline = Runs.Tell($"{what}, subscriber that decodes and writes nothing", "messages/s", theirs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ratio {mine / baseline:P1}; to hold: 80 %"));
        }
    }

    /// <summary>Small messages for minutes (TASER_RUN_SECONDS, else four): what is held must not grow with time.</summary>
    public static async Task SoakAsync()
    {
        using var ground = new Ground();
        var port = Ground.FreePort();
        await using var broker = await BrokerAsync(ground, port);
        await using var gateway = await WatchedGateway.StartAsync(ground, Docks, $"mqtt://127.0.0.1:{port}", duckDb: false);
        var isSet = Environment.GetEnvironmentVariable("TASER_RUN_SECONDS") is not null;
        var load = await LoadAsync(gateway.Mqtt, Docks, 1, isSet ? Interleaved.Length.TotalSeconds : SoakSeconds, 0);
        var held = gateway.AnonMebibytesByHalfMinute.Select(m => m.ToString("N0", CultureInfo.InvariantCulture));
        Console.WriteLine($"  RssAnon, highest of each half minute, MiB: {string.Join(' ', held)}");
        var (records, batches) = await gateway.StopAndCountAsync();
        Tell("small messages for minutes", load, gateway, records, batches);
    }

    private static async Task<RealProcess> BrokerAsync(Ground ground, int port)
    {
        var configuration = ground.At("mosquitto.conf");
        string[] settings = ["allow_anonymous true", "max_queued_messages 0", "max_queued_bytes 0", "max_inflight_messages 1000"];
        await File.WriteAllLinesAsync(configuration, [$"listener {port} 127.0.0.1", "set_tcp_nodelay true", .. settings]);
        var broker = RealProcess.Start("mosquitto", ground.Folder, "-c", configuration);
        await broker.WaitForAsync("running");
        return broker;
    }

    private static async Task<(double Rate, double DownsPerMessage)> OursAsync(Ground ground, int port, int batch, int broker)
    {
        var duckDb = Environment.GetEnvironmentVariable("TASER_STORE") == "on";
        await using var gateway = await WatchedGateway.StartAsync(ground, Docks, $"mqtt://127.0.0.1:{port}", duckDb);
        var warm = await LoadAsync(gateway.Mqtt, Docks, batch, WarmSeconds, 0);
        var used = new ProcessorTime(("gateway", gateway.Id), ("broker", broker));
        var load = await LoadAsync(gateway.Mqtt, Docks, batch, Interleaved.Length.TotalSeconds, 0);
        TellUse(used, load);
        var (records, batches) = await gateway.StopAndCountAsync();
        Tell($"{batch} records a message", load, gateway, records - (ulong)warm.RecordsAcked, batches - (ulong)warm.MessagesAcked);
        return (load.MessagesPerSecond, load.DownMessages / (double)load.MessagesAcked);
    }

    private static async Task<double> QuietAsync(int port, int batch, double downsPerMessage, int broker)
    {
        await using var quiet = await QuietSubscriber.StartAsync(port, downsPerMessage);
        await LoadAsync($"mqtt://127.0.0.1:{port}", Docks, batch, BaselineWarmSeconds, 0);
        var used = new ProcessorTime(("subscriber", Environment.ProcessId), ("broker", broker));
        var load = await LoadAsync($"mqtt://127.0.0.1:{port}", Docks, batch, Interleaved.Length.TotalSeconds, 0);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  baseline: {load.MessagesPerSecond:N0} messages/s, {load.DownMessages / load.Seconds:N0} down/s, p50 {load.LatencyMs.P50:N1} ms"
            )
        );
        TellUse(used, load);
        return load.MessagesPerSecond;
    }

    private static void TellUse(ProcessorTime used, LoadFigures load) =>
        Console.WriteLine(
            $"    processor, µs a message: {used.PerMessage(load.MessagesAcked, load.ProcessorSeconds)} (its start included)"
        );

    private static void Tell(string what, LoadFigures load, WatchedGateway gateway, ulong records, ulong batches)
    {
        var sound = records == (ulong)load.RecordsAcked && load.MessagesSent == load.MessagesAcked && load.MessagesNotStored == 0;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {what}: {load.MessagesPerSecond:N0} messages/s, {load.RecordsPerSecond:N0} records/s, {load.BytesPerSecond / 1e6:N1} MB/s, {load.DownMessages / load.Seconds:N0} down/s; "
                    + $"receipt to ack p50 {load.LatencyMs.P50:N1} ms, p99 {load.LatencyMs.P99:N1} ms; RssAnon {gateway.AnonMebibytesMax:N0} MiB, RSS {gateway.RssMebibytesMax:N0} MiB; "
                    + $"{records:N0} records in {batches:N0} batches durable{(sound ? ", all once" : $", NOT what was acked: {load.RecordsAcked:N0} of {load.MessagesSent:N0} messages sent")}"
            )
        );
    }

    private static async Task<LoadFigures> LoadAsync(string mqtt, int docks, int batch, double seconds, long messages)
    {
        string[] arguments =
        [
            "load",
            "--mqtt",
            mqtt,
            "--docks",
            $"{docks}",
            "--batch",
            $"{batch}",
            "--duration",
            seconds.ToString(CultureInfo.InvariantCulture),
            "--messages",
            $"{messages}",
            "--json",
        ];
        await using var load = RealProcess.StartOurs("taser-sim", null, arguments);
        await load.WaitForExitAsync(TimeSpan.FromSeconds(seconds) + TimeSpan.FromMinutes(4));
        if (load.Output.Length == 0)
        {
            throw new InvalidOperationException($"the load ended without a figure: {load.Errors}");
        }
        return JsonSerializer.Deserialize<LoadFigures>(load.Output, JsonSerializerOptions.Web)!;
    }

    private sealed record Latency(double P50, double P99);

    private sealed record LoadFigures(
        double Seconds,
        long MessagesSent,
        long MessagesAcked,
        long RecordsAcked,
        long MessagesNotStored,
        long DownMessages,
        double MessagesPerSecond,
        double RecordsPerSecond,
        double BytesPerSecond,
        double ProcessorSeconds,
        Latency LatencyMs
    );
}
