using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// Receipts: signed leave to forget (wire 10). One for each log that a carrier said it holds, as soon as all of it is durable; it names
/// the leaves that hold it. Runs behind the fsync.
/// </summary>
internal sealed class ReceiptDesk(DecisionState state, KnownRecords known, ReceiptKey key, string gateway, TimeProvider clock)
{
    /// <summary>Says the receipts that have become due in this session.</summary>
    public void Say(DockingSession session)
    {
        foreach (var log in session.ReceiptsDue.ToList())
        {
            if (!session.Offered.TryGetValue(log, out var docked) || docked.Held.Count == 0)
            {
                session.ReceiptsDue.Remove(log);
            }
            else if (Wants.Of(state, docked).Ranges.Count == 0)
            {
                session.ReceiptsDue.Remove(log);
                session.Say(Of(docked));
            }
        }
    }

    private Receipt Of(in Docked docked)
    {
        Span<ReceiptRange> ranges = stackalloc ReceiptRange[Limits.RangesMax];
        var count = 0;
        foreach (var range in docked.Held.Span)
        {
            var (first, last) = known.LeavesOf(docked.Log, range);
            ranges[count++] = new ReceiptRange(range, first, last);
        }
        var receipt = new Receipt(docked.Log, UnixTime.NowNs(clock), key.Id, gateway, ranges[..count], default);
        return receipt.Signed(key.Sign);
    }
}
