using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>
/// What all events of one journal record share: every store takes its columns, tags and fields from here, so that a point is a
/// pure function of one journal record and the same record always gives the same points.
/// </summary>
internal sealed record SeriesSource
{
    public required ulong LeafIndex { get; init; }
    public required string Force { get; init; }
    public required string Armoury { get; init; }
    public required string Dock { get; init; }
    public required string Device { get; init; }

    /// <summary>Empty when the device is not enrolled.</summary>
    public required string Model { get; init; }

    /// <summary>Serial of the battery pack that brought the log; empty when the device brought it itself.</summary>
    public required string Carrier { get; init; }
    public required LogKind Log { get; init; }
    public required Epoch Epoch { get; init; }
    public required ulong ReceivedNs { get; init; }

    /// <summary>Device to UTC as measured in the docking session that delivered the record; 0 when not measured.</summary>
    public required long ClockOffsetNs { get; init; }
    public required ulong ClockBoundNs { get; init; }

    /// <summary>none, one-sided, two-sided or claimed.</summary>
    public required string ClockQuality { get; init; }

    /// <summary>Authenticity grade A to E.</summary>
    public required string Grade { get; init; }

    /// <summary>Validation marks, as the evidence gives them.</summary>
    public required uint Marks { get; init; }
}

/// <summary>One event that became durable for the first time with its journal record.</summary>
/// <param name="Sequence">Position in the device's log.</param>
/// <param name="PointTimeNs">Nanoseconds since 1970 UTC; fixed at first delivery and never the same for two events of one device (design 6).</param>
/// <param name="TimeFromDevice">True when the point time rests on the device's stamp, false when on the received second.</param>
/// <param name="Record">The event as the device wrote it.</param>
internal readonly record struct SeriesEvent(ulong Sequence, long PointTimeNs, bool TimeFromDevice, EventRecord Record);
