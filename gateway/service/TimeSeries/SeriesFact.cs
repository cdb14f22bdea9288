using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>The measurements beside events. Names are those of InfluxDB, and the column <c>kind</c> of the embedded store.</summary>
internal enum FactKind
{
    /// <summary>A hole in a log: opened, filled or final.</summary>
    Gap,

    /// <summary>Something kept aside, or refused because the quarantine was full.</summary>
    Quarantine,

    /// <summary>A device clock compared with UTC.</summary>
    Clock,

    /// <summary>A stretch of a cycle's pulses.</summary>
    Pulses,

    /// <summary>Another block that belongs to an event: serial numbers, versions, a clock setting, a vendor's own bytes.</summary>
    Block,

    /// <summary>What a dock reports or fails to report.</summary>
    Dock,

    /// <summary>What bears on the evidence itself: a broken chain, a variant, bytes that no longer read.</summary>
    Integrity,
}

/// <summary>
/// What one journal record states beside events. A field that does not belong to the kind is null and appears nowhere.
/// </summary>
internal sealed record SeriesFact
{
    public required ulong LeafIndex { get; init; }

    /// <summary>When the gateway had it, ns since 1970 UTC.</summary>
    public required ulong AtNs { get; init; }
    public required FactKind Kind { get; init; }

    /// <summary>State or reason, from a closed list.</summary>
    public required string State { get; init; }
    public string Force { get; init; } = "";
    public string Armoury { get; init; } = "";
    public string Dock { get; init; } = "";
    public string Device { get; init; } = "";

    /// <summary>The log in which <see cref="First"/> counts; null for what is of no log.</summary>
    public LogKey? Source { get; init; }

    /// <summary>First sequence, for gaps, blocks and heads.</summary>
    public ulong? First { get; init; }

    /// <summary>How many: records missing, pulses, refused items.</summary>
    public long? Count { get; init; }

    /// <summary>Which part of its record a block is, from 1.</summary>
    public int? Part { get; init; }

    /// <summary>What the pulses of a block come to; null for every other fact, and where the bytes do not read.</summary>
    public PulseTotals? Pulses { get; init; }
    public long? Bytes { get; init; }
    public long? OffsetNs { get; init; }
    public ulong? BoundNs { get; init; }

    /// <summary>
    /// Millisecond of the record plus its leaf index modulo 10^6 ns: two facts never share a time, whatever the clock's step.
    /// </summary>
    public long PointTimeNs => (long)(AtNs - (AtNs % 1_000_000) + (LeafIndex % 1_000_000));

    public static string NameOf(FactKind kind) =>
        kind switch
        {
            FactKind.Gap => "ced_gap",
            FactKind.Quarantine => "ced_quarantine",
            FactKind.Clock => "ced_clock",
            FactKind.Pulses => "ced_pulses",
            FactKind.Block => "ced_block",
            FactKind.Dock => "ced_dock",
            _ => "ced_integrity",
        };
}
