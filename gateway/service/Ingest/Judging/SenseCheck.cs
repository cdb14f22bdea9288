using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// What does not make sense between the records of one batch: a function of the batch and the time it was received, so that a second judgement
/// finds the same. Marks, never a refusal; a check that the batch gives no ground for says nothing.
/// </summary>
internal static class SenseCheck
{
    /// <summary>Percentage points a level may rise without a change of pack: it recovers at rest and is rounded.</summary>
    public const int BatteryRiseMax = 2;

    /// <summary>Fewest and most pulses a second that any model makes, with room: known rates lie between 15 and 45.</summary>
    public const int PulsesPerSecondMin = 5;

    public const int PulsesPerSecondMax = 60;

    /// <summary>A stamp may lie this far after receipt: a local clock, badly set; beyond it no clock tells the time.</summary>
    public const ulong AheadSecondsMax = 2 * 86_400;

    private const uint SecondMs = 1_000;

    /// <summary>Marks of all records of a batch, joined.</summary>
    public static BatchMarks Of(in RecordBatch batch, ulong receivedNs)
    {
        if (batch.LogKind != LogKind.Event)
        {
            return BatchMarks.None;
        }
        var walk = new Walk();
        var marks = BatchMarks.None;
        var stampMax = StampMax(batch.Unit, receivedNs);
        for (var i = 0; i < batch.Count; i++)
        {
            var record = EventRecord.Read(batch.RecordBytes(i));
            marks |= walk.Take(record);
            if (record.Stamp != EventRecord.StampAbsent && record.Stamp > stampMax)
            {
                marks |= BatchMarks.StampAhead;
            }
        }
        return marks;
    }

    private static ulong StampMax(StampUnit unit, ulong receivedNs)
    {
        var seconds = (receivedNs / UnixTime.NsPerSecond) + AheadSecondsMax;
        return unit switch
        {
            StampUnit.Seconds => seconds,
            StampUnit.Milliseconds => seconds * 1_000,
            StampUnit.Microseconds => seconds * 1_000_000,
            _ => ulong.MaxValue,
        };
    }

    private static bool IsActivation(EventCode code) => code is EventCode.Trigger or EventCode.Arc or EventCode.Reenergise;

    // open: it moves along one batch, inside whose check it lives
    private struct Walk
    {
        private bool safe;
        private byte battery = EventRecord.ByteAbsent;
        private ulong stamp = EventRecord.StampAbsent;
        private uint monotonicMs;
        private uint activationMs;

        public Walk() { }

        public BatchMarks Take(in EventRecord record)
        {
            var marks = Armed(record) | Battery(record) | Order(record) | Pulses(record);
            if (IsActivation(record.Code))
            {
                activationMs = record.DurationMs;
            }
            return marks;
        }

        /// <summary>An activation behind SAFE and before the next ARM; a model without such rows never has a SAFE before it.</summary>
        private BatchMarks Armed(in EventRecord record)
        {
            if (record.Code is EventCode.Arm or EventCode.Safe)
            {
                safe = record.Code == EventCode.Safe;
            }
            return safe && (IsActivation(record.Code) || record.Code == EventCode.Deploy) ? BatchMarks.OutsideArmed : BatchMarks.None;
        }

        private BatchMarks Battery(in EventRecord record)
        {
            if (record.Code is EventCode.BatteryInsert or EventCode.BatteryRemove or EventCode.DockConnect or EventCode.DockDisconnect)
            {
                battery = EventRecord.ByteAbsent;
            }
            if (record.BatteryPercent > 100)
            {
                return BatchMarks.None;
            }
            var rose = battery != EventRecord.ByteAbsent && record.BatteryPercent > battery + BatteryRiseMax;
            battery = record.BatteryPercent;
            return rose ? BatchMarks.BatteryRose : BatchMarks.None;
        }

        private BatchMarks Order(in EventRecord record)
        {
            var marks = BatchMarks.None;
            if (record.Stamp != EventRecord.StampAbsent)
            {
                marks = stamp != EventRecord.StampAbsent && record.Stamp < stamp ? BatchMarks.TimeBackwards : BatchMarks.None;
                stamp = record.Stamp;
            }
            if (record.Code is EventCode.TimeSync or EventCode.ClockReset)
            {
                stamp = record.Argument; // the clock after the setting: what follows is not before it
            }
            if (record.Code == EventCode.BatteryInsert)
            {
                monotonicMs = 0; // the device starts with its pack
            }
            if (record.MonotonicMs != 0)
            {
                marks |= record.MonotonicMs < monotonicMs ? BatchMarks.TimeBackwards : BatchMarks.None;
                monotonicMs = record.MonotonicMs;
            }
            return marks;
        }

        private readonly BatchMarks Pulses(in EventRecord record)
        {
            if (record.Code != EventCode.PulseBlock || activationMs < SecondMs)
            {
                return BatchMarks.None;
            }
            var (fewest, most) = ((ulong)activationMs * PulsesPerSecondMin / SecondMs, (ulong)activationMs * PulsesPerSecondMax / SecondMs);
            return record.Argument < fewest || record.Argument > most ? BatchMarks.PulsesOff : BatchMarks.None;
        }
    }
}
