using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Journals;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>What a carrier held when it was docked, as a leaf: once for each new oldest or newest sequence of a log.</summary>
internal static class DockedStatement
{
    public static void Add(GroupBuilder group, Sender sender, ulong receivedNs, in Wire.Docked docked, ReadOnlyMemory<byte> bytes)
    {
        if (docked.Held.Count == 0)
        {
            return;
        }
        var filed = group.State.Filed(docked.Log);
        var known = group.State.Find(filed);
        sender.Logs.Says(docked.Log, docked.SequenceBits);
        var (oldest, newest) = (ulong.MaxValue, 0UL);
        foreach (var range in docked.Held.Span)
        {
            var turns = sender.Logs.Turns(known, docked.Log, range.First);
            (oldest, newest) = (Math.Min(oldest, range.First + turns), Math.Max(newest, range.Next + turns));
        }
        var held = new HeldLogs(new HeldLog(docked.Log.Log, filed.Epoch, oldest, newest));
        var isSaid = known is not null && known.OldestOffered == oldest && known.NewestOffered == newest;
        if (isSaid && (docked.Carrier.Length > 0 || known!.OldestOfDevice == oldest || known.OldestSaidIn == sender.SessionId))
        {
            return;
        }
        var model = LeafName.IsPlain(docked.Model) ? docked.Model : docked.Model.Replace(' ', '-');
        group.Add(RecordKind.Frame, new Docked(sender.ArrivalAt(receivedNs), docked.Log.Device, docked.Carrier, model, held), bytes);
    }
}
