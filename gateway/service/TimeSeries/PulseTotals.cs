using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>The least and the greatest of what was measured, and how often it was; all zero when it never was.</summary>
internal readonly record struct Measured(int Times, long Sum, int Least, int Greatest)
{
    /// <summary>The same with one more; all ones is the wire's "not measured" and counts nowhere (SPEC clause 9.5).</summary>
    public Measured And(ushort raw, int unit)
    {
        if (raw == ushort.MaxValue)
        {
            return this;
        }
        var value = raw * unit;
        return new Measured(
            Times + 1,
            Sum + value,
            Times == 0 ? value : Math.Min(Least, value),
            Times == 0 ? value : Math.Max(Greatest, value)
        );
    }
}

/// <summary>
/// What one Pulses block comes to: a device has tens of thousands of pulses, so a point is a block and not a pulse; the pulses
/// themselves stand in the journal.
/// </summary>
/// <param name="FirstPulse">Number of its first pulse within the cycle, from 0.</param>
/// <param name="Count">Pulses in the block.</param>
/// <param name="SpanUs">Sum of the intervals that were measured, µs.</param>
/// <param name="ChargeNc">Charge of each pulse, nC.</param>
/// <param name="PeakV">Peak voltage, V.</param>
/// <param name="ArcV">Arc voltage, V.</param>
internal readonly record struct PulseTotals(uint FirstPulse, int Count, long SpanUs, Measured ChargeNc, Measured PeakV, Measured ArcV)
{
    private const int IntervalUs = 10;
    private const int ChargeUnitNc = 10;
    private const int ArcUnitV = 10;

    /// <summary>Of a Block frame as it was received; null when it does not read as one of pulses.</summary>
    public static PulseTotals? Of(ReadOnlySpan<byte> untrustedFrame)
    {
        var read = FrameReader.Read(untrustedFrame, Limits.MqttPayloadBytesMax);
        if (
            read.Status != ReadStatus.Done
            || !Block.Decode(read.Frame, out var block).IsNone
            || !BlockContent.ReadPulses(block.UntrustedContent, out var first, out var count).IsNone
        )
        {
            return null;
        }
        var totals = new PulseTotals(first, count, 0, default, default, default);
        for (var at = 0; at < count; at++)
        {
            var pulse = BlockContent.PulseAt(block.UntrustedContent, at);
            totals = totals with
            {
                SpanUs = totals.SpanUs + (pulse.Since10us == ushort.MaxValue ? 0 : pulse.Since10us * IntervalUs),
                ChargeNc = totals.ChargeNc.And(pulse.Charge10nC, ChargeUnitNc),
                PeakV = totals.PeakV.And(pulse.PeakV, 1),
                ArcV = totals.ArcV.And(pulse.ArcV, ArcUnitV),
            };
        }
        return totals;
    }
}
