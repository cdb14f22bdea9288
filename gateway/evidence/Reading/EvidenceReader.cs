using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;
using Frames = TaserTelemetry.FirmwareProtocol.Frames.ReadStatus;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.Evidence.Reading;

/// <summary>
/// Reads a ledger forward as decoded leaves, from any index to the last commit, live or from a copy: bounded memory, no allocation for
/// an event record. What stands in one leaf is a function of that leaf and its bytes alone, so a follower may stop and go on anywhere.
/// Not safe for two threads at once.
/// </summary>
public sealed class EvidenceReader : IDisposable
{
    private readonly JournalReader journal;
    private readonly NameCache names;
    private LeafDecode decode;
    private LeafReference? reference;

    /// <summary>Reads on with a journal reader, which it then owns. <paramref name="names"/> shares strings between readers of one thread.</summary>
    public EvidenceReader(JournalReader journal, NameCache? names = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        this.journal = journal;
        this.names = names ?? new NameCache();
    }

    /// <summary>
    /// Opens the ledger of a DATA folder read-only. <paramref name="endIndex"/> is where to stop, such as the size of a checkpoint; null =
    /// the last whole commit group at this moment.
    /// </summary>
    /// <exception cref="DiskException">Not readable.</exception>
    /// <exception cref="JournalDamagedException">The last segment has no good header.</exception>
    public static EvidenceReader Open(string data, ulong fromIndex = 0, ulong? endIndex = null, NameCache? names = null) =>
        new(JournalReader.Open(new RealDisk(), LogPlace.Ledger(data).Journal, fromIndex, endIndex), names);

    /// <summary>Index of the leaf at hand.</summary>
    public ulong Index => journal.Index;

    /// <summary>What kind of journal record it is.</summary>
    public RecordKind Kind => journal.Kind;

    /// <summary>The leaf, or null when this version cannot read it (<see cref="Reject"/>); its commitment and proofs hold all the same.</summary>
    public Leaf? Leaf => decode.Leaf;

    /// <summary>Why the leaf could not be read.</summary>
    public LeafReject Reject => decode.Reject;

    /// <summary>The leaf's commitment.</summary>
    public Digest Commitment => decode.Commitment;

    /// <summary>The leaf byte for byte. Valid until the next read.</summary>
    public ReadOnlySpan<byte> LeafBytes => journal.Leaf;

    /// <summary>Salt, 32 bytes; meaningful while <see cref="State"/> is Present. Valid until the next read.</summary>
    public ReadOnlySpan<byte> Salt => journal.Salt;

    /// <summary>What came, header to check; empty for an own event; meaningful while <see cref="State"/> is Present. Valid until the next read.</summary>
    public ReadOnlySpan<byte> Received => journal.Received;

    /// <summary>Whether salt and received bytes are there.</summary>
    public ReceivedState State => journal.State;

    /// <summary>Index and RFC 6962 hash of the leaf at hand, computed when first asked for.</summary>
    public LeafReference Reference => reference ??= new LeafReference(Index, HashOf(journal.Leaf));

    /// <summary>After <see cref="ReadStatus.Damaged"/>: where and what.</summary>
    public JournalProblem? Problem => journal.Problem;

    /// <summary>Reads the next leaf.</summary>
    public ReadStatus Read()
    {
        reference = null;
        var status = journal.Read();
        decode = status == ReadStatus.Record ? Leaf.Decode(journal.Leaf, names) : default;
        return status;
    }

    /// <summary>Reads to the end and calls <paramref name="take"/> with this reader at each leaf.</summary>
    /// <exception cref="JournalDamagedException">A record cannot be read: what stands behind it was not looked at.</exception>
    public void ReadToEnd(Action<EvidenceReader> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        for (var status = Read(); status != ReadStatus.End; status = Read())
        {
            if (status == ReadStatus.Damaged)
            {
                throw new JournalDamagedException(Problem!.Value);
            }
            take(this);
        }
    }

    /// <summary>The new events of the leaf at hand; empty unless the answer is <see cref="EventsState.Present"/>.</summary>
    public EventsState ReadEvents(out NewEvents events)
    {
        events = default;
        if (Leaf is not StoredBatch leaf || leaf.Verdict != LeafVerdict.Stored)
        {
            return EventsState.NoBatch;
        }
        if (State != ReceivedState.Present)
        {
            return State == ReceivedState.Disposed ? EventsState.Disposed : EventsState.Damaged;
        }
        var read = FrameReader.Read(Received, Limits.MqttPayloadBytesMax);
        if (read.Status != Frames.Done || !RecordBatch.Decode(read.Frame, out var batch).IsNone || !Fits(leaf, batch))
        {
            return EventsState.NotAsTheLeafSays;
        }
        events = new NewEvents(batch, leaf.First, leaf.NewRanges);
        return EventsState.Present;
    }

    /// <summary>Closes the journal reader.</summary>
    public void Dispose() => journal.Dispose();

    /// <summary>RFC 6962 leaf hash: SHA-256(0x00 ‖ leaf).</summary>
    public static Digest HashOf(ReadOnlySpan<byte> leafBytes)
    {
        Span<byte> hash = stackalloc byte[Digest.Bytes];
        MerkleHash.Leaf(leafBytes).CopyTo(hash);
        return Digest.Read(hash);
    }

    /// <summary>
    /// Whether a leaf may file this batch under its epoch and first sequence: as they were sent, but for the epoch of a source without epochs,
    /// and whole turns of a counter narrower than 64 bits (SPEC clauses 6.2, 6.4).
    /// </summary>
    internal static bool FiledRightly(StoredBatch leaf, in RecordBatch batch) =>
        (batch.Epoch == leaf.Epoch || batch.Epoch == default)
        && leaf.First >= batch.FirstSequence
        && (
            leaf.First == batch.FirstSequence
            || (batch.SequenceBits is > 0 and < 64 && (leaf.First - batch.FirstSequence) % (1UL << batch.SequenceBits) == 0)
        );

    private static bool Fits(StoredBatch leaf, in RecordBatch batch)
    {
        if (!FiledRightly(leaf, batch) || batch.Count != leaf.Count || batch.LogKind != leaf.Log)
        {
            return false;
        }
        foreach (var range in leaf.NewRanges.AsSpan())
        {
            if (range.First < leaf.First || range.Next - leaf.First > leaf.Count)
            {
                return false;
            }
        }
        return System.Text.Ascii.Equals(batch.DeviceAscii, leaf.Device);
    }
}
