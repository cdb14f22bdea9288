using System.Security.Cryptography;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Sessions;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// Where a batch belongs whose source has no epochs (SPEC clause 6.4): the anchor, a known record that is sent again, tells whether the log
/// still is the one that was stored. If not, it is an older life of it, or a new one, which gets an epoch as a leaf.
/// </summary>
internal sealed class SourceEpochs(GroupBuilder group, KnownRecords known)
{
    // A stamp that differs says that it is another event. The same stamp with other bytes is the same event altered: a variant, and a finding.
    private const int StampBytes = 8;

    /// <summary>Key and first sequence under which the batch is filed.</summary>
    public (LogKey Key, ulong First) Place(Sender sender, ulong receivedNs, in LogKey sent, in RecordBatch batch)
    {
        sender.Logs.Says(sent, batch.SequenceBits);
        var state = group.State;
        var filed = state.Filed(sent);
        var first = batch.FirstSequence + sender.Logs.Turns(state.Find(filed), sent, batch.FirstSequence);
        if (sender.Logs.IsAnchored(sent))
        {
            return (filed, first);
        }
        var (knownCount, others) = Compare(filed, first, batch);
        if (knownCount == 0 || others < knownCount)
        {
            if (knownCount > 0 || state.Find(filed) is not { Durable.HighestNext: > 0 })
            {
                sender.Logs.Anchored(sent);
            }
            return (filed, first);
        }
        sender.Logs.Anchored(sent);
        var lives = state.OpenedEpochs(sent.Device, sent.Log).Prepend(default).Where(epoch => epoch != filed.Epoch);
        foreach (var epoch in lives.Reverse().ToList())
        {
            var older = sent with { Epoch = epoch };
            if (Compare(older, batch.FirstSequence, batch) is { Known: > 0, Others: 0 })
            {
                return (older, batch.FirstSequence);
            }
        }
        var opened = After(filed.Epoch);
        group.AddOwn(new EpochOpened(receivedNs, sent.Device, sent.Log, filed.Epoch, opened, first, EpochCause.AnchorDiffers));
        return (group.State.Filed(sent), batch.FirstSequence);
    }

    /// <summary>The epoch that follows: the next number, and an incarnation drawn here (SPEC clause 6.3).</summary>
    public static Epoch After(in Epoch old) => new(old.Number + 1, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));

    private (ulong Known, ulong Others) Compare(in LogKey key, ulong first, in RecordBatch batch)
    {
        var range = new SequenceRange(first, (uint)batch.Count);
        if (group.State.Plan(key, range, out var fresh) != RangeAnswer.Fits || !known.Covers(key, range, fresh))
        {
            return default;
        }
        var count = range.Count - fresh.SequenceCount;
        return (count, count == 0 ? 0 : known.Differing(key, batch, first, StampBytes).SequenceCount);
    }
}
