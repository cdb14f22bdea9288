using System.Collections;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.World;

/// <summary>
/// What a history has more of with every day, as rows in the spool. A row becomes an object again when it is read: two readings are
/// equal, not the same.
/// </summary>
// open: one list each for issues, activations and visits
internal abstract class GrowingList<T> : IReadOnlyList<T>
{
    public abstract int Count { get; }

    public abstract T this[int index] { get; }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Added once what is on it is settled: after its outing was planned, before it is played.</summary>
internal sealed class IssueList(History history) : GrowingList<Issue>
{
    private readonly Chunks<Row> _rows = new(history.Spool);
    private readonly Chunks<int> _cartridges = new(history.Spool);

    public override int Count => _rows.Count;

    public override Issue this[int index]
    {
        get
        {
            var row = _rows[index];
            var cartridges = new Cartridge[row.CartridgeCount];
            for (var bay = 0; bay < cartridges.Length; bay++)
            {
                cartridges[bay] = history.Cartridges[_cartridges[row.FirstCartridge + bay]];
            }

            return new Issue(
                index + 1,
                history.DeviceAt(row.Device),
                history.OfficerAt(row.Officer),
                row.IssuedUtcMs,
                row.ReturnedUtcMs,
                cartridges
            )
            {
                Purpose = row.IsTraining ? Issue.ForTraining : Issue.ForDuty,
                Crew = (row.Day, history.Scenario.Shifts[row.Shift].Name, row.Pair),
                ShiftFromUtcMs = row.ShiftFromUtcMs,
                ShiftToUtcMs = row.ShiftToUtcMs,
                BatteryPercent = row.BatteryPercent,
            };
        }
    }

    public void Add(Issue issue)
    {
        var first = _cartridges.Count;
        foreach (var cartridge in issue.Cartridges)
        {
            _cartridges.Add(cartridge.Ordinal);
        }

        _rows.Add(
            new Row(
                issue.Device.Ordinal,
                issue.Officer.Ordinal,
                issue.IssuedUtcMs,
                issue.ReturnedUtcMs,
                issue.ShiftFromUtcMs,
                issue.ShiftToUtcMs,
                issue.Crew.Day,
                Shift(issue.Crew.Shift),
                issue.Crew.Pair,
                issue.Purpose == Issue.ForTraining,
                issue.BatteryPercent,
                first,
                issue.Cartridges.Count
            )
        );
    }

    private int Shift(string name)
    {
        var shift = 0;
        while (history.Scenario.Shifts[shift].Name != name)
        {
            shift++;
        }

        return shift;
    }

    private readonly record struct Row(
        int Device,
        int Officer,
        long IssuedUtcMs,
        long ReturnedUtcMs,
        long ShiftFromUtcMs,
        long ShiftToUtcMs,
        int Day,
        int Shift,
        int Pair,
        bool IsTraining,
        byte BatteryPercent,
        int FirstCartridge,
        int CartridgeCount
    );
}

internal sealed class ActivationList(History history) : GrowingList<Activation>
{
    private readonly Chunks<Row> _rows = new(history.Spool);

    public override int Count => _rows.Count;

    public override Activation this[int index]
    {
        get
        {
            var row = _rows[index];
            var device = history.DeviceAt(row.Device);
            return new Activation(
                index + 1,
                device,
                row.StartUtcMs,
                row.DurationMs,
                row.Purpose,
                row.Officer < 0 ? null : history.OfficerAt(row.Officer),
                row.Use == 0 ? null : history.Uses[row.Use - 1],
                row.Deployed,
                device.Logs[row.Log],
                row.Records
            )
            {
                Logged = row.Logged,
            };
        }
    }

    public void Add(Activation a) =>
        _rows.Add(
            new Row(
                a.Device.Ordinal,
                a.StartUtcMs,
                a.DurationMs,
                a.Purpose,
                a.Officer?.Ordinal ?? -1,
                a.Use?.Id ?? 0,
                a.Deployed,
                a.Device.OrdinalOf(a.Log),
                a.Records,
                a.Logged
            )
        );

    private readonly record struct Row(
        int Device,
        long StartUtcMs,
        long DurationMs,
        Purpose Purpose,
        int Officer,
        int Use,
        bool Deployed,
        int Log,
        SequenceRange Records,
        Logged Logged
    );
}

/// <summary>In the order of time once <see cref="Sort"/> was called, before that as they were made.</summary>
internal sealed class VisitList(History history) : GrowingList<DockVisit>
{
    private readonly Chunks<Row> _rows = new(history.Spool);
    private readonly Chunks<Range> _ranges = new(history.Spool);
    private readonly List<string> _packs = [];
    private readonly Dictionary<string, int> _packNumbers = [];

    // few docks alter anything
    private readonly Dictionary<int, IReadOnlyDictionary<(DeviceLog Log, ulong Sequence), EventRecord>> _altered = [];
    private readonly Dictionary<int, VisitTrust> _trust = [];
    private int[]? _order;

    public override int Count => _rows.Count;

    public override DockVisit this[int index] => Made(_order is null ? index : _order[index]);

    public void Add(DockVisit visit)
    {
        var held = Put(visit.Device, visit.Held);
        var offered = visit.IsCut ? Put(visit.Device, visit.Offered) : held;
        if (visit.Altered is { } altered)
        {
            _altered[visit.Id] = altered;
        }

        if (visit.Trust is { } trust)
        {
            _trust[visit.Id] = trust;
        }

        _rows.Add(
            new Row(
                visit.Dock.Ordinal,
                visit.TrueUtcMs,
                visit.Device.Ordinal,
                visit.Carrier == visit.Device.Serial ? -1 : Pack(visit.Carrier),
                visit.ClockErrorMs,
                held,
                visit.Held.Count,
                visit.IsCut ? offered : -1,
                visit.Offered.Count,
                visit.HasBlocks
            )
        );
    }

    public void Sort()
    {
        // Array.Sort is not stable: visits at one time are put back as they were made
        var keys = new long[_rows.Count];
        _order = new int[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = _rows[i].TrueUtcMs;
            _order[i] = i;
        }

        Array.Sort(keys, _order);
        for (int first = 0, next = 1; next <= keys.Length; next++)
        {
            if (next == keys.Length || keys[next] != keys[first])
            {
                Array.Sort(_order, first, next - first);
                first = next;
            }
        }
    }

    /// <summary>The visits at one dock, read when they are asked for.</summary>
    public IReadOnlyList<DockVisit> At(Dock dock)
    {
        var places = new List<int>();
        for (var i = 0; i < Count; i++)
        {
            var place = _order is null ? i : _order[i];
            if (_rows[place].Dock == dock.Ordinal)
            {
                places.Add(place);
            }
        }

        return new OfDock(this, places);
    }

    private DockVisit Made(int place)
    {
        var row = _rows[place];
        var device = history.DeviceAt(row.Device);
        var held = Get(device, row.Held, row.HeldCount);
        return new DockVisit(
            place + 1,
            history.DockAt(row.Dock),
            row.TrueUtcMs,
            device,
            row.Pack < 0 ? device.Serial : _packs[row.Pack],
            row.ClockErrorMs,
            held
        )
        {
            Offered = row.Offered < 0 ? held : Get(device, row.Offered, row.OfferedCount),
            HasBlocks = row.HasBlocks,
            Altered = _altered.GetValueOrDefault(place + 1),
            Trust = _trust.GetValueOrDefault(place + 1),
        };
    }

    private int Put(Device device, IReadOnlyList<(DeviceLog Log, SequenceRange Range)> ranges)
    {
        var first = _ranges.Count;
        foreach (var (log, range) in ranges)
        {
            _ranges.Add(new Range(device.OrdinalOf(log), range));
        }

        return first;
    }

    private (DeviceLog Log, SequenceRange Range)[] Get(Device device, int first, int count)
    {
        var ranges = new (DeviceLog Log, SequenceRange Range)[count];
        for (var i = 0; i < count; i++)
        {
            var row = _ranges[first + i];
            ranges[i] = (device.Logs[row.Log], row.Sequences);
        }

        return ranges;
    }

    private int Pack(string serial)
    {
        if (!_packNumbers.TryGetValue(serial, out var number))
        {
            _packNumbers[serial] = number = _packs.Count;
            _packs.Add(serial);
        }

        return number;
    }

    private readonly record struct Row(
        int Dock,
        long TrueUtcMs,
        int Device,
        int Pack,
        long ClockErrorMs,
        int Held,
        int HeldCount,
        int Offered,
        int OfferedCount,
        bool HasBlocks
    );

    private readonly record struct Range(int Log, SequenceRange Sequences);

    private sealed class OfDock(VisitList all, List<int> places) : GrowingList<DockVisit>
    {
        public override int Count => places.Count;

        public override DockVisit this[int index] => all.Made(places[index]);
    }
}
