using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// What one docking session knows of clocks (SPEC clause 12): device against dock from readings, dock against UTC from echoes. Offsets
/// are intervals; each step adds its own doubt. Pure: times are handed in.
/// </summary>
internal sealed class SessionClock
{
    /// <summary>Devices whose readings one session holds; a dock has fewer bays.</summary>
    public const int DevicesMax = 256;

    // What a dock's crystal may drift between reading and echo, in parts per million: the worst of cheap ones in an unheated armoury.
    private const ulong DriftPpm = 200;
    private const ulong NsPerMs = 1_000_000;
    private readonly Dictionary<string, Wire.ClockReading> readings = new(StringComparer.Ordinal);
    private ulong dockBoot;
    private ulong dockAtNs;
    private Int128 dockOffsetNs;
    private ulong dockBoundNs;
    private ClockQuality dockQuality;

    /// <summary>The times come from a file: whatever they say is a claim.</summary>
    public bool ClaimedOnly { get; init; }

    /// <summary>Whether a two-sided comparison of the dock with UTC has been made in this session.</summary>
    public bool HasEcho => dockQuality == ClockQuality.TwoSided;

    /// <summary>Hello: it was sent before it was received, so it bounds the dock's clock from one side only.</summary>
    public void Heard(ulong bootId, ulong monotonicNs, ulong receivedNs)
    {
        if (!HasEcho)
        {
            Set(bootId, monotonicNs, (Int128)receivedNs - monotonicNs, (ulong)Limits.EchoRoundTripMsMax * NsPerMs, ClockQuality.OneSided);
        }
    }

    /// <summary>An echo of this session: the dock read its clock between request and answer. False when the round trip was too long.</summary>
    public bool Echoed(in Wire.ClockEcho echo, ulong requestedNs, ulong receivedNs)
    {
        var roundTripNs = receivedNs - Math.Min(requestedNs, receivedNs);
        if (roundTripNs > (ulong)Limits.EchoRoundTripMsMax * NsPerMs)
        {
            return false;
        }
        var middle = (Int128)requestedNs + (roundTripNs / 2);
        Set(echo.BootId, echo.DockMonotonicNs, middle - echo.DockMonotonicNs, (roundTripNs / 2) + 1, ClockQuality.TwoSided);
        return true;
    }

    /// <summary>A device's clock as the dock read it. One read before a setting of the clock is worth more than a later one: it says what the log's stamps meant.</summary>
    public void Read(in Wire.ClockReading reading)
    {
        if (
            readings.TryGetValue(reading.Device, out var known)
                ? known.Order != SyncOrder.BeforeSync || reading.Order == SyncOrder.BeforeSync
                : readings.Count < DevicesMax
        )
        {
            readings[reading.Device] = reading;
        }
    }

    /// <summary>Device clock to UTC, as far as this session knows it.</summary>
    public ClockBasis Basis(string device) => readings.TryGetValue(device, out var reading) ? Basis(reading) : default;

    /// <summary>Device clock to UTC that follows from one reading.</summary>
    public ClockBasis Basis(in Wire.ClockReading reading)
    {
        if (dockQuality == ClockQuality.None || reading.BootId != dockBoot || reading.Order == SyncOrder.AfterSync)
        {
            return default;
        }
        if (!TryUnitNs(reading.Unit, out var unitNs) || reading.DeviceStamp > ulong.MaxValue / unitNs)
        {
            return default;
        }
        var stepNs = reading.StampResolutionMs == 0 ? unitNs : reading.StampResolutionMs * NsPerMs;
        var spanNs = reading.MonotonicAfterNs - reading.MonotonicBeforeNs;
        var middle = reading.MonotonicBeforeNs + (spanNs / 2);
        var apart = middle > dockAtNs ? middle - dockAtNs : dockAtNs - middle;
        // A clock that steps shows the beginning of its step: the true reading lies anywhere in it.
        var offset = dockOffsetNs + middle - ((Int128)reading.DeviceStamp * unitNs) - (stepNs / 2);
        var bound = (UInt128)dockBoundNs + (spanNs / 2) + (stepNs / 2) + ((UInt128)apart * DriftPpm / 1_000_000) + 2;
        if (offset > long.MaxValue || offset < long.MinValue || bound > ulong.MaxValue)
        {
            return default;
        }
        var measured = reading.Order == SyncOrder.BeforeSync ? dockQuality : ClockQuality.OneSided;
        return new ClockBasis((long)offset, (ulong)bound, ClaimedOnly ? ClockQuality.Claimed : measured);
    }

    private static bool TryUnitNs(StampUnit unit, out ulong ns)
    {
        ns = unit switch
        {
            StampUnit.Seconds => 1_000_000_000,
            StampUnit.Milliseconds => 1_000_000,
            StampUnit.Microseconds => 1_000,
            _ => 0,
        };
        return ns != 0;
    }

    private void Set(ulong bootId, ulong monotonicNs, Int128 offsetNs, ulong boundNs, ClockQuality quality)
    {
        (dockBoot, dockAtNs, dockOffsetNs, dockBoundNs, dockQuality) = (bootId, monotonicNs, offsetNs, boundNs, quality);
    }
}
