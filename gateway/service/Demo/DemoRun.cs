using System.Globalization;
using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Observability;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Demo;

/// <summary>
/// The main job once, in small and in earnest: simulated docks upload a day over real MQTT and a real pseudo-terminal, the gateway makes
/// it durable and fills the store, the auditor's tool verifies and reconciles it with the simulated reports.
/// </summary>
internal sealed class DemoRun(DemoFolder folder, Action<string> say)
{
    private const string Scenario = "one-armoury-day";
    private const string Seed = "1";
    private static readonly TimeSpan ChildWithin = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan CatchUpWithin = TimeSpan.FromSeconds(60);
    private readonly SiblingProgram simulator = SiblingProgram.Find("taser-sim", "TaserTelemetry.Simulator");
    private readonly SiblingProgram auditor = SiblingProgram.Find("taser-audit", "TaserTelemetry.Auditor");

    /// <summary>The gateway that the demo runs; there once the docks have been told where it listens.</summary>
    public WebApplication? Gateway { get; private set; }

    public async Task<DemoResult> RunAsync(TimeProvider clock, CancellationToken cancellation)
    {
        var end = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
        say("Making one armoury's day: devices, officers, reports ...");
        await SimulateAsync(["--end", end, "--documents", folder.Documents, "--truth", folder.Truth], cancellation);
        var settings = DemoPlan.Settings(folder);
        Gateway = GatewayHost.Build(settings, clock);
        await GatewayHost.StartAsync(Gateway, settings, cancellation);
        var mqtt = Gateway.Services.GetRequiredService<DoorsService>().MqttAddress;
        say($"The gateway runs ({mqtt}, a serial line). Three docks upload ...");
        var began = clock.GetTimestamp();
        await SimulateAsync(["--end", end, "--mqtt", mqtt, "--serial", folder.Line], cancellation);
        var docking = clock.GetElapsedTime(began);
        await CatchUpAsync(Gateway, clock, cancellation);
        say("Verifying the ledger, reconciling it with the reports ...");
        var verified = await VerifyAsync(cancellation);
        await ReconcileAsync(end, cancellation);
        return Result(Gateway, settings, docking, verified);
    }

    private async Task SimulateAsync(string[] arguments, CancellationToken cancellation)
    {
        var done = await simulator.RunAsync(["run", "--scenario", Scenario, "--seed", Seed, .. arguments], ChildWithin, cancellation);
        if (done.ExitCode != 0)
        {
            throw new StartRefusedException($"taser-sim ended with {done.ExitCode}: {done.Errors.Trim()} {done.Output.Trim()}");
        }
    }

    /// <summary>Store and checkpoint up to the last durable record: the auditor's tool reads up to a checkpoint.</summary>
    private static async Task CatchUpAsync(WebApplication gateway, TimeProvider clock, CancellationToken cancellation)
    {
        var ledger = gateway.Services.GetRequiredService<JournalService>().Ledger;
        var store = gateway.Services.GetRequiredService<StoresService>().Series.DuckDb!;
        var durable = gateway.Services.GetRequiredService<DurableMark>();
        var began = clock.GetTimestamp();
        ledger.RequestCheckpoint();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100), clock);
        while (store.NextLeaf < durable.NextIndex || (ledger.LastCheckpoint?.Size ?? 0) < durable.NextIndex)
        {
            if (clock.GetElapsedTime(began) > CatchUpWithin)
            {
                throw new StartRefusedException($"The store did not follow within {CatchUpWithin.TotalSeconds} s: {store.Words}");
            }
            await tick.WaitForNextTickAsync(cancellation);
            ledger.RequestCheckpoint();
        }
    }

    private async Task<string> VerifyAsync(CancellationToken cancellation)
    {
        var done = await auditor.RunAsync(["verify", folder.Data, "--json"], ChildWithin, cancellation);
        if (done.ExitCode is not (0 or 3))
        {
            throw new StartRefusedException($"taser-audit verify ended with {done.ExitCode}: {done.Errors.Trim()}");
        }
        using var report = JsonDocument.Parse(done.Output);
        return report.RootElement.GetProperty("outcome").GetString()!;
    }

    private async Task ReconcileAsync(string end, CancellationToken cancellation)
    {
        string[] arguments =
        [
            "reconcile",
            folder.Data,
            "--reports",
            Path.Combine(folder.Documents, "reports.csv"),
            "--profile",
            "plain",
            "--inputs",
            folder.Documents,
            "--as-of",
            end,
            "--out",
            folder.Findings,
        ];
        var done = await auditor.RunAsync(arguments, ChildWithin, cancellation);
        if (done.ExitCode != 0)
        {
            throw new StartRefusedException($"taser-audit reconcile ended with {done.ExitCode}: {done.Errors.Trim()} {done.Output.Trim()}");
        }
    }

    private DemoResult Result(WebApplication gateway, GatewaySettings settings, TimeSpan docking, string verified)
    {
        var ledger = gateway.Services.GetRequiredService<JournalService>().Ledger;
        var meters = gateway.Services.GetRequiredService<IngestMeters>();
        var counts = Counts();
        var expected = Path.Combine(simulator.Folder, "Scenarios", $"{Scenario}.expected-findings.json");
        var findings = FindingsCheck.Of(Path.Combine(folder.Findings, "result.json"), expected);
        return new DemoResult
        {
            Data = folder.Data,
            Page = Readiness.Address(gateway),
            Devices = settings.Devices.Count,
            DocksOverMqtt = settings.Docks.Count - settings.SerialPorts.Count,
            DocksOverSerial = settings.SerialPorts.Count,
            RecordsWritten = counts.Written,
            RecordsLostInDevices = counts.Lost,
            FramesReceived = meters.Frames,
            FrameBytesReceived = meters.FrameBytes,
            DockingSeconds = Math.Round(docking.TotalSeconds, 1),
            RecordsDurable = Durable(ledger.OpenReader(0)),
            LedgerRecords = ledger.NextIndex,
            AnchoredRecords = ledger.LastCheckpoint?.Size ?? 0,
            Origin = ledger.Key.Name,
            PointsInStore = Points(gateway),
            Verified = verified,
            Findings = findings.Found,
            Missing = findings.Missing,
            Unexpected = findings.Unexpected,
            FindingsFolder = folder.Findings,
        };
    }

    private (long Written, long Lost) Counts()
    {
        using var truth = JsonDocument.Parse(File.ReadAllBytes(folder.Truth));
        var counts = truth.RootElement.GetProperty("counts");
        return (counts.GetProperty("records").GetInt64(), counts.GetProperty("recordsLost").GetInt64());
    }

    private static long Durable(JournalReader reader)
    {
        using (reader)
        {
            var records = 0L;
            while (reader.Read() == ReadStatus.Record)
            {
                if (Leaf.Decode(reader.Leaf).Leaf is StoredBatch batch)
                {
                    records += (long)batch.NewRanges.SequenceCount;
                }
            }
            return records;
        }
    }

    private static long Points(WebApplication gateway)
    {
        var reading = gateway.Services.GetRequiredService<StoresService>().Series.Embedded;
        var asked = reading.TryRead(
            connection =>
            {
                using var count = connection.CreateCommand();
                count.CommandText = "SELECT count(*) FROM events";
                return Convert.ToInt64(count.ExecuteScalar(), CultureInfo.InvariantCulture);
            },
            out var points
        );
        return asked ? points : -1;
    }
}
