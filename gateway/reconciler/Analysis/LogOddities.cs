using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>Looks at each entry's clock, battery and temperature against the entry before it (D05, D07, D11).</summary>
internal sealed class LogOddities(DeviceHistory history, StoredEntry[] entries, DeviceClock clock, RuleSet rules)
{
    private long _lastDeviceNs = long.MinValue;
    private int _battery = -1;
    private RecordRef _batteryAt;
    private (short Deci, long DeviceNs, RecordRef Record)? _temperature;
    private bool _packChanged;

    public void Check(int i, in EventRecord e)
    {
        CheckClock(i);
        CheckBattery(i, e);
        // docks charge: what comes after a record of standing in one is compared with nothing before it
        _packChanged |=
            e.Code
                is EventCode.BatteryInsert
                    or EventCode.BatteryRemove
                    or EventCode.DockConnect
                    or EventCode.UsbConnect
                    or EventCode.DockDisconnect
                    or EventCode.UsbDisconnect;
    }

    /// <summary>A hole in the log: what comes next is compared with nothing before it.</summary>
    public void Forget()
    {
        _battery = -1;
        _temperature = null;
    }

    private void CheckClock(int i)
    {
        long device = clock.DeviceNs(i);
        if (device == long.MinValue)
        {
            return;
        }

        if ((!clock.BeginsSegment(i) || clock.MovedSilently(i)) && _lastDeviceNs != long.MinValue && device < _lastDeviceNs - Step(i))
        {
            history.Anomalies.Add(new LogAnomaly(AnomalyKind.TimeBackwards, Ref(i - 1), Ref(i), clock.At(i), _lastDeviceNs - device));
        }

        if (clock.BeginsSegment(i) && !clock.MovedSilently(i) && DateTimeOffset.UnixEpoch.AddTicks(device / 100).Year < rules.ClockYearMin)
        {
            history.Anomalies.Add(new LogAnomaly(AnomalyKind.YearImplausible, Ref(i), Ref(i), clock.At(i), device));
        }

        _lastDeviceNs = device;
    }

    private void CheckBattery(int i, in EventRecord e)
    {
        if (e.BatteryPercent != EventRecord.ByteAbsent)
        {
            if (_battery >= 0 && !_packChanged && e.Code != EventCode.BatteryInsert && e.BatteryPercent > _battery + rules.BatteryRiseMax)
            {
                history.Anomalies.Add(
                    new LogAnomaly(AnomalyKind.BatteryRose, _batteryAt, Ref(i), clock.At(i), e.BatteryPercent - _battery)
                );
            }

            (_battery, _batteryAt) = (e.BatteryPercent, Ref(i));
            _packChanged = false;
        }

        if (e.TemperatureDeciC == EventRecord.TemperatureAbsent)
        {
            return;
        }

        long device = clock.DeviceNs(i);
        if (_temperature is { } before && device > before.DeviceNs)
        {
            double hours = Math.Max((device - before.DeviceNs) / (double)TimeInterval.HourNs, 0.25);
            double degrees = Math.Abs(e.TemperatureDeciC - before.Deci) / 10.0;
            if (degrees > rules.TemperatureRiseMax * hours)
            {
                history.Anomalies.Add(new LogAnomaly(AnomalyKind.TemperatureJumped, before.Record, Ref(i), clock.At(i), (long)degrees));
            }
        }

        _temperature = device == long.MinValue ? _temperature : (e.TemperatureDeciC, device, Ref(i));
    }

    private long Step(int i)
    {
        var batch = history.Batches[entries[i].Batch];
        return (long)Math.Max(batch.StampUnitNs, batch.StampResolutionNs);
    }

    private RecordRef Ref(int i) => new(entries[i].Sequence, entries[i].Batch);
}
