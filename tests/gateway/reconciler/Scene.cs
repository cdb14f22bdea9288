using System.Text;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>A small synthetic world: devices write entries at minutes of one day, registers and reports are CSV as people write it.</summary>
internal sealed class Scene
{
    public static readonly DateTimeOffset Day = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Dictionary<string, List<(EventRecord Record, string Model)>> _logs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _firstSequence = new(StringComparer.Ordinal);
    private readonly HashSet<(string, int)> _lost = [];
    private uint _session;

    public RegisterSet Registers { get; set; } = new();

    public RuleSet Rules { get; set; } = RuleSet.Standard;

    public string? ReportsCsv { get; set; }

    public string ProfileName { get; set; } = "plain";

    public List<IntegrityFact> Integrity { get; } = [];

    public List<GapFact> Gaps { get; } = [];

    public List<Docking> Dockings { get; } = [];

    public List<CartridgeReading> Readings { get; } = [];

    public List<ClockComparison> Comparisons { get; } = [];

    public int DockedAtMinute { get; set; } = 1380;

    /// <summary>The device's clock is behind by this when it is docked.</summary>
    public int ClockBehindSeconds { get; set; }

    public int ClockBoundSeconds { get; set; } = 1;

    /// <summary>The docking compared no clocks.</summary>
    public bool WithoutClock { get; set; }

    /// <summary>Days after the others that the newest record of each log was received, in a batch of its own; 0 = with them.</summary>
    public int NewestComesDaysLater { get; set; }

    public DateTimeOffset AsOf { get; set; } = Day.AddDays(10);

    public string Firmware { get; set; } = "";

    public uint BaysLive { get; set; } = Bays(BayState.Live, BayState.Live);

    public static uint Bays(params BayState[] states)
    {
        uint bays = 0;
        for (int i = 0; i < states.Length; i++)
        {
            bays |= (uint)states[i] << (3 * i);
        }

        return bays;
    }

    public Scene Model(string device, string model, ulong firstSequence = 0)
    {
        _logs[device] = [];
        _models[device] = model;
        _firstSequence[device] = firstSequence;
        return this;
    }

    private readonly Dictionary<string, string> _models = new(StringComparer.Ordinal);

    public Scene Write(
        string device,
        double minute,
        EventCode code,
        uint ms = 0,
        uint? bays = null,
        ulong argument = 0,
        byte bay = 255,
        byte battery = 90,
        EventFlags flags = EventFlags.None,
        short temperature = EventRecord.TemperatureAbsent,
        ulong? stamp = null
    )
    {
        ulong at = stamp ?? (ulong)Day.AddMinutes(minute).ToUnixTimeSeconds();
        _logs[device]
            .Add((new EventRecord(at, 0, code, flags, ms, _session, bays ?? 0, temperature, battery, bay, argument), _models[device]));
        return this;
    }

    /// <summary>ARM, one activation, SAFE; a bay goes from live to deployed where asked.</summary>
    public Scene Use(string device, double minute, uint ms = 5_000, EventCode code = EventCode.Trigger, bool deploy = false, int cycles = 1)
    {
        _session++;
        uint before = BaysLive;
        uint after = deploy ? Bays(BayState.Deployed, BayState.Live) : before;
        Write(device, minute, EventCode.Arm, bays: before);
        for (int i = 0; i < cycles; i++)
        {
            Write(device, minute + 0.1 + i * 0.3, code, ms, after, bay: 0);
        }

        return Write(device, minute + 0.2 + cycles * 0.3, EventCode.Safe, (uint)(60_000 * (0.2 + cycles * 0.3)), after);
    }

    public Scene Test(string device, double minute) => Use(device, minute, 1_000, EventCode.Arc);

    /// <summary>The entry at this place never arrived.</summary>
    public Scene Lose(string device, int place)
    {
        _lost.Add((device, place));
        return this;
    }

    public int Count(string device) => _logs[device].Count;

    public Scene Register(RegisterKind kind, string csv)
    {
        var (filled, answer) = RegisterImporter.Import(Registers, kind, kind.ToString().ToLowerInvariant() + ".csv", Stream(csv));
        Assert.Empty(answer.Rejects);
        Registers = filled;
        return this;
    }

    public Scene Reports(params string[] rows)
    {
        ReportsCsv =
            "ReportId,Version,SubmittedAt,OfficerRef,IncidentRef,UsedAt,DeviceSerial,Level,Cycles\n" + string.Join('\n', rows) + "\n";
        return this;
    }

    public static string At(double minute) =>
        Day.AddMinutes(minute).ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);

    public static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    public ReconciliationInputs Inputs()
    {
        var log = new LogStore();
        ulong leaf = 0;
        foreach (var (device, entries) in _logs)
        {
            var batch = new LogBatch
            {
                Device = device,
                Model = _models[device],
                Armoury = "central",
                Firmware = Firmware,
                ReceivedNs = (ulong)Day.AddMinutes(DockedAtMinute).ToUnixTimeMilliseconds() * 1_000_000,
                ClockQuality = WithoutClock ? ClockQuality.None : ClockQuality.TwoSided,
                ClockOffsetNs = ClockBehindSeconds * 1_000_000_000L,
                ClockBoundNs = (ulong)ClockBoundSeconds * 1_000_000_000,
                DockingSession = leaf + 1,
                Leaf = new LeafRef(leaf, new LeafHash(leaf, 2, 3, 4)),
            };
            leaf++;
            int number = log.AddBatch(batch);
            for (int i = 0; i < entries.Count; i++)
            {
                if (i == entries.Count - 1 && NewestComesDaysLater > 0)
                {
                    var received = Day.AddMinutes(DockedAtMinute).AddDays(NewestComesDaysLater);
                    number = log.AddBatch(batch with { ReceivedNs = (ulong)received.ToUnixTimeMilliseconds() * 1_000_000 });
                }

                if (!_lost.Contains((device, i)))
                {
                    Assert.True(log.Add(number, _firstSequence[device] + (ulong)i, entries[i].Record));
                }
            }
        }

        var import = ReportsCsv is null ? null : ReportImporter.Import("reports.csv", Stream(ReportsCsv), Profile.BuiltIn(ProfileName)!);
        return new ReconciliationInputs
        {
            Log = log,
            Registers = Registers,
            Reports = import?.Reports,
            ReportColumns = import?.Columns ?? Reconciler.Reports.ReportColumns.None,
            Imports = import is null ? [] : [import.Answer],
            IntegrityFacts = Integrity,
            ClockComparisons = Comparisons,
            Gaps = Gaps,
            Dockings = Dockings,
            CartridgeReadings = Readings,
        };
    }

    public ReconciliationResult Run() => Reconciliation.Run(Inputs(), Rules, AsOf);

    public Finding Only(string rule) => Assert.Single(Run().Findings, f => f.RuleId == rule);

    public void None(string rule) => Assert.DoesNotContain(Run().Findings, f => f.RuleId == rule);

    /// <summary>Device X2A on issue to OFF1 from 07:00 to 17:00, with its function test; the devices register has it.</summary>
    public static Scene Shift(string model = "X2")
    {
        var scene = new Scene().Model("X290001AA", model);
        scene.Register(
            RegisterKind.Devices,
            $"DeviceSerial,Model,Armoury,Status,FirstInService,LastInService\nX290001AA,{model},central,in-service,{At(-1440)},\n"
        );
        scene.Register(
            RegisterKind.Issues,
            $"IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt,Cartridges\nI1,X290001AA,OFF1,operational,{At(420)},{At(1020)},2\n"
        );
        return model is "X2" or "TASER 7" ? scene.Test("X290001AA", 423) : scene;
    }

    public const string Device = "X290001AA";
}
