using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// One head against the journal: its signature once more, then the hash chain over the stored records, which must lead from its first value to
/// its last (SPEC clause 13.4). Reads what is on the disk, and nothing else. For one thread at a time.
/// </summary>
internal sealed class HeadCheck(Func<ulong, JournalReader> openAt) : IDisposable
{
    private readonly StandingReaders readers = new(openAt);

    public HeadCheck(TamperEvidentLog ledger)
        : this(ledger.OpenReader) { }

    /// <summary>What came of it; the time is the caller's to say.</summary>
    public ChainCheck Of(HeadToCheck due)
    {
        var head = due.Head;
        var (reference, bytes) = Read(due.Index);
        var result = bytes is null ? ChainResult.Incomplete : Result(due, bytes);
        var grade = result == ChainResult.Verified ? head.Grade : AuthenticityGrade.D;
        return new ChainCheck(0, head.Device, head.Log, head.Epoch, head.First, head.Next, reference, result, grade);
    }

    public void Dispose() => readers.Dispose();

    private ChainResult Result(HeadToCheck due, byte[] bytes)
    {
        var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
        if (read.Status != FirmwareProtocol.Frames.ReadStatus.Done || !read.Frame.Decode<Wire.SessionHead>(out var head).IsNone)
        {
            return ChainResult.Incomplete;
        }
        var signer = head.Grade == HeadGrade.C ? due.Head.Arrival.Place.Dock : head.Log.Device;
        var (toSign, signature) = (head.BytesToSign(), head.Signature);
        if (due.Keys.Count == 0)
        {
            return ChainResult.NoKey;
        }
        if (head.Signer != signer || !due.Keys.Any(key => SignatureCheck.Holds(key, toSign, signature)))
        {
            return ChainResult.SignatureBad;
        }
        if (due.Stored is null)
        {
            return ChainResult.Incomplete;
        }
        return Chain(due.Stored, due.Head.First, head, head.NextSequence) is not { } chain ? ChainResult.Incomplete
            : chain != head.ChainAtNext ? ChainResult.ChainBroken
            : GoesOn(due.Earlier, due.Head.First, head) ? ChainResult.Verified
            : ChainResult.NotContinued;
    }

    /// <summary>Whether it begins anew, or where an earlier verified head and the records since say that the chain was.</summary>
    private bool GoesOn(EarlierHead? earlier, ulong filedFirst, in Wire.SessionHead head)
    {
        if (
            earlier is null
            || head.ChainAtFirst == HashChain.Start(head.Log, head.FirstSequence)
            || Read(earlier.Index).Bytes is not { } bytes
        )
        {
            return true;
        }
        var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
        if (read.Status != FirmwareProtocol.Frames.ReadStatus.Done || !read.Frame.Decode<Wire.SessionHead>(out var before).IsNone)
        {
            return true;
        }
        var until = before.FirstSequence + (filedFirst - earlier.Head.First);
        return Chain(earlier.Stored, earlier.Head.First, before, until) is not { } chain || chain == head.ChainAtFirst;
    }

    /// <summary>The chain over what is stored; null when some of it cannot be read any more.</summary>
    private Hash32? Chain(IReadOnlyList<StoredStretch> stored, ulong filedFirst, in Wire.SessionHead head, ulong untilSent)
    {
        var chain = head.ChainAtFirst;
        var next = filedFirst;
        foreach (var stretch in stored)
        {
            if (Read(stretch.Index).Bytes is not { } bytes || stretch.First != next)
            {
                return null;
            }
            var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
            if (read.Status != FirmwareProtocol.Frames.ReadStatus.Done || !RecordBatch.Decode(read.Frame, out var batch).IsNone)
            {
                return null;
            }
            for (var sequence = stretch.First; sequence < stretch.First + stretch.Count; sequence++)
            {
                // The chain runs over the source's own numbers; where they are filed is the gateway's doing.
                var sent = head.FirstSequence + (sequence - filedFirst);
                chain = HashChain.Next(chain, sent, batch.RecordBytes((int)(sequence - stretch.FiledFirst)));
            }
            next = stretch.First + stretch.Count;
        }
        return next == filedFirst + (untilSent - head.FirstSequence) ? chain : null;
    }

    private (LeafReference Reference, byte[]? Bytes) Read(ulong index) =>
        readers.At(index) is not { } reader
            ? (default, null)
            : (
                new LeafReference(index, EvidenceReader.HashOf(reader.Leaf)),
                reader.State == ReceivedState.Present ? reader.Received.ToArray() : null
            );
}
