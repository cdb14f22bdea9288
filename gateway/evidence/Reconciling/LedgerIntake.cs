using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Reconciler.Inputs;
using ClockQuality = TaserTelemetry.Reconciler.Inputs.ClockQuality;
using ClockReading = TaserTelemetry.Evidence.Leaves.ClockReading;
using DeviceEnrolment = TaserTelemetry.Reconciler.Inputs.DeviceEnrolment;
using Docked = TaserTelemetry.Evidence.Leaves.Docked;
using EnrolmentLeaf = TaserTelemetry.Evidence.Leaves.DeviceEnrolment;
using Frames = TaserTelemetry.FirmwareProtocol.Frames.ReadStatus;
using Grade = TaserTelemetry.Reconciler.Inputs.AuthenticityGrade;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;
using Undocked = TaserTelemetry.Evidence.Leaves.Undocked;

namespace TaserTelemetry.Evidence.Reconciling;

/// <summary>How much of a ledger could be taken in.</summary>
/// <param name="Leaves">Leaves read.</param>
/// <param name="Events">New events taken in.</param>
/// <param name="DisposedBatches">Batches whose bytes were disposed of under a policy: their events are missing from this run.</param>
/// <param name="UnusableBatches">Batches whose bytes are damaged or not what the leaf says.</param>
/// <param name="UnreadableLeaves">Leaves that a newer program wrote.</param>
/// <param name="Quarantined">Items kept aside, not counted.</param>
public readonly record struct IntakeCounts(
    ulong Leaves,
    ulong Events,
    ulong DisposedBatches,
    ulong UnusableBatches,
    ulong UnreadableLeaves,
    ulong Quarantined
);

/// <summary>
/// Turns ledgers into what the reconciler is given. Call <see cref="Add"/> for each ledger, then read the properties. The same ledgers
/// give the same inputs. Not thread-safe.
/// </summary>
public sealed class LedgerIntake
{
    /// <summary>Leaves between two calls of the progress callback.</summary>
    public const int ProgressEvery = 4_096;

    private readonly NameCache names = new();
    private readonly List<ClockComparison> comparisons = [];
    private readonly List<DeviceEnrolment> enrolments = [];
    private readonly List<CartridgeReading> cartridges = [];
    private readonly HashSet<(string Device, Epoch Epoch, ulong Sequence, byte Bay, string Serial)> cartridgesKnown = [];
    private readonly DockingNotes dockings = new();
    private readonly GapNotes gaps = new();
    private readonly IntegrityNotes integrity = new();
    private readonly VerifiedHeads verified = new();
    private IntakeCounts counts;

    /// <summary>Events.</summary>
    public LogStore Log { get; } = new();

    /// <summary>Clock comparisons besides those that batches carry.</summary>
    public IReadOnlyList<ClockComparison> ClockComparisons =>
        [.. comparisons.Select(c => c with { Newest = dockings.Newest(c.DockingSession, c.Device) })];

    /// <summary>What was docked, when, holding what.</summary>
    public IReadOnlyList<Docking> Dockings => dockings.All;

    /// <summary>Gaps, each in its last state.</summary>
    public IReadOnlyList<GapFact> Gaps => gaps.All;

    /// <summary>Notes on integrity.</summary>
    public IReadOnlyList<IntegrityFact> IntegrityFacts =>
        [.. integrity.All.Select(f => f with { AtNs = dockings.ClaimedAtNsOf(f.DockingSession, f.Device) ?? f.AtNs })];

    /// <summary>Enrolments of devices.</summary>
    public IReadOnlyList<DeviceEnrolment> Enrolments => enrolments;

    /// <summary>Cartridge serials as devices reported them.</summary>
    public IReadOnlyList<CartridgeReading> CartridgeReadings => cartridges;

    /// <summary>People's decisions.</summary>
    public DecisionNotes Decisions { get; } = new();

    /// <summary>How much was taken in.</summary>
    public IntakeCounts Counts => counts;

    /// <summary>
    /// Takes in a ledger up to the end of the reader. Answers null, or where the journal could not be read further, or that
    /// <see cref="LogStore.EntriesMax"/> was reached.
    /// </summary>
    public string? Add(EvidenceReader reader, Action<ulong>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        for (var status = reader.Read(); status != ReadStatus.End; status = reader.Read())
        {
            if (status == ReadStatus.Damaged)
            {
                return reader.Problem?.ToString() ?? "The journal cannot be read further.";
            }
            counts = counts with { Leaves = counts.Leaves + 1 };
            if (counts.Leaves % ProgressEvery == 0)
            {
                progress?.Invoke(reader.Index);
            }
            if (!Take(reader))
            {
                return $"More than {LogStore.EntriesMax:N0} events: reconcile by armoury or by period.";
            }
        }
        verified.Raise(Log);
        return null;
    }

    /// <summary>Opens a reader whose names are shared with earlier ledgers.</summary>
    public EvidenceReader Open(string data, ulong? endIndex = null) => EvidenceReader.Open(data, 0, endIndex, names);

    private bool Take(EvidenceReader reader)
    {
        switch (reader.Leaf)
        {
            case null:
                counts = counts with { UnreadableLeaves = counts.UnreadableLeaves + 1 };
                return true;
            case StoredBatch batch:
                integrity.Note(batch, RefOf(reader));
                return TakeBatch(reader, batch);
            case ClockReading reading:
                TakeReading(reader, reading);
                return true;
            case StoredBlock { BlockKind: (byte)BlockKind.Serials, Log: LogKind.Event } block:
                TakeSerials(reader, block);
                return true;
            case EnrolmentLeaf { Standing: Standing.InForce } device:
                enrolments.Add(new DeviceEnrolment(device.Device, device.Model, device.Armoury, device.AtNs, RefOf(reader)));
                return true;
            case Decision decision:
                Decisions.Note(decision, RefOf(reader));
                return true;
            case Docked docked:
                dockings.Note(docked, reader, RefOf(reader));
                return true;
            case Undocked undocked:
                dockings.Note(undocked);
                integrity.Note(undocked, RefOf(reader));
                return true;
            case Gap gap:
                gaps.Note(gap, RefOf(reader));
                return true;
            case Quarantined item:
                counts = counts with { Quarantined = counts.Quarantined + 1 };
                integrity.Note(item, RefOf(reader));
                return true;
            default:
                verified.Note(reader.Leaf);
                integrity.Note(reader.Leaf, RefOf(reader));
                return true;
        }
    }

    private bool TakeBatch(EvidenceReader reader, StoredBatch batch)
    {
        switch (reader.ReadEvents(out var events))
        {
            case EventsState.NoBatch:
                return true;
            case EventsState.Disposed:
                counts = counts with { DisposedBatches = counts.DisposedBatches + 1 };
                return true;
            case EventsState.Present when batch.Log is LogKind.Event or LogKind.Pulse:
                break;
            case EventsState.Present:
                return true;
            default:
                counts = counts with { UnusableBatches = counts.UnusableBatches + 1 };
                return true;
        }
        if (events.Count == 0)
        {
            return true;
        }
        var number = Log.AddBatch(Describe(batch, events, RefOf(reader)));
        foreach (var stored in events)
        {
            if (!Log.Add(number, stored.Sequence, stored.Record))
            {
                return false;
            }
        }
        counts = counts with { Events = counts.Events + events.Count };
        return true;
    }

    private LogBatch Describe(StoredBatch batch, in NewEvents events, LeafRef leaf) =>
        new()
        {
            Device = batch.Device,
            Model = batch.Model,
            Log = batch.Log,
            Epoch = batch.Epoch,
            Carrier = batch.Carrier,
            Dock = batch.Arrival.Place.Dock,
            Armoury = batch.Arrival.Place.Armoury,
            Force = batch.Arrival.Place.Force,
            Firmware = events.FirmwareFrom(names),
            DockingSession = batch.Arrival.SessionId,
            ReceivedNs = dockings.ClaimedAtNs(batch.Arrival.SessionId, batch.Device) ?? batch.Arrival.ReceivedNs,
            StampUnitNs = StampUnits.NsOf(batch.StampUnit),
            StampResolutionNs = batch.StampResolutionMs * 1_000_000UL,
            DurationResolutionMs = events.DurationResolutionMs,
            ClockOffsetNs = batch.Clock.OffsetNs,
            ClockBoundNs = batch.Clock.BoundNs,
            ClockQuality = (ClockQuality)(byte)batch.Clock.Quality,
            Grade = (Grade)(byte)batch.Grade,
            Leaf = leaf,
            First = batch.NewRanges.AsSpan()[0].First,
            Next = batch.NewRanges.AsSpan()[^1].Next,
        };

    private void TakeReading(EvidenceReader reader, ClockReading reading)
    {
        var unitNs = StampUnits.NsOf(reading.StampUnit);
        if (reading.Clock.Quality == Leaves.ClockQuality.None || unitNs == 0 || reading.DeviceStamp > long.MaxValue / 2 / unitNs)
        {
            return;
        }
        var deviceNs = (long)(reading.DeviceStamp * unitNs);
        if (reading.Clock.OffsetNs is > long.MaxValue / 2 or < -(long.MaxValue / 2))
        {
            return;
        }
        if (reading.Arrival.Via == ArrivalVia.Capture)
        {
            dockings.NoteClaimedTime(reading.Arrival.SessionId, reading.Device, deviceNs + reading.Clock.OffsetNs);
        }
        comparisons.Add(
            new ClockComparison(
                reading.Device,
                reading.Arrival.SessionId,
                deviceNs,
                deviceNs + reading.Clock.OffsetNs,
                reading.Clock.BoundNs,
                (ClockQuality)(byte)reading.Clock.Quality,
                null,
                RefOf(reader)
            )
        );
    }

    private void TakeSerials(EvidenceReader reader, StoredBlock leaf)
    {
        if (reader.State != ReceivedState.Present)
        {
            return;
        }
        var read = FrameReader.Read(reader.Received, Limits.MqttPayloadBytesMax);
        if (
            read.Status != Frames.Done
            || !Block.Decode(read.Frame, out var block).IsNone
            || !BlockContent.ReadSerials(block.UntrustedContent, out var serials).IsNone
        )
        {
            return;
        }
        foreach (var part in serials)
        {
            if (part.Of == SerialOf.Cartridge && part.Serial.Length > 0 && part.Bay < EventRecord.BaysMax)
            {
                var at = leaf.Arrival.ReceivedNs;
                // Said again in a later docking session a Block is a leaf once more, and counts once (SPEC clause 8.16).
                if (!cartridgesKnown.Add((leaf.Device, leaf.Epoch, leaf.Sequence, part.Bay, part.Serial)))
                {
                    continue;
                }
                cartridges.Add(new CartridgeReading(leaf.Device, leaf.Sequence, part.Bay, part.Serial, at, RefOf(reader)));
            }
        }
    }

    private static LeafRef RefOf(EvidenceReader reader)
    {
        var hash = reader.Reference.LeafHash;
        return new LeafRef(reader.Index, new LeafHash(hash.A, hash.B, hash.C, hash.D));
    }
}
