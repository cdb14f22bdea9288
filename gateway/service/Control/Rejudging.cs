using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Ledger.Journals;
using FrameStatus = TaserTelemetry.FirmwareProtocol.Frames.ReadStatus;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.Gateway.Control;

/// <summary>
/// Second verdicts. The first stays where it is; a new one is a record of its own that cites it, and is appended only where it differs from
/// the last one said. What is kept aside is judged with what is known now; what is stored, with the parser of now.
/// </summary>
internal sealed class Rejudging
{
    /// <summary>Items of the quarantine that one request judges again; the next request goes on behind them.</summary>
    public const int RetriedMax = 1_000;

    /// <summary>Verdicts made durable at a time.</summary>
    private const int GroupMax = 500;

    private const uint MarksOfRecords = 0xFFFF;
    private readonly OpenJournal journal;
    private readonly ActorId by;
    private readonly ulong nowNs;
    private readonly Judgement judgement;

    // Bounded by the quotas of the quarantine, and by what a new parser says differently.
    private readonly Dictionary<ulong, (LeafVerdict Verdict, ushort Reason)> said = [];

    public Rejudging(OpenJournal journal, ActorId by, ulong nowNs)
    {
        (this.journal, this.by, this.nowNs) = (journal, by, nowNs);
        judgement = new Judgement(journal.Group, journal.Known, journal.Gaps, journal.Chains, journal.Drifts);
        using var reader = journal.Ledger.OpenReader(0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Kind == RecordKind.OwnEvent && Leaf.Decode(reader.Leaf).Leaf is Rejudgement before)
            {
                said[before.Target.Index] = (before.Verdict, before.Reason);
            }
        }
    }

    /// <summary>Records looked at.</summary>
    public long Judged { get; private set; }

    /// <summary>Of what was kept aside, how many can be stored now.</summary>
    public long Stored { get; private set; }

    /// <summary>Of what was stored, how many get another verdict now.</summary>
    public long Changed { get; private set; }

    /// <summary>Judges what is kept aside: one item, or all that are not stored yet, up to <see cref="RetriedMax"/>.</summary>
    public static ControlAnswer Retry(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        var only = request["index"].Length == 0 ? (ulong?)null : ulong.Parse(request["index"], CultureInfo.InvariantCulture);
        var again = new Rejudging(journal, request.By, nowNs);
        using var reader = journal.Ledger.OpenReader(only ?? 0);
        while (again.Judged < RetriedMax && reader.Read() == ReadStatus.Record && (only is null || reader.Index == only))
        {
            again.Quarantined(reader);
        }
        return again.Judged == 0
            ? ControlAnswer.No(only is null ? "Nothing is kept aside." : $"Leaf {only} is no quarantined item, or was stored since.")
            : ControlAnswer.Yes(
                $"{again.Judged} items judged again: {again.Stored} can be stored now, {again.Judged - again.Stored} stay aside."
            );
    }

    /// <summary>Judges everything there is; <paramref name="commit"/> makes a portion durable.</summary>
    public void All(Action commit)
    {
        var end = journal.Ledger.NextIndex;
        using var reader = journal.Ledger.OpenReader(0);
        while (reader.Read() == ReadStatus.Record && reader.Index < end)
        {
            Quarantined(reader);
            StoredBatch(reader);
            if (journal.Group.Count >= GroupMax)
            {
                commit();
            }
        }
        commit();
    }

    private void Quarantined(JournalReader reader)
    {
        if (
            reader.Kind != RecordKind.Quarantined
            || reader.State != ReceivedState.Present
            || Leaf.Decode(reader.Leaf).Leaf is not Quarantined item
            || (said.TryGetValue(reader.Index, out var last) && last.Verdict == LeafVerdict.Stored)
        )
        {
            return;
        }
        Judged++;
        ReadOnlyMemory<byte> bytes = reader.Received.ToArray();
        var place = item.Arrival.Place;
        var known = journal.State.Docks.GetValueOrDefault(place.Dock);
        var sender = new Sender(item.Arrival.SessionId, item.Arrival.Via, place)
        {
            ImportLeaf = item.Arrival.ImportLeaf,
            Enrolled = known is { Standing: Standing.InForce },
            Standing = Enrolments.Standing(known, new DockAddress(place.Force, place.Armoury, place.Dock)),
            Marks = BatchMarks.FromQuarantine | BatchMarks.DockUnsigned,
        };
        var read = FrameReader.Read(bytes.Span, Limits.MqttPayloadBytesMax);
        if (read.Status != FrameStatus.Done || read.Bytes.Length != bytes.Length || sender.Standing != Reason.None)
        {
            return;
        }
        var (outcome, rejection) = judgement.JudgeAgain(sender, item.Arrival.ReceivedNs, read.Frame, bytes);
        if (rejection.IsNone && outcome.Verdict == Verdict.Stored)
        {
            Stored++;
            Say(reader, LeafVerdict.Stored, outcome.Reason);
        }
    }

    /// <summary>
    /// Whether today's parser would take a batch as it was taken. Its points stay what they are: a store shows first verdicts, and a reader
    /// of the ledger finds both.
    /// </summary>
    private void StoredBatch(JournalReader reader)
    {
        if (
            reader.Kind != RecordKind.Frame
            || reader.State != ReceivedState.Present
            || Leaf.Decode(reader.Leaf).Leaf is not StoredBatch stored
        )
        {
            return;
        }
        Judged++;
        var (verdict, reason) = VerdictOn(reader.Received, stored);
        var (before, because) = said.TryGetValue(reader.Index, out var last) ? last : (LeafVerdict.Stored, stored.Reason);
        if (verdict != before || (ushort)reason != because)
        {
            Changed++;
            Say(reader, verdict, reason);
        }
    }

    private static (LeafVerdict Verdict, Reason Reason) VerdictOn(ReadOnlySpan<byte> received, StoredBatch stored)
    {
        var read = FrameReader.Read(received, Limits.MqttPayloadBytesMax);
        var rejection = read.Rejection;
        RecordBatch batch = default;
        if (read.Status == FrameStatus.Done)
        {
            rejection = RecordBatch.Decode(read.Frame, out batch);
        }
        if (!rejection.IsNone)
        {
            return (LeafVerdict.KeptAside, rejection.Reason);
        }
        // What was said of the sender and of variants came from what was known then, and is not the parser's to say again.
        var first = (Reason)stored.Reason;
        return first is not (Reason.None or Reason.RecordDoubtful) ? (LeafVerdict.Stored, first)
            : ((uint)batch.Validate() & MarksOfRecords) != 0 ? (LeafVerdict.Stored, Reason.RecordDoubtful)
            : (LeafVerdict.Stored, Reason.None);
    }

    private void Say(JournalReader reader, LeafVerdict verdict, Reason reason)
    {
        var hash = Ledger.Trees.MerkleHash.Leaf(reader.Leaf);
        Span<byte> hashBytes = stackalloc byte[Ledger.Hash256.Bytes];
        hash.CopyTo(hashBytes);
        var target = new LeafReference(reader.Index, Digest.Read(hashBytes));
        journal.Group.AddOwn(new Rejudgement(nowNs, by, target, Sender.ParserVersion, verdict, (ushort)reason));
        said[reader.Index] = (verdict, (ushort)reason);
    }
}
