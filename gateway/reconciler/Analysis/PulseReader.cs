using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>
/// The pulse log: a count for each activation. Both logs carry the same device clock, so an activation and its pulses are joined on
/// the raw stamps; no correction is needed.
/// </summary>
internal static class PulseReader
{
    public static void Read(DeviceHistory history, StoredEntry[] pulses, DeviceClock clock, StoredEntry[] events)
    {
        if (pulses.Length == 0 || events.Length == 0)
        {
            return;
        }

        var byStamp = new Dictionary<(ulong Stamp, uint Session), (uint DurationMs, int Index)>();
        for (int i = 0; i < events.Length; i++)
        {
            var e = events[i].Event;
            if (
                e.Code is EventCode.Trigger or EventCode.Arc or EventCode.Reenergise or EventCode.Test
                && e.Stamp != EventRecord.StampAbsent
            )
            {
                // two activations within one stamp step cannot be told apart: neither is compared
                if (!byStamp.TryAdd((e.Stamp, e.ArmedSession), (e.DurationMs, i)))
                {
                    byStamp[(e.Stamp, e.ArmedSession)] = (0, -1);
                }
            }
        }

        foreach (var pulse in pulses)
        {
            if (
                pulse.Event.Code == EventCode.PulseBlock
                && (
                    byStamp.TryGetValue((pulse.Event.Stamp, pulse.Event.ArmedSession), out var found)
                    // an explicit TEST is in no armed session, and its pulses may name the last one
                    || byStamp.TryGetValue((pulse.Event.Stamp, 0), out found)
                )
                && found.Index >= 0
            )
            {
                history.Pulses.Add(
                    new PulseCount(
                        new RecordRef(pulse.Sequence, pulse.Batch),
                        clock.At(found.Index),
                        found.DurationMs,
                        pulse.Event.Argument
                    )
                );
            }
        }
    }
}
