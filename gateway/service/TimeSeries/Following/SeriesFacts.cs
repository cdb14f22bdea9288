using System.Numerics;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;
using ClockReading = TaserTelemetry.Evidence.Leaves.ClockReading;
using Docked = TaserTelemetry.Evidence.Leaves.Docked;
using DockHealth = TaserTelemetry.Evidence.Leaves.DockHealth;
using LogCleared = TaserTelemetry.Evidence.Leaves.LogCleared;
using RangeGone = TaserTelemetry.Evidence.Leaves.RangeGone;
using Undocked = TaserTelemetry.Evidence.Leaves.Undocked;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>Which fact a leaf states, if any. States come from closed lists, because they become tags.</summary>
internal static class SeriesFacts
{
    public static SeriesFact? Of(ulong index, Leaf leaf) =>
        (OfLogs(index, leaf) ?? OfDocks(index, leaf)) is { } fact ? fact with { Source = SourceOf(leaf) } : null;

    /// <summary>Which life of which log a sequence counts in; null for what is of no log.</summary>
    private static LogKey? SourceOf(Leaf leaf) =>
        leaf switch
        {
            Gap gap => new LogKey(gap.Device, gap.Log, gap.Epoch),
            RangeGone gone => new LogKey(gone.Device, gone.Log, gone.Epoch),
            LogCleared cleared => new LogKey(cleared.Device, cleared.Log, cleared.OldEpoch),
            EpochOpened opened => new LogKey(opened.Device, opened.Log, opened.OldEpoch),
            StoredBlock block => new LogKey(block.Device, block.Log, block.Epoch),
            StoredBatch batch => new LogKey(batch.Device, batch.Log, batch.Epoch),
            ChainCheck check => new LogKey(check.Device, check.Log, check.Epoch),
            _ => null,
        };

    private static SeriesFact? OfLogs(ulong index, Leaf leaf) =>
        leaf switch
        {
            Gap gap => Lost(index, gap.AtNs, gap.Device, StateOf(gap), gap.First, Distance(gap.First, gap.Next)),
            RangeGone gone => At(index, gone.Arrival, FactKind.Gap, "declared_gone", gone.Device) with
            {
                Count = (long)gone.Ranges.SequenceCount,
            },
            LogCleared cleared => At(index, cleared.Arrival, FactKind.Gap, "log_cleared", cleared.Device) with
            {
                First = cleared.LastSequence,
            },
            EpochOpened opened => Lost(index, opened.AtNs, opened.Device, "epoch_opened", opened.Anchor, null),
            StoredBlock block => At(
                index,
                block.Arrival,
                block.BlockKind == (byte)BlockKind.Pulses ? FactKind.Pulses : FactKind.Block,
                NameOf((BlockKind)block.BlockKind),
                block.Device
            ) with
            {
                First = block.Sequence,
                Part = block.Part,
            },
            StoredBatch { VariantRanges.Count: > 0 } differs => At(
                index,
                differs.Arrival,
                FactKind.Integrity,
                "variant",
                differs.Device
            ) with
            {
                First = differs.VariantRanges.AsSpan()[0].First,
                Count = (long)differs.VariantRanges.SequenceCount,
            },
            ClockReading { Clock.Quality: not ClockQuality.None } read => At(
                index,
                read.Arrival,
                FactKind.Clock,
                NameOf(read.Clock.Quality),
                read.Device
            ) with
            {
                OffsetNs = read.Clock.OffsetNs,
                BoundNs = read.Clock.BoundNs,
            },
            _ => null,
        };

    private static SeriesFact? OfDocks(ulong index, Leaf leaf) =>
        leaf switch
        {
            Docked docked => At(index, docked.Arrival, FactKind.Dock, "docked", docked.Device),
            Undocked undocked => At(
                index,
                undocked.Arrival,
                FactKind.Dock,
                undocked.Complete ? "undocked" : "undocked_early",
                undocked.Device
            ),
            DockHealth health => At(index, health.Arrival, FactKind.Dock, "health", "") with
            {
                Count = BitOperations.PopCount(health.BayFaults),
                Bytes = health.StorageLeftBytes <= long.MaxValue ? (long)health.StorageLeftBytes : null,
            },
            DockSilence silence => Placed(index, silence.AtNs, FactKind.Dock, silence.Silent ? "silent" : "heard_again", silence.Place),
            Quarantined kept => At(index, kept.Arrival, FactKind.Quarantine, NameOf((Reason)kept.Reason), kept.Device) with
            {
                Count = 1,
                Bytes = kept.ReceivedBytes,
            },
            QuarantineRefused refused => Placed(
                index,
                refused.AtNs,
                FactKind.Quarantine,
                "refused_" + NameOf((Reason)refused.Reason),
                refused.Place
            ) with
            {
                Count = (long)refused.Count,
                Bytes = (long)refused.Bytes,
            },
            ChainCheck check => Lost(index, check.AtNs, check.Device, StateOf(check), check.First, Distance(check.First, check.Next)) with
            {
                Kind = FactKind.Integrity,
            },
            CheckpointShown shown => At(index, shown.Arrival, FactKind.Integrity, "checkpoint_" + Snake(shown.Result.ToString()), ""),
            _ => null,
        };

    /// <summary>A batch whose bytes no longer read: so many points are missing for that reason.</summary>
    public static SeriesFact Unreadable(ulong index, StoredBatch batch, EventsState why) =>
        At(index, batch.Arrival, FactKind.Integrity, why == EventsState.Damaged ? "bytes_damaged" : "bytes_not_as_leaf", batch.Device) with
        {
            First = batch.First,
            Count = (long)batch.NewRanges.SequenceCount,
            Source = SourceOf(batch),
        };

    public static string NameOf(ClockQuality quality) =>
        quality switch
        {
            ClockQuality.None => "none",
            ClockQuality.OneSided => "one-sided",
            ClockQuality.TwoSided => "two-sided",
            _ => "claimed",
        };

    /// <summary>Kinds are a closed list of the wire too.</summary>
    private static string NameOf(BlockKind kind) =>
        Enum.IsDefined(kind) && kind != BlockKind.None ? Snake(kind.ToString()) : EventNames.Other;

    /// <summary>Reasons are a closed list of the wire; a number outside it must not make a series of its own.</summary>
    public static string NameOf(Reason reason) => Enum.IsDefined(reason) ? Snake(reason.ToString()) : EventNames.Other;

    /// <summary>A head that holds names the grade that it gives to what it covers: the batch has the grade of its arrival (SPEC clause 13.1).</summary>
    private static string StateOf(ChainCheck check) =>
        check is { Result: ChainResult.Verified, Grade: not AuthenticityGrade.NotStated }
            ? Snake(check.Result.ToString()) + "_" + Snake(check.Grade.ToString())
            : Snake(check.Result.ToString());

    private static string StateOf(Gap gap) => Snake(gap.State.ToString());

    private static SeriesFact At(ulong index, in Arrival arrival, FactKind kind, string state, string device) =>
        Placed(index, arrival.ReceivedNs, kind, state, arrival.Place) with
        {
            Device = device,
        };

    private static SeriesFact Placed(ulong index, ulong atNs, FactKind kind, string state, in Place place) =>
        new()
        {
            LeafIndex = index,
            AtNs = atNs,
            Kind = kind,
            State = state,
            Force = place.Force,
            Armoury = place.Armoury,
            Dock = place.Dock,
        };

    private static SeriesFact Lost(ulong index, ulong atNs, string device, string state, ulong first, long? count) =>
        new()
        {
            LeafIndex = index,
            AtNs = atNs,
            Kind = FactKind.Gap,
            State = state,
            Device = device,
            First = first,
            Count = count,
        };

    private static long Distance(ulong first, ulong next) => next <= first ? 0 : (long)Math.Min(next - first, long.MaxValue);

    private static string Snake(string name) =>
        string.Concat(
            name.Select((letter, at) => char.IsUpper(letter) ? (at == 0 ? "" : "_") + char.ToLowerInvariant(letter) : letter.ToString())
        );
}
