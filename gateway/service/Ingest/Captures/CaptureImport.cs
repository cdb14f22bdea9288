using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Captures;

/// <summary>What importing one capture came to.</summary>
internal sealed record CaptureReport(
    string File,
    long Entries,
    long Frames,
    long EventRecords,
    long Stored,
    long KeptAside,
    long Refused,
    string End
);

/// <summary>
/// A capture file through the same decoder, decision and journal as a dock (wire 24): for armouries without a network. The capture's own
/// receive times serve clock correction and are marked as claims; the leaf's received time is now.
/// </summary>
internal sealed class CaptureImport(OpenJournal journal, string gateway, TimeProvider clock)
{
    /// <summary>Sources one capture may name.</summary>
    public const int SourcesMax = 4_096;

    private const long GroupBytesMax = 4 * 1_048_576;
    private readonly Judgement judgement = new(
        journal.Group,
        journal.Known,
        journal.Gaps,
        journal.Chains,
        journal.Drifts,
        new ReceiptJudgement(journal.Group, journal.Gaps, journal.Known, gateway, journal.Receipts, journal.OtherReceipts)
    );
    private readonly Dictionary<string, Sender> senders = new(StringComparer.Ordinal);
    private readonly HashSet<LogKey> logs = [];
    private ulong importLeaf;
    private ulong lastSessionId;
    private long frames;
    private long records;
    private long stored;
    private long keptAside;
    private long refused;

    public CaptureReport Import(string file, ActorId by, Action<long> progress)
    {
        journal.RememberOlder();
        using var stream = File.OpenRead(file);
        importLeaf = journal.Group.AddOwn(Provenance(stream, by));
        senders.Clear();
        stream.Position = 0;
        var reader = new CaptureReader(stream);
        var entries = 0L;
        CaptureStatus status;
        while ((status = reader.Read(out var entry)) == CaptureStatus.Entry)
        {
            entries++;
            if (entry.Direction == CaptureDirection.Up && SenderOf(entry) is { } sender)
            {
                TakeFrames(sender, entry.Source, entry.ReceivedUtcNs, entry.UntrustedBytes.ToArray());
            }
            if (journal.Group.Bytes > GroupBytesMax)
            {
                Commit();
                // what a head covers is looked up fast while its segment is the one being written
                CheckHeads(isOver: false);
                progress(reader.Offset);
            }
        }
        journal.Gaps.SessionEnded(logs, UnixTime.NowNs(clock));
        judgement.Quarantine.WriteRefusals(UnixTime.NowNs(clock));
        Commit();
        CheckHeads(isOver: true);
        progress(reader.Offset);
        var end = status switch
        {
            CaptureStatus.End => "whole",
            CaptureStatus.CutShort => $"cut short behind byte {reader.Offset}; what came before is taken",
            CaptureStatus.NotACapture => "no capture: the first bytes are not those of a capture file",
            _ => $"damaged at byte {reader.Offset}; what came before is taken",
        };
        return new CaptureReport(file, entries, frames, records, stored, keptAside, refused, end);
    }

    /// <summary>
    /// No gateway runs that would check the heads behind the journal (SPEC 13.6): the import ends when each has been looked at. Until it is
    /// over, the rest of what a head covers may still come.
    /// </summary>
    private void CheckHeads(bool isOver)
    {
        do
        {
            journal.Chains.Look(UnixTime.NowNs(clock), journal.Ledger.NextIndex, _ => !isOver);
            journal.Chains.Running.GetAwaiter().GetResult();
            Commit();
        } while (journal.Chains.IsChecking);
    }

    private Import Provenance(Stream stream, ActorId by)
    {
        Span<byte> hash = stackalloc byte[Digest.Bytes];
        SHA256.HashData(stream, hash);
        return new Import(UnixTime.NowNs(clock), by, ImportKind.Capture, "", Digest.Read(hash), false, (ulong)stream.Length, 0, 0, 1);
    }

    private void TakeFrames(Sender sender, string source, ulong claimedNs, ReadOnlyMemory<byte> rest)
    {
        while (!rest.IsEmpty)
        {
            var read = FrameReader.Read(rest.Span, Limits.MqttPayloadBytesMax);
            if (read.Status is not (ReadStatus.Done or ReadStatus.FrameRejected))
            {
                var reason = read.Status == ReadStatus.Incomplete ? Reason.FrameCutShort : read.Rejection.Reason;
                Count(judgement.Quarantine.Keep(sender, UnixTime.NowNs(clock), QuarantineKind.MessageRest, reason, rest));
                return;
            }
            var bytes = rest[..read.Bytes.Length];
            rest = rest[bytes.Length..];
            frames++;
            if (read.Status == ReadStatus.FrameRejected)
            {
                Count(judgement.Quarantine.Keep(sender, UnixTime.NowNs(clock), QuarantineKind.BadFrame, read.Rejection.Reason, bytes));
                continue;
            }
            sender = TakeFrame(sender, source, claimedNs, read.Frame, bytes);
        }
    }

    private Sender TakeFrame(Sender sender, string source, ulong claimedNs, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        switch (frame.Header.Type)
        {
            case MessageType.Hello when frame.Decode<Hello>(out var hello).IsNone:
                // A new hello is a new docking session of the capture: readings of the one before say nothing about it.
                lastSessionId = Math.Max(lastSessionId, journal.State.LastSessionId) + 1;
                sender = senders[source] = NewSender(sender.Place, lastSessionId);
                sender.Clock.Heard(hello.BootId, hello.MonotonicNs, claimedNs);
                return sender;
            case MessageType.ClockEcho when frame.Decode<Wire.ClockEcho>(out var echo).IsNone && echo.GatewayUtcNs <= claimedNs:
                sender.Clock.Echoed(echo, echo.GatewayUtcNs, claimedNs);
                break;
            case MessageType.Docked when frame.Decode<Wire.Docked>(out var docked).IsNone:
                if (sender.Standing == Reason.None)
                {
                    DockedStatement.Add(journal.Group, sender, UnixTime.NowNs(clock), docked, bytes);
                }
                return sender;
            case MessageType.RecordBatch when RecordBatch.Decode(frame, out var batch).IsNone:
                records += batch.Count;
                Count(judgement.Judge(sender, UnixTime.NowNs(clock), frame, bytes));
                if (journal.State.Filed(batch.Header.Log) is var filed && journal.State.Find(filed) is not null)
                {
                    logs.Add(filed); // where it was filed: a source without epochs may have been given one
                }
                return sender;
            default:
                if (!frame.Header.Type.IsNumbered() && frame.Header.Type.IsKnown())
                {
                    return sender; // conversation, nothing to keep
                }
                break;
        }
        Count(judgement.Judge(sender, UnixTime.NowNs(clock), frame, bytes));
        return sender;
    }

    private Sender? SenderOf(in CaptureEntry entry)
    {
        if (senders.TryGetValue(entry.Source, out var known))
        {
            return known;
        }
        if (senders.Count >= SourcesMax || !DockAddress.TryParse(entry.Source, out var claimed))
        {
            refused++;
            return null;
        }
        return senders[entry.Source] = NewSender(new Place(claimed.Force, claimed.Armoury, claimed.Dock), 0);
    }

    private Sender NewSender(Place place, ulong sessionId)
    {
        var known = journal.State.Docks.GetValueOrDefault(place.Dock);
        return new Sender(sessionId, ArrivalVia.Capture, place)
        {
            ImportLeaf = importLeaf,
            Enrolled = known is { Standing: Standing.InForce },
            Standing = Enrolments.Standing(known, new DockAddress(place.Force, place.Armoury, place.Dock)),
            Marks = BatchMarks.DockUnsigned,
        };
    }

    private void Count(FrameOutcome outcome)
    {
        switch (outcome.Verdict)
        {
            case Verdict.Stored:
                stored++;
                break;
            case Verdict.KeptAside:
                keptAside++;
                break;
            default:
                refused++;
                break;
        }
    }

    private void Commit()
    {
        journal.Commit();
        journal.Known.GroupIsDurable();
    }
}
