using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using DockHealth = TaserTelemetry.Evidence.Leaves.DockHealth;
using LogCleared = TaserTelemetry.Evidence.Leaves.LogCleared;
using SessionHead = TaserTelemetry.Evidence.Leaves.SessionHead;
using Undocked = TaserTelemetry.Evidence.Leaves.Undocked;

namespace TaserTelemetry.Evidence.Reconciling;

/// <summary>
/// What leaves say of the integrity of uploads, gathered so that one cause is one note: differing records by docking session and log,
/// failed frames by session, unknown docks by session.
/// </summary>
internal sealed class IntegrityNotes
{
    private readonly List<IntegrityFact> single = [];
    private readonly Dictionary<(ulong Session, LogKey Log, bool Retranslated), IntegrityFact> variants = [];
    private readonly Dictionary<(ulong Session, string Dock), (uint Frames, uint Bad, IntegrityFact? First)> frames = [];
    private readonly Dictionary<(ulong Session, string Dock), IntegrityFact> unknownDocks = [];
    private readonly Dictionary<(string Dock, ulong Boot), IntegrityFact> docksWithoutTime = [];

    // heads that were not looked at yet, by leaf
    private readonly Dictionary<ulong, Arrival> heads = [];

    public IReadOnlyList<IntegrityFact> All =>
        [
            .. single
                .Concat(variants.Values)
                .Concat(unknownDocks.Values)
                .Concat(docksWithoutTime.Values)
                .Concat(frames.Values.Where(f => f.First is not null).Select(f => f.First! with { Count = f.Bad, OutOf = f.Frames }))
                .OrderBy(f => f.Leaf.Index)
                .ThenBy(f => f.Kind),
        ];

    public void Note(StoredBatch batch, LeafRef leaf)
    {
        CountFrame(batch.Arrival, null);
        if (batch.VariantRanges.Count == 0)
        {
            return;
        }
        var log = new LogKey(batch.Device, batch.Log, batch.Epoch);
        var retranslated = batch.Marks.HasFlag(BatchMarks.Retranslated);
        var count = (uint)Math.Min(batch.VariantRanges.SequenceCount, uint.MaxValue / 2);
        var key = (batch.Arrival.SessionId, log, retranslated);
        if (variants.TryGetValue(key, out var known))
        {
            count = Math.Min(count + known.Count, uint.MaxValue / 2);
        }
        var kind =
            retranslated ? IntegrityFactKind.Retranslated
            : count == 1 ? IntegrityFactKind.Variant
            : IntegrityFactKind.LogForked;
        variants[key] = Fact(kind, batch.Device, batch.Arrival, batch.VariantRanges[0], log, count, 0, known?.Leaf ?? leaf);
    }

    public void Note(Undocked undocked, LeafRef leaf)
    {
        if (!undocked.Complete)
        {
            single.Add(Fact(IntegrityFactKind.UploadIncomplete, undocked.Device, undocked.Arrival, null, default, 1, 0, leaf));
        }
    }

    public void Note(Quarantined item, LeafRef leaf)
    {
        if ((Reason)item.Reason is Reason.DockUnknown or Reason.DockRevoked)
        {
            unknownDocks.TryAdd(
                (item.Arrival.SessionId, item.Arrival.Place.Dock),
                Fact(IntegrityFactKind.DockUnknown, item.Device, item.Arrival, null, default, 1, 0, leaf)
            );
            return;
        }
        var fact = Fact(IntegrityFactKind.UploadIncomplete, item.Device, item.Arrival, null, default, 1, 0, leaf);
        CountFrame(item.Arrival, item.Kind == QuarantineKind.BadFrame ? fact : null);
    }

    public void Note(Leaf leaf, LeafRef at)
    {
        switch (leaf)
        {
            case LogCleared cleared:
                var log = new LogKey(cleared.Device, cleared.Log, cleared.OldEpoch);
                single.Add(Fact(IntegrityFactKind.LogCleared, cleared.Device, cleared.Arrival, null, log, 1, 0, at));
                break;
            case DockHealth health when (ClockState)health.ClockState is ClockState.NotSet or ClockState.FreeRunning:
                docksWithoutTime.TryAdd(
                    (health.Arrival.Place.Dock, health.DockBoot),
                    Fact(IntegrityFactKind.DockClockUnsynchronised, "", health.Arrival, null, default, 1, 0, at)
                );
                break;
            case OtherFrame frame when (Reason)frame.Reason == Reason.ReceiptedButMissing:
                single.Add(Fact(IntegrityFactKind.ReceiptedButMissing, frame.Device, frame.Arrival, null, default, 1, 0, at));
                break;
            case CheckpointShown { Result: CheckpointShownResult.Ahead or CheckpointShownResult.Inconsistent } shown:
                single.Add(Fact(IntegrityFactKind.NotExtending, "", shown.Arrival, null, default, 1, 0, at));
                break;
            case SessionHead head:
                heads[at.Index] = head.Arrival;
                break;
            case ChainCheck { Result: ChainResult.ChainBroken or ChainResult.SignatureBad or ChainResult.NotContinued } check:
                NoteChain(check, at);
                break;
            case ChainCheck { Result: not ChainResult.Incomplete } check:
                heads.Remove(check.HeadLeaf.Index);
                break;
            default:
                break;
        }
    }

    /// <summary>A chain is looked at behind the journal; what came of it belongs to the dock and the session that brought the head.</summary>
    private void NoteChain(ChainCheck check, LeafRef at)
    {
        heads.Remove(check.HeadLeaf.Index, out var arrival);
        var count = (uint)Math.Min(check.Next > check.First ? check.Next - check.First : 0, uint.MaxValue);
        single.Add(
            new IntegrityFact(
                IntegrityFactKind.NotExtending,
                check.Device,
                arrival.Place.Dock ?? "",
                arrival.SessionId,
                count == 0 ? null : new SequenceRange(check.First, count),
                check.Log,
                check.Epoch,
                check.AtNs,
                count,
                0,
                at
            )
        );
    }

    private void CountFrame(in Arrival arrival, IntegrityFact? bad)
    {
        var key = (arrival.SessionId, arrival.Place.Dock);
        var (count, badCount, first) = frames.GetValueOrDefault(key);
        frames[key] = (count + 1, badCount + (bad is null ? 0u : 1u), first ?? bad);
    }

    private static IntegrityFact Fact(
        IntegrityFactKind kind,
        string device,
        in Arrival arrival,
        SequenceRange? range,
        in LogKey log,
        uint count,
        uint outOf,
        LeafRef leaf
    ) => new(kind, device, arrival.Place.Dock, arrival.SessionId, range, log.Log, log.Epoch, arrival.ReceivedNs, count, outOf, leaf);
}
