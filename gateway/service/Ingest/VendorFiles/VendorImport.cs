using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.LogImport;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.Gateway.Ingest.VendorFiles;

/// <summary>What importing one vendor file came to.</summary>
internal sealed record VendorReport(ulong ImportLeaf, uint Version, int Frames, int Records, int Stored, int Refused, bool FileWasThere);

/// <summary>
/// A vendor's log export into the journal: the file whole, behind a provenance leaf, and its rows as frames through the same decoder,
/// judgement and journal as a dock's. Grade E: it says what somebody exported, not what a device signed. Runs in steps, each one commit group,
/// so that a running gateway goes on in between.
/// </summary>
internal sealed class VendorImport(OpenJournal journal, LogProfile profile, byte[] content, ActorId by, TimeProvider clock)
{
    // A journal record holds 1 MiB of received bytes, a commit group 8 MiB.
    private const int PieceBytes = JournalFormat.ReceivedBytesMax;
    private const long StepBytesMax = 2 * 1_048_576;
    private const ulong NsPerSecond = 1_000_000_000;
    private readonly Judgement judgement = new(journal.Group, journal.Known, journal.Gaps, journal.Chains, journal.Drifts);
    private readonly Dictionary<string, Sender> senders = new(StringComparer.Ordinal);
    private readonly HashSet<LogKey> logs = [];
    private VendorReport report = new(0, 1, 0, 0, 0, 0, false);

    /// <summary>How far the file's times may be from UTC, in s: a claim; null = nothing is known.</summary>
    public uint? StatedErrorSeconds { get; init; } = profile.Stamp.StatedErrorSeconds;

    public VendorReport Report => report;

    /// <summary>
    /// What is to be done, one step after the other on the thread that writes, each made durable before the next. <paramref name="data"/> is
    /// read here, beside the journal's writer, for an earlier import of the same file.
    /// </summary>
    public IEnumerable<Action> Steps(LogTranslation translation, string data)
    {
        var digest = Digest.Read(SHA256.HashData(content));
        var (imports, pieces) = Earlier(data, digest);
        report = report with { Version = imports + 1, FileWasThere = imports > 0 && pieces >= content.Length };
        var from = report.FileWasThere ? content.Length : 0;
        yield return () =>
        {
            var leaf = Provenance(translation, digest);
            var first = new ReadOnlyMemory<byte>(content, from, Math.Min(PieceBytes, content.Length - from));
            report = report with
            {
                ImportLeaf = first.IsEmpty ? journal.Group.AddOwn(leaf) : journal.Group.Add(RecordKind.Frame, leaf, first),
            };
        };
        for (var at = from + PieceBytes; at < content.Length; at += PieceBytes)
        {
            var piece = new ReadOnlyMemory<byte>(content, at, Math.Min(PieceBytes, content.Length - at));
            yield return () =>
                journal.Group.Add(RecordKind.Frame, Provenance(translation, digest) with { Accepted = 0, Rejected = 0 }, piece);
        }
        using var frames = LogFrames.Of(profile, translation.Rows, EpochOf(digest)).GetEnumerator();
        for (var more = true; more; )
        {
            yield return () => more = TakeFrames(frames);
        }
        yield return () =>
        {
            journal.Gaps.SessionEnded(logs, UnixTime.NowNs(clock));
            judgement.Quarantine.WriteRefusals(UnixTime.NowNs(clock));
        };
    }

    /// <summary>Rows without numbers of the device's own are numbered by the file: two files must not share those numbers.</summary>
    private Epoch EpochOf(Digest digest) => profile.Sequence is null ? new Epoch(0, digest.A) : default;

    private bool TakeFrames(IEnumerator<(string Device, byte[] Frame, int Records)> frames)
    {
        while (journal.Group.Bytes < StepBytesMax)
        {
            if (!frames.MoveNext())
            {
                return false;
            }
            var (device, bytes, records) = frames.Current;
            var frame = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax).Frame;
            var outcome = judgement.Judge(SenderOf(device), UnixTime.NowNs(clock), frame, bytes);
            if (RecordBatch.Decode(frame, out var batch).IsNone)
            {
                logs.Add(journal.State.Filed(batch.Header.Log)); // where it was filed: a source without epochs may have been given one
            }
            report = report with
            {
                Frames = report.Frames + 1,
                Records = report.Records + records,
                Stored = report.Stored + (outcome.Verdict == Verdict.Stored ? records : 0),
                Refused = report.Refused + (outcome.Verdict == Verdict.Stored ? 0 : records),
            };
        }
        return true;
    }

    private Sender SenderOf(string device)
    {
        if (senders.TryGetValue(device, out var known))
        {
            return known;
        }
        var enrolled = journal.State.DeviceInForce(device);
        return senders[device] = new Sender(0, ArrivalVia.VendorFile, new Place(enrolled?.Force ?? "", enrolled?.Armoury ?? "", ""))
        {
            ImportLeaf = report.ImportLeaf,
            Enrolled = true,
            Grade = AuthenticityGrade.E,
            Stated = StatedErrorSeconds is { } error ? new ClockBasis(0, error * NsPerSecond, ClockQuality.Claimed) : default,
        };
    }

    private Import Provenance(LogTranslation translation, Digest digest) =>
        new(
            UnixTime.NowNs(clock),
            by,
            ImportKind.VendorLog,
            profile.Name,
            digest,
            false,
            (ulong)content.Length,
            (ulong)translation.Rows.Count,
            (ulong)translation.Rejects.Count,
            report.Version
        );

    /// <summary>How often this very file was imported, and how many of its bytes are there.</summary>
    private static (uint Imports, long Pieces) Earlier(string data, Digest digest)
    {
        var (imports, pieces) = (0u, 0L);
        using var reader = JournalReader.Open(new RealDisk(), LogPlace.Ledger(data).Journal, 0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Leaf[1] == (byte)LeafType.Import && Leaf.Decode(reader.Leaf).Leaf is Import import && import.FileDigest == digest)
            {
                imports = Math.Max(imports, import.Number);
                pieces += reader.State == ReceivedState.Present ? reader.Received.Length : 0;
            }
        }
        return (imports, pieces);
    }
}
