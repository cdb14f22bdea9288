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
        var held = new HeldLogs(new HeldLog(docked.Log.Log, docked.Log.Epoch, docked.Held.Span[0].First, docked.Held.Span[^1].Next));
        var known = group.State.Find(docked.Log);
        if (known is not null && known.OldestOffered == held.AsSpan()[0].First && known.NewestOffered == held.AsSpan()[0].Next)
        {
            return;
        }
        var model = LeafName.IsPlain(docked.Model) ? docked.Model : docked.Model.Replace(' ', '-');
        group.Add(RecordKind.Frame, new Docked(sender.ArrivalAt(receivedNs), docked.Log.Device, docked.Carrier, model, held), bytes);
    }
}
