using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>One visit in one docking session: what it offers, and whose log it is that the gateway wants.</summary>
internal sealed class VisitUpload
{
    private readonly Dictionary<LogKey, DeviceLog> _logs = [];
    private readonly DockSession _dock;

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
            return range;
        }

        var held = Visit.Held.First(held => held.Log == log && held.Range.First <= range.First && held.Range.Next > range.First).Range;
        return new(range.First, (uint)(Math.Min(held.Next, range.Next) - range.First));
    }
}
