using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>The world, the reports of one profile, and what both say together; every group of rules derives from it.</summary>
internal sealed class Scene(TrueWorld world, Reports reports)
{
    public const long CycleMs = 5_000;

    public TrueWorld World { get; } = world;

    public Reports Reports { get; } = reports;

    public Gathering Found { get; } = new();

    /// <summary>Domain 2.7.8: what the public layout, without identities, cannot run.</summary>
    public bool CanRun(string rule) => Reports.IsInternal || rule is not ("A13" or "A14" or "A17" or "C02" or "C03" or "C04" or "B06");

    /// <summary>What the records of a use are compatible with (domain 2.7.3), lowest first; empty = nothing recorded.</summary>
    public IReadOnlyList<Level> CompatibleLevels(Use use)
    {
        var device = World.Devices[use.Device];
        var activations = World.ActivationsOf(use);
        if (activations.Count == 0)
        {
            return [];
        }

        if (!device.ShowsCartridges)
        {
            return [Level.Arced, Level.DriveStun, Level.Angled, Level.Fired];
        }

        return activations.Any(a => a.Deployed) ? [Level.Angled, Level.Fired] : [Level.Arced, Level.DriveStun];
    }

    /// <summary>Cartridges that the log of a use shows: a ten-chamber device fires two single probes a cycle.</summary>
    public int Deployments(Use use) =>
        World.ActivationsOf(use).Count(a => a.Deployed) * (World.Devices[use.Device].Model == "TASER 10" ? 2 : 1);

    public bool IsDelivered(Use use) => World.ActivationsOf(use).All(World.IsDelivered);

    /// <summary>Whether a cycle is surely over five seconds, surely not, or within one unit of it (null).</summary>
    public bool? IsLong(Activation a)
    {
        var recorded = World.RecordedMs(a);
        return recorded > CycleMs + World.DeviceOf(a).DurationUnitMs ? true
            : recorded > CycleMs ? null
            : false;
    }

    public bool? IsShort(Activation a)
    {
        var recorded = World.RecordedMs(a);
        return recorded <= CycleMs - World.DeviceOf(a).DurationUnitMs ? true
            : recorded < CycleMs ? null
            : false;
    }

    public static bool? Any(IEnumerable<bool?> answers)
    {
        var all = answers.ToList();
        return all.Contains(true) ? true
            : all.Contains(null) ? null
            : false;
    }

    /// <summary>How a written device serial stands to the devices there are (domain 1.6).</summary>
    public SerialGrade Grade(string written, string trueSerial)
    {
        if (written.Length == 0)
        {
            return SerialGrade.Blank;
        }

        var plain = Plain(written);
        return plain == Plain(trueSerial) ? SerialGrade.Exact
            : World.Devices.Values.Any(d => Plain(d.Serial) == plain) ? SerialGrade.OtherDevice
            : SerialGrade.NoDevice;
    }

    public static string Plain(string serial) =>
        serial
            .ToUpperInvariant()
            .Replace("#", "", StringComparison.Ordinal)
            .Replace("-", "", StringComparison.Ordinal)
            .Replace(" ", "", StringComparison.Ordinal);

    /// <summary>Nothing about this report but its own slip stands in the way of joining it to its use.</summary>
    public bool IsPlain(Report report, Use use) =>
        !report.IsRepeated
        && World.IsIssueWritten(use.Issue)
        && !World.IsTimeUnbounded(use.Device, use.StartMs, use.EndMs)
        && (Reports.IsInternal || Grade(report.Serial, use.Device) == SerialGrade.Exact)
        && Grade(report.Serial, use.Device) != SerialGrade.OtherDevice;
}

internal enum SerialGrade
{
    Exact,
    NoDevice,
    OtherDevice,
    Blank,
}
