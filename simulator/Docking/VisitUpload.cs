using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>How far one visit has come in one docking session: offered, wanted, sent.</summary>
internal sealed class VisitUpload(DockVisit visit, long repeatMs)
{
    private readonly List<(DeviceLog Log, SequenceRange[] Ranges)> _unanswered = [.. BatchSource.Offers(visit)];
    private readonly Queue<(DeviceLog Log, SequenceRange Range)> _wanted = new();

    public DockVisit Visit { get; } = visit;

    public bool UndockedSaid { get; set; }

    public long DueMs { get; private set; } = long.MinValue;

    public bool EverythingSent => _unanswered.Count == 0 && _wanted.Count == 0;

    /// <summary>The offer that stands, again and again until a Want answers it: one at a time, for a Want names only the log.</summary>
    public List<Docked>? DueOffers(long nowMs)
    {
        if (_unanswered.Count == 0 || nowMs < DueMs)
        {
            return null;
        }

        DueMs = nowMs + repeatMs;
        var (log, ranges) = _unanswered[0];
        return [BatchSource.Docked(Visit, log, ranges, _unanswered.Count > 1)];
    }

    /// <summary>Only what is held can be given; a later Want for the same log replaces the earlier one.</summary>
    public void Wanted(Want want)
    {
        if (_unanswered.Count == 0 || _unanswered[0].Log.Key != want.Log || want.Carrier != BatchSource.CarrierText(Visit))
        {
            return;
        }

        var (log, offered) = _unanswered[0];
        foreach (var range in want.Ranges.Span)
        {
            // of a carrier that is taken away early only a part was read
            var given = Visit.IsCut ? Visit.Held.Where(h => h.Log == log).Select(h => h.Range) : offered;
            foreach (var held in given)
            {
                var first = Math.Max(held.First, range.First);
                var next = Math.Min(held.Next, range.Next);
                if (first < next)
                {
                    _wanted.Enqueue((log, new SequenceRange(first, checked((uint)(next - first)))));
                }
            }
        }

        _unanswered.RemoveAt(0);
        DueMs = _unanswered.Count > 0 ? long.MinValue : long.MaxValue;
    }

    public (DeviceLog Log, SequenceRange Range)? Next() => _wanted.TryPeek(out var piece) ? piece : null;

    public void Took(uint records)
    {
        var (log, range) = _wanted.Dequeue();
        if (range.Count > records)
        {
            // what is left goes first again: put it back at the head
            var rest = _wanted.ToArray();
            _wanted.Clear();
            _wanted.Enqueue((log, new SequenceRange(range.First + records, range.Count - records)));
            Array.ForEach(rest, _wanted.Enqueue);
        }
    }
}
