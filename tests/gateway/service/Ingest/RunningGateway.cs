using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>A whole gateway in this process on free ports, with its own folders; what is in its journal can be read beside it.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    public static readonly DockAddress Dock = new("avon", "central", "dock-1");
    public const string Device = "X00-000001";
    private readonly WebApplication app;
    private readonly string folder;
    private readonly bool keep;
    private bool stopped;

    private RunningGateway(WebApplication app, string folder, bool keep)
    {
        this.app = app;
        this.folder = folder;
        this.keep = keep;
    }

    public string Mqtt => app.Services.GetRequiredService<DoorsService>().MqttAddress;

    public string Http => Gateway.Hosting.Readiness.Address(app);

    public string Folder => folder;

    public Readiness Readiness => app.Services.GetRequiredService<Readiness>();

    public IServiceProvider Services => app.Services;

    public static GatewaySettings SettingsIn(string folder)
    {
        var settings = new GatewaySettings
        {
            Data = Path.Combine(folder, "data"),
            Keys = Path.Combine(folder, "keys"),
            LogLevel = LogLevel.Warning,
            Docks =
            [
                new DockSettings
                {
                    Name = Dock.Dock,
                    Force = Dock.Force,
                    Armoury = Dock.Armoury,
                },
            ],
            Devices =
            [
                new DeviceSettings
                {
                    Serial = Device,
                    Model = "T-7",
                    Force = Dock.Force,
                },
            ],
        };
        settings.Mqtt.Listen = "127.0.0.1:0";
        settings.Http.Listen = "127.0.0.1:0";
        return settings;
    }

    public static async Task<RunningGateway> StartAsync(
        Action<GatewaySettings>? change = null,
        string? folder = null,
        TimeProvider? clock = null
    )
    {
        var keep = folder is not null;
        folder ??= Directory.CreateTempSubdirectory("taser-gateway-").FullName;
        var settings = SettingsIn(folder);
        change?.Invoke(settings);
        var app = GatewayHost.Build(settings, clock ?? TimeProvider.System);
        try
        {
            await GatewayHost.StartAsync(app, settings, CancellationToken.None);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
        return new RunningGateway(app, folder, keep);
    }

    /// <summary>Why a gateway stops by itself, or does not come up at all: a quick witness answers before everything has started.</summary>
    public static async Task<string> EndOfAsync(Action<GatewaySettings> change, string folder)
    {
        try
        {
            await using var gateway = await StartAsync(change, folder);
            var fatal = gateway.Services.GetRequiredService<FatalEnd>();
            await Ground.UntilAsync(() => Task.FromResult(fatal.Why is not null), "the gateway to stop");
            await gateway.StopAsync();
            return fatal.Why!;
        }
        catch (StartRefusedException refused)
        {
            return refused.Message;
        }
    }

    /// <summary>Every durable leaf, in order.</summary>
    public List<(ulong Index, Leaf Leaf, byte[] Received)> Leaves() => LeavesIn(folder);

    public static List<(ulong Index, Leaf Leaf, byte[] Received)> LeavesIn(string folder)
    {
        var leaves = new List<(ulong, Leaf, byte[])>();
        using var reader = JournalReader.Open(new RealDisk(), Path.Combine(folder, "data", "journal"), 0);
        while (reader.Read() == ReadStatus.Record)
        {
            leaves.Add((reader.Index, Leaf.Decode(reader.Leaf).Leaf!, reader.Received.ToArray()));
        }
        return leaves;
    }

    /// <summary>The newest checkpoint, signed now, over more records than given.</summary>
    public async Task<Checkpoint> CheckpointAsync(ulong above = 0)
    {
        var ledger = app.Services.GetRequiredService<JournalService>().Ledger;
        await Ground.UntilAsync(
            () =>
            {
                ledger.RequestCheckpoint();
                return Task.FromResult(ledger.LastCheckpoint is { } last && last.Size > above && last.Size == ledger.NextIndex);
            },
            "a checkpoint"
        );
        return ledger.LastCheckpoint!;
    }

    public IEnumerable<T> Leaves<T>()
        where T : Leaf => Leaves().Select(l => l.Leaf).OfType<T>();

    /// <summary>A clean stop; the folders stay for the next start.</summary>
    public async Task StopAsync()
    {
        if (stopped)
        {
            return;
        }
        stopped = true;
        await app.StopAsync();
        await app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (!keep)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
