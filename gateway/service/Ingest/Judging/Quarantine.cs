using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>Keeps aside what cannot be stored, within quotas, once: the same payload of the same source is answered as kept (wire 9, 21).</summary>
internal sealed class Quarantine(GroupBuilder group)
{
    /// <summary>Milliseconds a source past its quota is told to wait.</summary>
    public const uint FullWaitMs = 30_000;

    private readonly Dictionary<string, Refusals> refused = new(StringComparer.Ordinal);

    /// <summary>Senders past their quota.</summary>
    public FullQuarantines Full { get; } = new();

    public FrameOutcome Keep(
        Sender sender,
        ulong receivedNs,
        QuarantineKind kind,
        Reason reason,
        ReadOnlyMemory<byte> untrusted,
        uint offset = FrameVerdict.NoDetail
    )
    {
        var ledger = group.State.Quarantine;
        var source = sender.Place.Dock;
        if (ledger.Knows(source, kind, untrusted.Span))
        {
            return FrameOutcome.KeptAside(reason, offset);
        }
        if (!ledger.HasRoom(source, sender.Enrolled, untrusted.Length, group.State.Policy))
        {
            Count(sender, reason, receivedNs, untrusted);
            return FrameOutcome.RefusedFor(Reason.QuarantineFull, FullWaitMs);
        }
        var leaf = new Quarantined(sender.ArrivalAt(receivedNs), kind, (ushort)reason, (uint)untrusted.Length, "", sender.Enrolled);
        group.Add(RecordKind.Quarantined, leaf, untrusted);
        return FrameOutcome.KeptAside(reason, offset);
    }

    /// <summary>One record for each source says what was refused, first and last (promise 3).</summary>
    public void WriteRefusals(ulong nowNs)
    {
        foreach (var (source, seen) in refused)
        {
            Full.Refused(source, seen.Count);
            group.AddOwn(
                new QuarantineRefused(
                    nowNs,
                    seen.Place,
                    (ushort)Reason.QuarantineFull,
                    seen.Count,
                    seen.Bytes,
                    seen.FirstNs,
                    seen.LastNs,
                    seen.LastDigest,
                    seen.LastBytes
                )
            );
        }
        refused.Clear();
    }

    private void Count(Sender sender, Reason reason, ulong receivedNs, ReadOnlyMemory<byte> untrusted)
    {
        // Bounded: strangers past this many share one line.
        var source = refused.Count < Refusals.SourcesMax || refused.ContainsKey(sender.Place.Dock) ? sender.Place.Dock : "";
        if (!refused.TryGetValue(source, out var seen))
        {
            refused[source] = seen = new Refusals { Place = source.Length > 0 ? sender.Place : default, FirstNs = receivedNs };
        }
        seen.Count++;
        seen.Bytes += (ulong)untrusted.Length;
        seen.LastNs = receivedNs;
        seen.LastBytes = (uint)untrusted.Length;
        seen.LastDigest = Commitments.Compute(new byte[Commitments.SaltBytes], untrusted.Span);
    }

    private sealed class Refusals
    {
        public const int SourcesMax = 1_024;

        public Place Place { get; init; }
        public ulong Count { get; set; }
        public ulong Bytes { get; set; }
        public ulong FirstNs { get; init; }
        public ulong LastNs { get; set; }
        public uint LastBytes { get; set; }
        public Digest LastDigest { get; set; }
    }
}
