using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>One visit in one docking session: what it offers, and whose log it is that the gateway wants.</summary>
internal sealed class VisitUpload
{
    private readonly Dictionary<LogKey, DeviceLog> _logs = [];
    private readonly DockSession _dock;

    private ulong _blocksUpTo;
    private ushort _part;

    public VisitUpload(DockVisit visit, DockSession dock)
    {
        (Visit, _dock) = (visit, dock);
        var offers = BatchSource.Offers(visit).ToList();
        foreach (var (log, ranges) in offers)
        {
            _logs[log.Key] = log;
            dock.Offer(BatchSource.Docked(visit, log, ranges, _logs.Count < offers.Count));
        }
    }

    public DockVisit Visit { get; }

    /// <summary>Blocks went out for records that have not gone yet: their acks come first, for a Want names no parts (SPEC 8.16).</summary>
    public bool AwaitsBlocks { get; private set; }

    public bool HeadsSaid { get; set; }

    public bool UndockedSaid { get; set; }

    /// <summary>The carrier is taken out.</summary>
    public void Withdraw()
    {
        foreach (var log in _logs.Keys)
        {
            _dock.Withdraw(log, BatchSource.CarrierText(Visit));
        }
    }

    public DeviceLog Log(in WantedRange wanted) => _logs[wanted.Log];

    /// <summary>How many records at the start of a wanted range were never read: of a carrier that is taken away early only a part was.</summary>
    public uint NotRead(in WantedRange wanted)
    {
        var next = wanted.Range.Next;
        if (Visit.IsCut)
        {
            var log = Log(wanted);
            foreach (var held in Visit.Held.Where(held => held.Log == log).Select(held => held.Range))
            {
                if (held.Next > wanted.Range.First)
                {
                    next = Math.Min(next, Math.Max(held.First, wanted.Range.First));
                }
            }

            return (uint)(next - wanted.Range.First);
        }

        return 0;
    }

    /// <summary>The longest run of records at the start of a wanted range that was read.</summary>
    public SequenceRange Read(in WantedRange wanted)
    {
        var (log, range) = (Log(wanted), wanted.Range);
        if (!Visit.IsCut)
        {
            return Group(range);
        }

        var held = Visit.Held.First(held => held.Log == log && held.Range.First <= range.First && held.Range.Next > range.First).Range;
        return Group(new(range.First, (uint)(Math.Min(held.Next, range.Next) - range.First)));
    }

    /// <summary>The next Block of the records that go next; null = they have all been sent.</summary>
    public (DeviceLog Log, ulong Sequence, ushort Part)? NextBlock(in WantedRange wanted)
    {
        if (!Visit.HasBlocks)
        {
            return null;
        }

        var (log, group) = (Log(wanted), Read(wanted));
        (_blocksUpTo, _part) = _blocksUpTo < group.First ? (group.First, (ushort)0) : (_blocksUpTo, _part);
        for (; _blocksUpTo < group.Next; (_blocksUpTo, _part) = (_blocksUpTo + 1, 0))
        {
            if (_part < RecordBlocks.PartsOf(log, _blocksUpTo))
            {
                return (log, _blocksUpTo, (ushort)(_part + 1));
            }
        }

        return null;
    }

    public void TookBlock()
    {
        _part++;
        AwaitsBlocks = true;
    }

    /// <summary>Records went out; what comes next may be of another log.</summary>
    public void TookRecords(bool moreOfTheRange)
    {
        AwaitsBlocks = false;
        _blocksUpTo = moreOfTheRange ? _blocksUpTo : 0;
    }

    /// <summary>As many records as go at once: fewer where Blocks go before them.</summary>
    private SequenceRange Group(SequenceRange range) =>
        Visit.HasBlocks ? range with { Count = Math.Min(range.Count, RecordBlocks.RecordsAtOnceMax) } : range;
}
