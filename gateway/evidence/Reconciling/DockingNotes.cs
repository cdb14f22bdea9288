using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Reconciler.Inputs;
using FrameRead = TaserTelemetry.FirmwareProtocol.Frames.ReadStatus;
using WireDocked = TaserTelemetry.FirmwareProtocol.Messages.Docked;

namespace TaserTelemetry.Evidence.Reconciling;

/// <summary>Collects dockings: what a carrier held, and when it was taken out.</summary>
internal sealed class DockingNotes
{
    private readonly List<Docking> all = [];
    private readonly Dictionary<(ulong Session, string Device, string Carrier), List<int>> open = [];
    private readonly Dictionary<(ulong Session, string Device), HeldRecord> newest = [];

    private readonly Dictionary<(ulong Session, string Device), ulong> claimedAtNs = [];
    private readonly Dictionary<ulong, ulong> sessions = [];

    /// <summary>Every docking; one from a capture stands at the time its own clock comparison claims, not at that of the import.</summary>
    public IReadOnlyList<Docking> All => [.. all.Select(Placed)];

    /// <summary>Newest record of its event log that the device was seen to hold in a session; null = not said.</summary>
    public HeldRecord? Newest(ulong session, string device) => newest.TryGetValue((session, device), out var record) ? record : null;

    /// <summary>A capture's own clock comparison says when that session really was: a claim, but the import's time is none at all.</summary>
    public void NoteClaimedTime(ulong session, string device, long utcNs)
    {
        if (utcNs > 0)
        {
            claimedAtNs.TryAdd((session, device), (ulong)utcNs);
            sessions.TryAdd(session, (ulong)utcNs);
        }
    }

    /// <summary>When a session of a capture was, as it claims; null where it does not say, and for sessions that were live.</summary>
    public ulong? ClaimedAtNs(ulong session, string device) => claimedAtNs.TryGetValue((session, device), out var atNs) ? atNs : null;

    /// <summary>When a note of a session was: of its device, else of any device of that session; null where the capture does not say.</summary>
    public ulong? ClaimedAtNsOf(ulong session, string device) =>
        ClaimedAtNs(session, device) ?? (sessions.TryGetValue(session, out var atNs) ? atNs : null);

    private Docking Placed(Docking docking)
    {
        if (!claimedAtNs.TryGetValue((docking.DockingSession, docking.Device), out var atNs))
        {
            return docking;
        }
        return docking with { DockedAtNs = atNs, UndockedAtNs = docking.UndockedAtNs is null ? null : atNs };
    }

    public void Note(Docked docked, EvidenceReader reader, LeafRef leaf)
    {
        foreach (var held in docked.Held.AsSpan())
        {
            var ranges = RangesOf(reader, held);
            var opened = (docked.Arrival.SessionId, docked.Device, docked.Carrier);
            if (!open.TryGetValue(opened, out var dockings))
            {
                open[opened] = dockings = [];
            }
            dockings.Add(all.Count);
            all.Add(
                new Docking
                {
                    Device = docked.Device,
                    Carrier = docked.Carrier,
                    Dock = docked.Arrival.Place.Dock,
                    DockingSession = docked.Arrival.SessionId,
                    DockedAtNs = docked.Arrival.ReceivedNs,
                    Log = held.Log,
                    Epoch = held.Epoch,
                    Held = ranges,
                    Leaf = leaf,
                }
            );
            if (held.Log == LogKind.Event && held.Next > held.First)
            {
                var key = (docked.Arrival.SessionId, docked.Device);
                var last = new HeldRecord(held.Epoch, held.Next - 1);
                newest[key] = newest.TryGetValue(key, out var known) && IsBehind(last, known) ? known : last;
            }
        }
    }

    public void Note(Undocked undocked)
    {
        if (!open.Remove((undocked.Arrival.SessionId, undocked.Device, undocked.Carrier), out var dockings))
        {
            return;
        }
        foreach (var at in dockings)
        {
            all[at] = all[at] with { UndockedAtNs = undocked.Arrival.ReceivedNs, Complete = undocked.Complete };
        }
    }

    private static bool IsBehind(in HeldRecord record, in HeldRecord known) =>
        record.Epoch == known.Epoch ? record.Sequence < known.Sequence : record.Epoch.Number < known.Epoch.Number;

    /// <summary>The exact ranges stand in the frame; the leaf has first and next only.</summary>
    private static SequenceRange[] RangesOf(EvidenceReader reader, in HeldLog held)
    {
        if (reader.State == ReceivedState.Present)
        {
            var read = FrameReader.Read(reader.Received, Limits.MqttPayloadBytesMax);
            if (read.Status == FrameRead.Done && read.Frame.Decode<WireDocked>(out var wire).IsNone && wire.Log.Log == held.Log)
            {
                return wire.Held.Span.ToArray();
            }
        }
        return held.Next <= held.First ? [] : [new SequenceRange(held.First, (uint)Math.Min(held.Next - held.First, uint.MaxValue))];
    }
}

/// <summary>Collects gaps, each in its last state.</summary>
internal sealed class GapNotes
{
    private readonly Dictionary<(LogKey Log, ulong First), GapFact> gaps = [];

    public IReadOnlyList<GapFact> All => [.. gaps.Values.OrderBy(g => g.Leaf.Index)];

    public void Note(Gap gap, LeafRef leaf)
    {
        if (gap.Next <= gap.First)
        {
            return;
        }
        var log = new LogKey(gap.Device, gap.Log, gap.Epoch);
        var range = new SequenceRange(gap.First, (uint)Math.Min(gap.Next - gap.First, uint.MaxValue));
        var since = gaps.TryGetValue((log, gap.First), out var before) ? before.SinceNs : gap.AtNs;
        gaps[(log, gap.First)] = new GapFact(log, range, (Reconciler.Inputs.GapState)(byte)gap.State, CauseOf(gap.Cause), since, leaf);
    }

    private static Reconciler.Inputs.GapCause CauseOf(Leaves.GapCause cause) =>
        cause switch
        {
            Leaves.GapCause.Overwritten => Reconciler.Inputs.GapCause.OldestPassed,
            Leaves.GapCause.DeclaredGone => Reconciler.Inputs.GapCause.DeclaredGone,
            Leaves.GapCause.TimeLimit => Reconciler.Inputs.GapCause.Overdue,
            Leaves.GapCause.Cleared => Reconciler.Inputs.GapCause.Cleared,
            Leaves.GapCause.HeldElsewhere => Reconciler.Inputs.GapCause.HeldElsewhere,
            _ => Reconciler.Inputs.GapCause.None,
        };
}
