using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.TimeSeries.Following;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.Gateway.TimeSeries.Counting;

/// <summary>A day of a device on which a store and the journal do not agree.</summary>
internal sealed record CountDifference(string Device, string Day, long InJournal, long InStore);

/// <summary>What a count came to.</summary>
/// <param name="Store">Which store.</param>
/// <param name="AtLeaf">How far the store was filled when it was asked.</param>
/// <param name="DeviceDays">Device-days compared.</param>
/// <param name="Points">Points of the journal in them.</param>
/// <param name="Different">Device-days that differ.</param>
/// <param name="First">The first of them, at most <see cref="CountCheck.DifferencesShownMax"/>.</param>
/// <param name="Answered">False when the store could not be asked: nothing is known.</param>
internal sealed record CountReport(
    string Store,
    ulong AtLeaf,
    long DeviceDays,
    long Points,
    long Different,
    IReadOnlyList<CountDifference> First,
    bool Answered
);

/// <summary>Counts the journal against one store, per device and day, and sends what is missing once more.</summary>
internal sealed class CountCheck(TimeSeriesSources sources, StoreState state, ICountedStore store)
{
    public const int DifferencesShownMax = 1_000;
    private readonly Dictionary<DeviceDay, CountDifference> _different = [];
    private long _deviceDays;
    private long _points;

    public async Task<CountReport> CountAsync(CancellationToken cancel)
    {
        var at = state.NextLeaf;
        var answered = await CountInPartsAsync(at, 1, cancel);
        for (var parts = 2; answered is null; parts *= 2)
        {
            answered = await CountInPartsAsync(at, parts, cancel);
        }
        var shown = _different.Values.Take(DifferencesShownMax).ToList();
        return new CountReport(state.Name, at, _deviceDays, _points, _different.Count, shown, answered.Value);
    }

    /// <summary>Gives every event of the device-days that differed to <paramref name="send"/> once more.</summary>
    public async Task ResendAsync(Func<SeriesSource, ReadOnlyMemory<SeriesEvent>, CancellationToken, Task> send, CancellationToken cancel)
    {
        using var reader = new SeriesReader(new EvidenceReader(sources.OpenReader(0)));
        var again = new List<SeriesEvent>();
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Source is not { } source)
            {
                continue;
            }
            again.Clear();
            foreach (ref readonly var happened in reader.Events.Span)
            {
                if (_different.ContainsKey(new DeviceDay(source.Device, DeviceDay.DayOf(happened.PointTimeNs))))
                {
                    again.Add(happened);
                }
            }
            if (again.Count > 0)
            {
                await send(source, again.ToArray(), cancel);
            }
        }
    }

    /// <summary>True when all was compared, false when the store does not answer, null when the parts were too few for the memory.</summary>
    private async Task<bool?> CountInPartsAsync(ulong at, int parts, CancellationToken cancel)
    {
        _different.Clear();
        (_deviceDays, _points) = (0, 0);
        for (var part = 0; part < parts; part++)
        {
            var journal = JournalCounts.Take(sources, at, part, parts, cancel);
            if (journal is null)
            {
                return null;
            }
            foreach (var (device, days) in journal.Devices)
            {
                if (await store.CountAsync(device, cancel) is not { } inStore)
                {
                    return false;
                }
                Compare(device, days, inStore);
            }
        }
        Confirm(cancel);
        return true;
    }

    private void Compare(string device, Dictionary<long, long> journal, IReadOnlyDictionary<long, long> inStore)
    {
        foreach (var day in journal.Keys.Union(inStore.Keys))
        {
            var (durable, stored) = (journal.GetValueOrDefault(day), inStore.GetValueOrDefault(day));
            _deviceDays++;
            _points += durable;
            if (durable != stored)
            {
                var key = new DeviceDay(device, day);
                _different[key] = new CountDifference(device, key.DayText, durable, stored);
            }
        }
    }

    /// <summary>A store that followed on while it was counted holds more than the journal did when the count began, and is right.</summary>
    private void Confirm(CancellationToken cancel)
    {
        var more = _different.Where(pair => pair.Value.InStore > pair.Value.InJournal).Select(pair => pair.Key).ToHashSet();
        if (more.Count == 0)
        {
            return;
        }
        var now = JournalCounts.Again(sources, more, cancel);
        foreach (
            var key in more.Where(key => _different[key].InStore <= now.Devices.GetValueOrDefault(key.Device)?.GetValueOrDefault(key.Day))
        )
        {
            _different.Remove(key);
        }
    }
}
