using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.TimeSeries.Following;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.Gateway.TimeSeries.Counting;

/// <summary>One device on one UTC day of its points.</summary>
internal readonly record struct DeviceDay(string Device, long Day)
{
    public const long NsPerDay = 86_400_000_000_000;

    public static long DayOf(long timeNs) => timeNs / NsPerDay;

    /// <summary>The day as people write it.</summary>
    public string DayText =>
        DateOnly.FromDayNumber((int)Math.Clamp(Day + 719_162, 0, DateOnly.MaxValue.DayNumber)).ToString("yyyy-MM-dd", null);
}

/// <summary>Points of the journal per device and day, up to where the store stood when the count began.</summary>
internal sealed class JournalCounts
{
    /// <summary>Device-days held at once, about 50 MB; beyond it the journal is read in several passes, each for a part of the devices.</summary>
    public const int DeviceDaysMax = 500_000;

    private readonly Dictionary<string, Dictionary<long, long>> _devices = [];
    private int _deviceDays;

    /// <summary>Points per day of each device.</summary>
    public IReadOnlyDictionary<string, Dictionary<long, long>> Devices => _devices;

    /// <summary>Counts one part of the devices; null when they are too many for one part.</summary>
    public static JournalCounts? Take(TimeSeriesSources sources, ulong end, int part, int parts, CancellationToken cancel)
    {
        var counts = new JournalCounts();
        return counts.Add(sources, end, device => PartOf(device, parts) == part, _ => true, cancel) ? counts : null;
    }

    /// <summary>Counts some device-days once more, now to the end of what is durable.</summary>
    public static JournalCounts Again(TimeSeriesSources sources, IReadOnlySet<DeviceDay> wanted, CancellationToken cancel)
    {
        var counts = new JournalCounts();
        counts.Add(sources, ulong.MaxValue, _ => true, wanted.Contains, cancel);
        return counts;
    }

    /// <summary>Which part a device belongs to: the same in every pass and every run.</summary>
    public static int PartOf(string device, int parts)
    {
        var hash = 2_166_136_261u;
        foreach (var letter in device)
        {
            // FNV-1a is arithmetic modulo 2^32 by definition.
            hash = unchecked((hash ^ letter) * 16_777_619u);
        }
        return (int)(hash % (uint)parts);
    }

    private bool Add(
        TimeSeriesSources sources,
        ulong end,
        Func<string, bool> device,
        Func<DeviceDay, bool> wanted,
        CancellationToken cancel
    )
    {
        using var reader = new SeriesReader(new EvidenceReader(sources.OpenReader(0)));
        ReadStatus status;
        while ((status = reader.Read()) == ReadStatus.Record && reader.Index < end)
        {
            cancel.ThrowIfCancellationRequested();
            if (reader.Source is { } source && device(source.Device))
            {
                Add(source.Device, reader.Events.Span, wanted);
                if (_deviceDays > DeviceDaysMax)
                {
                    return false;
                }
            }
        }
        return status != ReadStatus.Damaged ? true : throw JournalUnreadableException.At(reader.Problem!.Value);
    }

    private void Add(string device, ReadOnlySpan<SeriesEvent> events, Func<DeviceDay, bool> wanted)
    {
        if (!_devices.TryGetValue(device, out var days))
        {
            _devices[device] = days = [];
        }
        foreach (ref readonly var happened in events)
        {
            var day = DeviceDay.DayOf(happened.PointTimeNs);
            if (wanted(new DeviceDay(device, day)))
            {
                _deviceDays += days.TryGetValue(day, out var count) ? 0 : 1;
                days[day] = count + 1;
            }
        }
    }
}
