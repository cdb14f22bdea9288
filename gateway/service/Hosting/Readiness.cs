using System.Text.Json;
using System.Text.Json.Serialization;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Doors;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>What /health and /ready say, and the one line on standard error when the gateway is ready.</summary>
internal sealed class Readiness(
    GatewaySettings settings,
    JournalService journal,
    DoorsService doors,
    DoorStates states,
    IngestQueue queue,
    DurableMark durable,
    FatalEnd fatal,
    IngestMeters ingest,
    StoresService stores,
    WitnessService witnesses,
    TimeStampService stamps
)
{
    public void Map(WebApplication app)
    {
        app.MapGet("/health", () => Results.Json(Report(), HealthJson.Default.HealthReport));
        app.MapGet(
            "/ready",
            () =>
            {
                var report = Report();
                return Results.Json(report, HealthJson.Default.HealthReport, statusCode: report.Ready ? 200 : 503);
            }
        );
    }

    /// <summary>
    /// One JSON line on standard error with the bound addresses: whoever started the gateway waits for it. With an external broker it comes
    /// when that is reached and lets a full-size message through.
    /// </summary>
    public async Task AnnounceWhenReadyAsync(WebApplication app, TimeProvider clock)
    {
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(100), clock);
        try
        {
            while (!Report().Ready)
            {
                await pulse.WaitForNextTickAsync(app.Lifetime.ApplicationStopping);
            }
        }
        catch (OperationCanceledException)
        {
            return; // stopped before it was ready: nothing to announce
        }
        var http = Address(app);
        var line = new ReadyLine(
            true,
            Environment.ProcessId,
            Path.GetFullPath(settings.Data),
            http,
            doors.MqttAddress,
            journal.Ledger.Key.Name
        );
        Console.Error.WriteLine(JsonSerializer.Serialize(line, HealthJson.Default.ReadyLine));
    }

    /// <summary>Where HTTP is answered; the control socket is no address for people.</summary>
    public static string Address(WebApplication app) => app.Urls.FirstOrDefault(u => !u.Contains("unix:", StringComparison.Ordinal)) ?? "";

    /// <summary>"unwitnessed" is a state to be seen: nobody outside the operator remembers anything of this ledger, or not up to the newest checkpoint.</summary>
    private string WitnessState =>
        settings.Witness.Members.Count == 0 ? "unwitnessed: no witness is named"
        : witnesses.WitnessedRecords == 0 ? "unwitnessed: no checkpoint has its quorum yet"
        : witnesses.WitnessedRecords < (journal.Ledger.LastCheckpoint?.Size ?? 0) ? "witnessed, but not up to the newest checkpoint"
        : "witnessed";

    public HealthReport Report()
    {
        var all = states
            .All.OrderBy(d => d.Key, StringComparer.Ordinal)
            .Select(d => new DoorHealth(d.Key, d.Value.State.ToString(), d.Value.Why))
            .ToArray();
        var problems = all.Where(d => d.State == nameof(DoorState.Down)).Select(d => $"{d.Door}: {d.Why}").ToList();
        problems.AddRange(stores.States.Where(s => s.Words.Length > 0).Select(s => $"{s.Name}: {s.Words}"));
        if (journal.Loop.DiskIsFull)
        {
            problems.Add("The disk of DATA is full; docks are held.");
        }
        problems.AddRange(journal.FullQuarantines);
        if (journal.Open.Access.Broken is { } unrecorded)
        {
            problems.Add($"Nothing can be read, because the access log cannot be written: {unrecorded}");
        }
        problems.AddRange(witnesses.Problems);
        if (journal.Contradiction.Length > 0)
        {
            problems.Add(journal.Contradiction);
        }
        if (stamps.Words.Length > 0)
        {
            problems.Add($"Today's checkpoint has no time stamp yet: {stamps.Words}");
        }
        if (fatal.Why is { } why)
        {
            problems.Add(why);
        }
        // A serial line that is away is a fault to mend, and no reason to turn other docks away.
        var brokerDown = all.Any(d => d.Door == settings.Mqtt.Broker && d.State != nameof(DoorState.Up));
        return new HealthReport(
            fatal.Why is null && !journal.Loop.DiskIsFull && !brokerDown,
            problems,
            durable.NextIndex,
            journal.Ledger.LastCheckpoint?.Size ?? 0,
            witnesses.WitnessedRecords,
            WitnessState,
            queue.UsedBytes,
            journal.SessionCount,
            doors.Connections,
            new FrameCounts(ingest.Frames, ingest.FrameBytes, ingest.Stored, ingest.KeptAside, ingest.Refused, ingest.Groups),
            all,
            [.. stores.States.Select(s => new StoreHealth(s.Name, s.Phase.ToString(), s.NextLeaf, s.LagLeaves, s.PointsRefused, s.Words))],
            new ClockHealth(journal.Open.Drifts.Measured, [.. journal.Open.Drifts.Beyond.Select(drift => drift.Words)])
        );
    }
}

internal sealed record ReadyLine(bool Ready, int Pid, string Data, string Http, string Mqtt, string Origin);

internal sealed record DoorHealth(string Door, string State, string Why);

internal sealed record StoreHealth(string Store, string State, ulong NextRecord, long LagRecords, long PointsRefused, string Why);

internal sealed record FrameCounts(long Received, long ReceivedBytes, long Stored, long KeptAside, long Refused, long CommitGroups);

/// <summary>Drifts measured since the start, and the clocks that run away beyond the limit: a matter for who keeps the devices, and none of readiness.</summary>
internal sealed record ClockHealth(int DriftsMeasured, IReadOnlyList<string> Warnings);

internal sealed record HealthReport(
    bool Ready,
    IReadOnlyList<string> Problems,
    ulong DurableRecords,
    ulong AnchoredRecords,
    ulong WitnessedRecords,
    string Witnessing,
    long QueuedBytes,
    int DockingSessions,
    int BrokerConnections,
    FrameCounts Frames,
    IReadOnlyList<DoorHealth> Doors,
    IReadOnlyList<StoreHealth> Stores,
    ClockHealth Clocks
);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ReadyLine))]
internal sealed partial class HealthJson : JsonSerializerContext;
