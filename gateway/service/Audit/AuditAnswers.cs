using System.Text.Json.Serialization;

namespace TaserTelemetry.Gateway.Audit;

/// <summary>How far the evidence has come, in the four words that every screen uses the same way.</summary>
internal sealed record Evidence(long ReceivedFrames, ulong DurableRecords, ulong AnchoredRecords, ulong WitnessedRecords);

/// <summary>A store that follows the journal.</summary>
internal sealed record StoreRow(string Name, ulong NextRecord, ulong Behind, string Problem);

/// <summary>What one dock has brought.</summary>
internal sealed record DockRow(string Dock, string Armoury, long Devices, long Events, string? LastReceived);

/// <summary>
/// What one device has recorded. Seconds are of activation: what the device did, not what anyone felt. Grade is that of the arrival, VerifiedGrades
/// are those of signed heads that held afterwards.
/// </summary>
internal sealed record DeviceRow(
    string Device,
    string? Model,
    string Armoury,
    long Events,
    long Activations,
    double ActivationSeconds,
    string? FirstEvent,
    string? LastEvent,
    string? LastReceived,
    double? WidestClockBoundSeconds,
    long Marked,
    IReadOnlyList<string> Marks,
    string Grade,
    string? VerifiedGrades
);

/// <summary>One activation as recorded, with the bounds of its time.</summary>
internal sealed record ActivationRow(
    string Time,
    string? Earliest,
    string? Latest,
    string Event,
    double Seconds,
    byte? Bay,
    ulong Sequence,
    uint Epoch,
    ulong Leaf,
    string Grade,
    string? VerifiedGrade
);

/// <summary>One activation among those of the whole fleet, for the timeline.</summary>
internal sealed record FleetRow(string Device, string Time, string Event, double Seconds, ulong Leaf);

/// <summary>The fleet's activations in the page's window, the earliest first; <paramref name="More"/> when the limit cut the list.</summary>
internal sealed record Fleet(string From, string To, IReadOnlyList<FleetRow> Rows, bool More);

/// <summary>Something that is missing or doubtful, as the journal has it: a gap, bytes kept aside, a chain that does not join.</summary>
internal sealed record DoubtRow(
    string Time,
    string Kind,
    string State,
    string? Device,
    string? Dock,
    ulong? First,
    long? Count,
    ulong Leaf
);

internal sealed record Doubts(IReadOnlyList<DoubtRow> Rows, bool More);

/// <summary>Events whose time lies outside the window of the plots, or is not the device's own: counted, never left out in silence.</summary>
internal sealed record OutsideWindow(string From, string To, long Events, long Activations, long WithoutUsableStamp);

/// <summary>Activations and all events of one hour.</summary>
internal sealed record HourRow(string Hour, long Events, long Activations);

internal sealed record Overview(
    string Origin,
    string Now,
    bool Ready,
    IReadOnlyList<string> Problems,
    Evidence Evidence,
    long Events,
    long Activations,
    long Devices,
    long QuarantinedFrames,
    IReadOnlyList<StoreRow> Stores,
    IReadOnlyList<DockRow> Docks,
    IReadOnlyList<HourRow> Hours,
    OutsideWindow Outside
);

internal sealed record Devices(IReadOnlyList<DeviceRow> Rows);

/// <summary>Activations of one device; <paramref name="More"/> when the limit cut the list.</summary>
internal sealed record Activations(string Device, IReadOnlyList<ActivationRow> Rows, bool More);

internal sealed record Refusal(string Error, string WhatToDo);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Overview))]
[JsonSerializable(typeof(Devices))]
[JsonSerializable(typeof(Activations))]
[JsonSerializable(typeof(Fleet))]
[JsonSerializable(typeof(Doubts))]
[JsonSerializable(typeof(Refusal))]
internal sealed partial class AuditJson : JsonSerializerContext;
