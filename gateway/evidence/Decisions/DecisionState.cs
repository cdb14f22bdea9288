using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Decisions;

/// <summary>
/// Everything the gateway needs to judge the next frame, folded from the leaves alone (and, for quarantine, from the bytes kept aside):
/// the same leaves in the same order give the same state, whether folded live, at recovery or on an auditor's machine. Not thread-safe.
/// </summary>
public sealed class DecisionState
{
    /// <summary>Logs of all devices and epochs that are followed.</summary>
    public const int LogsMax = 500_000;

    private readonly Dictionary<LogKey, LogState> logs = [];
    private readonly Dictionary<(string Device, LogKind Log), Epoch> currentEpochs = [];
    private readonly Dictionary<string, DockEnrolment> docks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeviceEnrolment> devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DockEnrolment> docksBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DeviceEnrolment> devicesBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> headCounters = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, Hold> holds = [];
    private readonly Dictionary<(string Device, LogKind Log), List<Epoch>> openedEpochs = [];

    /// <summary>Numbers used until a policy leaf says otherwise.</summary>
    public static readonly IngestPolicy DefaultPolicy = new(
        0,
        default,
        0,
        QuarantineBytesPerSource: 64UL << 20,
        QuarantineEntriesPerSource: 10_000,
        QuarantineBytesUnenrolled: 1UL << 20,
        QuarantineEntriesUnenrolled: 256,
        QuarantineBytesTotal: 1UL << 30,
        GapFinalAfterDays: 90,
        UnsignedDocks: true,
        UnknownDevices: true
    );

    /// <summary>Index after the last leaf folded in.</summary>
    public ulong NextLeaf { get; private set; }

    /// <summary>Numbers in force.</summary>
    public IngestPolicy Policy { get; private set; } = DefaultPolicy;

    /// <summary>Docks in force or withdrawn, by name: the last word on each.</summary>
    public IReadOnlyDictionary<string, DockEnrolment> Docks => docks;

    /// <summary>Devices in force or withdrawn, by serial: the last word on each.</summary>
    public IReadOnlyDictionary<string, DeviceEnrolment> Devices => devices;

    /// <summary>Holds in force, by their number.</summary>
    public IReadOnlyDictionary<ulong, Hold> Holds => holds;

    /// <summary>Logs, by key.</summary>
    public IReadOnlyDictionary<LogKey, LogState> Logs => logs;

    /// <summary>What is kept aside.</summary>
    public QuarantineLedger Quarantine { get; } = new();

    /// <summary>Nonces given and not spent.</summary>
    public NonceBook Nonces { get; } = new();

    /// <summary>How often the gateway has started on this ledger.</summary>
    public ulong StartNumber { get; private set; }

    /// <summary>Highest docking session number seen; the next session takes a higher one.</summary>
    public ulong LastSessionId { get; private set; }

    /// <summary>False when the last start has no clean stop behind it.</summary>
    public bool StoppedCleanly { get; private set; } = true;

    /// <summary>True when nothing may be appended any more: the origin was frozen.</summary>
    public bool Frozen { get; private set; }

    /// <summary>Version of the last program that wrote here; 0 = none.</summary>
    public uint SoftwareVersion { get; private set; }

    /// <summary>Leaves that could not be read here (a newer program wrote them). Their commitments still hold.</summary>
    public ulong UnreadableLeaves { get; private set; }

    /// <summary>The log, or null when nothing is known of it.</summary>
    public LogState? Find(in LogKey key) => logs.GetValueOrDefault(key);

    /// <summary>The epoch a device's log is in as far as known; null when nothing is known.</summary>
    public Epoch? CurrentEpoch(string device, LogKind log) => currentEpochs.TryGetValue((device, log), out var epoch) ? epoch : null;

    /// <summary>Epochs that the gateway opened for a source without epochs, oldest first; none for most.</summary>
    public IReadOnlyList<Epoch> OpenedEpochs(string device, LogKind log) => openedEpochs.GetValueOrDefault((device, log)) ?? [];

    /// <summary>
    /// Under which key records of this log are filed: a source without epochs sends zeros for ever, and its records belong to the epoch that
    /// the gateway opened last; every other key stands as it is.
    /// </summary>
    public LogKey Filed(in LogKey sent) =>
        sent.Epoch == default && openedEpochs.TryGetValue((sent.Device, sent.Log), out var opened)
            ? sent with
            {
                Epoch = opened[^1],
            }
            : sent;

    /// <summary>Highest head counter accepted from a device; 0 = none.</summary>
    public ulong HeadCounterOf(string device) => headCounters.GetValueOrDefault(device);

    /// <summary>The dock when it is enrolled and not withdrawn, else null.</summary>
    public DockEnrolment? DockInForce(string dock) =>
        docks.TryGetValue(dock, out var enrolment) && enrolment.Standing == Standing.InForce ? enrolment : null;

    /// <summary>The device when it is enrolled and not withdrawn, else null.</summary>
    public DeviceEnrolment? DeviceInForce(string device) =>
        devices.TryGetValue(device, out var enrolment) && enrolment.Standing == Standing.InForce ? enrolment : null;

    /// <summary>Keys that a dock in force may sign with: its own first, then, from a rotation until its overlap ends, the one before.</summary>
    public IReadOnlyList<PublicKey> KeysOfDock(string dock) =>
        DockInForce(dock) is { } now ? Keys(now.Key, docksBefore.GetValueOrDefault(dock)?.Key) : [];

    /// <summary>Keys that a device in force may sign with, as <see cref="KeysOfDock"/>.</summary>
    public IReadOnlyList<PublicKey> KeysOfDevice(string device) =>
        DeviceInForce(device) is { } now ? Keys(now.Key, devicesBefore.GetValueOrDefault(device)?.Key) : [];

    /// <summary>What storing this range would add, and whether it may. Nothing changes.</summary>
    public RangeAnswer Plan(in LogKey key, SequenceRange range, out SequenceRanges newRanges)
    {
        if (logs.TryGetValue(key, out var log))
        {
            return log.Durable.Plan(range, out newRanges);
        }
        newRanges = new SequenceRanges(range);
        return logs.Count < LogsMax ? RangeAnswer.Fits : RangeAnswer.TooManyLogs;
    }

    /// <summary>Folds in a leaf that could not be read, so that indices stay right.</summary>
    public void ApplyUnreadable(ulong index)
    {
        Advance(index);
        UnreadableLeaves++;
    }

    /// <summary>
    /// Folds in the next leaf. <paramref name="received"/> is what the leaf is about, empty where there is none or where it was disposed
    /// of; it is read for quarantined items only. An index that is not the next one is a programming error.
    /// </summary>
    public void Apply(ulong index, Leaf leaf, ReadOnlySpan<byte> received)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        Advance(index);
        switch (leaf)
        {
            case StoredBatch batch:
                ApplyBatch(index, batch);
                break;
            case Quarantined item:
                SeenSession(item.Arrival);
                Quarantine.Add(item.Arrival.Place.Dock, item.Kind, item.ReceivedBytes, received);
                break;
            case Docked docked:
                SeenSession(docked.Arrival);
                ApplyDocked(index, docked);
                break;
            case SessionHead head:
                SeenSession(head.Arrival);
                ApplyHead(head);
                break;
            case LogCleared cleared:
                SeenSession(cleared.Arrival);
                Open(cleared.Device, cleared.Log, cleared.NewEpoch);
                break;
            case EpochOpened opened:
                ApplyOpened(opened);
                break;
            case Gap { State: GapState.Final } gap when gap.Next > gap.First:
                LogAt(new LogKey(gap.Device, gap.Log, gap.Epoch), index).Durable.MarkFinal(new Run(gap.First, gap.Next));
                break;
            default:
                ApplyOwnEvent(leaf);
                break;
        }
    }

    private void ApplyOwnEvent(Leaf leaf)
    {
        switch (leaf)
        {
            case DockEnrolment dock:
                Enrol(docks, docksBefore, dock.Place.Dock, dock, dock.Source);
                break;
            case DeviceEnrolment device:
                Enrol(devices, devicesBefore, device.Device, device, device.Source);
                break;
            case IngestPolicy policy:
                Policy = policy;
                break;
            case Hold hold:
                ApplyHold(hold);
                break;
            case NonceGrant grant:
                Nonces.Grant(grant);
                break;
            case NonceSpent spent:
                Nonces.Spend(spent);
                break;
            case OriginLink { Event: OriginEvent.Frozen }:
                Frozen = true;
                break;
            case StartStop state:
                StartNumber = state.StartNumber;
                SoftwareVersion = state.SoftwareVersion;
                StoppedCleanly = state.State == RunState.StoppedClean;
                break;
            case StoredBlock block:
                SeenSession(block.Arrival);
                break;
            case ClockReading reading:
                SeenSession(reading.Arrival);
                break;
            default:
                break;
        }
    }

    private static void Enrol<T>(Dictionary<string, T> now, Dictionary<string, T> before, string name, T next, EnrolmentSource source)
    {
        if (source == EnrolmentSource.Rotation && now.TryGetValue(name, out var old))
        {
            before[name] = old;
        }
        else
        {
            before.Remove(name);
        }
        now[name] = next;
    }

    private static IReadOnlyList<PublicKey> Keys(PublicKey now, PublicKey? before) =>
        [.. new[] { now, before ?? default }.Where(key => key.Algorithm != KeyAlgorithm.None)];

    private void Advance(ulong index)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(index, NextLeaf, nameof(index));
        NextLeaf = index + 1;
    }

    private void SeenSession(in Arrival arrival) => LastSessionId = Math.Max(LastSessionId, arrival.SessionId);

    private void ApplyBatch(ulong index, StoredBatch batch)
    {
        SeenSession(batch.Arrival);
        var log = LogAt(new LogKey(batch.Device, batch.Log, batch.Epoch), index);
        foreach (var range in batch.NewRanges.AsSpan())
        {
            log.Durable.Add(range);
        }
        log.Variants += batch.VariantRanges.SequenceCount;
        log.LastLeaf = index;
        log.LastReceivedNs = batch.Arrival.ReceivedNs;
        currentEpochs.TryAdd((batch.Device, batch.Log), batch.Epoch);
    }

    private void ApplyDocked(ulong index, Docked docked)
    {
        foreach (var held in docked.Held.AsSpan())
        {
            if (logs.Count >= LogsMax || held.Next <= held.First)
            {
                continue;
            }
            var log = LogAt(new LogKey(docked.Device, held.Log, held.Epoch), index);
            if (log.NewestOffered == 0 || held.Next >= log.NewestOffered)
            {
                log.OldestOffered = held.First;
                log.NewestOffered = held.Next;
                if (docked.Carrier.Length == 0 || docked.Carrier == docked.Device)
                {
                    // A pack holds a part of the log; only the device's own oldest tells what was overwritten (wire 6). Of more than 16 held ranges
                    // the lowest come first (SPEC clause 8.9): what follows in the same session takes nothing back.
                    var isMore = log.OldestSaidIn == docked.Arrival.SessionId && log.OldestOfDevice != 0;
                    log.OldestOfDevice = isMore ? Math.Min(log.OldestOfDevice, held.First) : held.First;
                    log.OldestSaidIn = docked.Arrival.SessionId;
                }
            }
        }
    }

    private void ApplyHead(SessionHead head)
    {
        if (head.Proof == HeadProof.Counter && head.Counter > HeadCounterOf(head.Device))
        {
            headCounters[head.Device] = head.Counter;
        }
    }

    private void ApplyHold(Hold hold)
    {
        if (hold.Standing == Standing.InForce)
        {
            holds[hold.Id] = hold;
        }
        else
        {
            holds.Remove(hold.Id);
        }
    }

    private void ApplyOpened(EpochOpened opened)
    {
        Open(opened.Device, opened.Log, opened.NewEpoch);
        if (opened.Cause != EpochCause.Declared)
        {
            OpenEpochs(opened.Device, opened.Log).Add(opened.NewEpoch);
        }
    }

    internal List<Epoch> OpenEpochs(string device, LogKind log)
    {
        if (!openedEpochs.TryGetValue((device, log), out var opened))
        {
            openedEpochs[(device, log)] = opened = [];
        }
        return opened;
    }

    private void Open(string device, LogKind log, in Epoch epoch) => currentEpochs[(device, log)] = epoch;

    private LogState LogAt(in LogKey key, ulong index)
    {
        if (!logs.TryGetValue(key, out var log))
        {
            log = new LogState(key, index);
            logs.Add(key, log);
        }
        return log;
    }

    internal DecisionSnapshot.Parts Parts =>
        new(logs, currentEpochs, docks, devices, docksBefore, devicesBefore, headCounters, holds, openedEpochs);

    internal static DecisionState Restored(DecisionSnapshot.Scalars scalars) =>
        new()
        {
            NextLeaf = scalars.NextLeaf,
            Policy = scalars.Policy,
            StartNumber = scalars.StartNumber,
            LastSessionId = scalars.LastSessionId,
            StoppedCleanly = scalars.StoppedCleanly,
            Frozen = scalars.Frozen,
            SoftwareVersion = scalars.SoftwareVersion,
            UnreadableLeaves = scalars.UnreadableLeaves,
        };
}
