using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>What a bundle is about.</summary>
/// <param name="Device">Device serial, exactly as in the ledger.</param>
/// <param name="FromNs">Period from, ns UTC.</param>
/// <param name="ToNs">Period to, not included, ns UTC.</param>
public readonly record struct BundleScope(string Device, long FromNs, long ToNs);

/// <summary>
/// Which leaves a bundle needs: every docking session that delivered a record of the device in the period, whole as far as it concerns
/// the device, the record before and after, and what speaks of the device or of these leaves. Other devices' leaves never travel.
/// </summary>
public sealed class BundleSelection
{
    /// <summary>Leaves of one bundle; a longer period is cut into several bundles.</summary>
    public const int ItemsMax = 200_000;

    private readonly BundleScope scope;
    private readonly SortedDictionary<ulong, string> chosen = [];
    private readonly List<(ulong Index, StoredBatch Batch)> batches = [];
    private readonly List<(ulong Index, ulong Session, string What)> ofSession = [];
    private readonly List<(ulong Index, string Dock)> dockEnrolments = [];
    private readonly List<(ulong Index, ulong Target, string What)> pointing = [];
    private readonly List<(ulong Index, Disposal Disposal)> disposals = [];
    private readonly HashSet<ulong> sessions = [];
    private readonly HashSet<string> docks = [];

    private BundleSelection(BundleScope scope) => this.scope = scope;

    /// <summary>Leaf indices in rising order, each with why it is there.</summary>
    public IReadOnlyDictionary<ulong, string> Chosen => chosen;

    /// <summary>
    /// Reads the ledger once and chooses; null, and why, when the journal cannot be read, nothing fits, or the bundle would be too large.
    /// </summary>
    public static BundleSelection? Choose(EvidenceReader reader, BundleScope scope, out string why)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var selection = new BundleSelection(scope);
        for (var status = reader.Read(); status != ReadStatus.End; status = reader.Read())
        {
            if (status == ReadStatus.Damaged)
            {
                why = reader.Problem?.ToString() ?? "the journal cannot be read further";
                return null;
            }
            if (reader.Leaf is { } leaf)
            {
                selection.Note(reader, leaf);
            }
        }
        selection.Finish();
        why =
            selection.sessions.Count == 0 ? $"no record of device {scope.Device} lies in the period (serials are matched exactly)"
            : selection.chosen.Count > ItemsMax
                ? $"{selection.chosen.Count:N0} leaves are needed, a bundle holds {ItemsMax:N0}: choose a shorter period"
            : "";
        return why.Length == 0 ? selection : null;
    }

    private void Note(EvidenceReader reader, Leaf leaf)
    {
        switch (leaf)
        {
            case StoredBatch batch when batch.Device == scope.Device:
                batches.Add((reader.Index, batch));
                if (LiesInPeriod(reader, batch))
                {
                    sessions.Add(batch.Arrival.SessionId);
                    docks.Add(batch.Arrival.Place.Dock);
                }
                break;
            case StoredBlock or ClockReading or Docked or Undocked or SessionHead or RangeGone or LogCleared or OtherFrame or Quarantined:
                NoteFrame(reader.Index, leaf);
                break;
            case ClockEcho echo:
                ofSession.Add((reader.Index, echo.Arrival.SessionId, "clock of the dock in the session"));
                break;
            case DockHealth health:
                ofSession.Add((reader.Index, health.Arrival.SessionId, "state of the dock in the session"));
                break;
            case DockEnrolment dock:
                dockEnrolments.Add((reader.Index, dock.Place.Dock));
                break;
            case Annotation annotation:
                pointing.Add((reader.Index, annotation.Target.Index, "annotation of a leaf"));
                break;
            case Restriction restriction:
                pointing.Add((reader.Index, restriction.Target.Index, "restriction of a leaf"));
                break;
            case Rejudgement judgement:
                pointing.Add((reader.Index, judgement.Target.Index, "second judgement of a leaf"));
                break;
            case Disposal disposal:
                disposals.Add((reader.Index, disposal));
                break;
            default:
                NoteOfDevice(reader.Index, leaf);
                break;
        }
    }

    private void NoteOfDevice(ulong index, Leaf leaf)
    {
        var (device, what) = leaf switch
        {
            DeviceEnrolment enrolment => (enrolment.Device, "enrolment of the device"),
            Gap gap => (gap.Device, "gap in the device's log"),
            EpochOpened opened => (opened.Device, "epoch of the device's log"),
            ChainCheck check => (check.Device, "check of a signed head"),
            Hold hold when Overlaps(hold) => (hold.Device.Length == 0 ? scope.Device : hold.Device, "hold on the period"),
            NonceSpent spent => (spent.Device, "nonce of a signed head"),
            _ => ("", ""),
        };
        if (device == scope.Device)
        {
            chosen[index] = what;
        }
    }

    private bool Overlaps(Hold hold) =>
        hold.FromNs < (ulong)Math.Max(0, scope.ToNs) && (hold.ToNs == 0 || hold.ToNs > (ulong)Math.Max(0, scope.FromNs));

    private void NoteFrame(ulong index, Leaf leaf)
    {
        var (device, session, what) = leaf switch
        {
            StoredBlock block => (block.Device, block.Arrival.SessionId, "part of a record in the session"),
            ClockReading reading => (reading.Device, reading.Arrival.SessionId, "clock of the device in the session"),
            Docked docked => (docked.Device, docked.Arrival.SessionId, "docking in the session"),
            Undocked undocked => (undocked.Device, undocked.Arrival.SessionId, "end of a docking in the session"),
            SessionHead head => (head.Device, head.Arrival.SessionId, "signed head in the session"),
            RangeGone gone => (gone.Device, gone.Arrival.SessionId, "statement of the dock in the session"),
            LogCleared cleared => (cleared.Device, cleared.Arrival.SessionId, "statement of the dock in the session"),
            OtherFrame other => (other.Device, other.Arrival.SessionId, "other frame of the session"),
            Quarantined item => (item.Device, item.Arrival.SessionId, "kept aside in the session"),
            _ => ("", 0UL, ""),
        };
        if (device == scope.Device)
        {
            ofSession.Add((index, session, what));
        }
    }

    /// <summary>When the newest earlier session of the device was received; 0 = there is none.</summary>
    private ulong BeforeNs(StoredBatch batch) =>
        batches
            .Where(b => b.Batch.Arrival.SessionId != batch.Arrival.SessionId && b.Batch.Arrival.ReceivedNs <= batch.Arrival.ReceivedNs)
            .Select(b => b.Batch.Arrival.ReceivedNs)
            .DefaultIfEmpty(0UL)
            .Max();

    /// <summary>By corrected time with its bound where there is one, else by reception.</summary>
    private bool LiesInPeriod(EvidenceReader reader, StoredBatch batch)
    {
        var state = reader.ReadEvents(out var events);
        if (state == EventsState.Disposed)
        {
            // What it recorded lies between the session before and this one, so far as leaves still say.
            return batch.Arrival.ReceivedNs >= (ulong)Math.Max(0, scope.FromNs) && BeforeNs(batch) < (ulong)Math.Max(0, scope.ToNs);
        }
        if (state != EventsState.Present || events.Count == 0)
        {
            return batch.Arrival.ReceivedNs <= long.MaxValue
                && (long)batch.Arrival.ReceivedNs >= scope.FromNs
                && (long)batch.Arrival.ReceivedNs < scope.ToNs;
        }
        var unitNs = StampUnits.NsOf(batch.StampUnit);
        foreach (var stored in events)
        {
            var time = EventTime.Of(stored.Record, unitNs, batch.StampResolutionMs, batch.Clock, batch.Arrival.ReceivedNs);
            if (time.LowNs < scope.ToNs && time.HighNs >= scope.FromNs)
            {
                return true;
            }
        }
        return false;
    }

    private void Finish()
    {
        var inSessions = batches.Where(b => sessions.Contains(b.Batch.Arrival.SessionId)).ToList();
        foreach (var (index, _) in inSessions)
        {
            chosen[index] = "records of the session";
        }
        AddNeighbours(inSessions);
        AddOtherCopies();
        foreach (var (index, session, what) in ofSession.Where(f => sessions.Contains(f.Session)))
        {
            chosen[index] = what;
        }
        foreach (var (index, _) in dockEnrolments.Where(d => docks.Contains(d.Dock)))
        {
            chosen[index] = "enrolment of the dock";
        }
        foreach (var (index, _, what) in pointing.Where(p => chosen.ContainsKey(p.Target)).ToList())
        {
            chosen[index] = what;
        }
        foreach (var (index, _) in disposals.Where(d => chosen.Keys.Any(d.Disposal.Leaves.Contains)).ToList())
        {
            chosen[index] = "disposal of raw bytes";
        }
    }

    /// <summary>A record delivered with differing bytes is shown in both forms.</summary>
    private void AddOtherCopies()
    {
        foreach (var (_, differing) in batches.Where(b => b.Batch.VariantRanges.Count > 0 && chosen.ContainsKey(b.Index)).ToList())
        {
            foreach (var range in differing.VariantRanges.AsSpan())
            {
                foreach (var (index, batch) in batches)
                {
                    if (
                        batch.Log == differing.Log
                        && batch.Epoch == differing.Epoch
                        && batch.First < range.Next
                        && range.First < batch.First + batch.Count
                    )
                    {
                        chosen.TryAdd(index, "another copy of a differing record");
                    }
                }
            }
        }
    }

    /// <summary>The record before and the record after, of each epoch of the event log: they show that nothing was cut off at the edges.</summary>
    private void AddNeighbours(List<(ulong Index, StoredBatch Batch)> inSessions)
    {
        foreach (var epoch in inSessions.Where(b => b.Batch.Log == LogKind.Event).GroupBy(b => b.Batch.Epoch))
        {
            var first = epoch.Min(b => b.Batch.First);
            var next = epoch.Max(b => b.Batch.First + b.Batch.Count);
            foreach (var (index, batch) in batches.Where(b => b.Batch.Log == LogKind.Event && b.Batch.Epoch == epoch.Key))
            {
                if (first > 0 && batch.NewRanges.Contains(first - 1))
                {
                    chosen.TryAdd(index, "the record before");
                }
                if (batch.NewRanges.Contains(next))
                {
                    chosen.TryAdd(index, "the record after");
                }
            }
        }
    }
}
