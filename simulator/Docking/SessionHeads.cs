using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// What is signed about the records of one visit (SPEC clause 13): by the device where it has a key, else by the dock where that has one.
/// A device signs what it wrote, whatever a dock makes of it; a dock signs what it passed on.
/// </summary>
internal static class SessionHeads
{
    /// <summary>Heads that one visit of a device can have: its counter rises by one with each, over all its visits.</summary>
    private const int HeadsPerVisitMax = 1_000;

    /// <summary>The best that somebody can sign in this visit. A device that is not in the dock itself has heard no nonce.</summary>
    public static HeadGrade GradeOf(DockVisit visit, bool live) =>
        visit.Device.Signs ? (live && visit.Carrier == visit.Device.Serial ? HeadGrade.A : HeadGrade.B)
        : visit.Dock.Signs ? HeadGrade.C
        : HeadGrade.None;

    /// <summary>The head over some records of a log; null where nobody signs.</summary>
    /// <param name="ordinal">Of the heads of this visit, from 0.</param>
    /// <param name="nonce">One that the gateway granted; none = the device signs over its counter.</param>
    public static SessionHead? Of(
        History history,
        DockVisit visit,
        DeviceLog log,
        SequenceRange range,
        int ordinal,
        Nonce nonce,
        ulong readUtcNs
    )
    {
        var best = GradeOf(visit, live: !nonce.IsNone);
        if (best == HeadGrade.None)
        {
            return null;
        }

        var made = log.Key.Log == LogKind.Event ? visit.Trust?.Head ?? HeadMade.Whole : HeadMade.Whole;
        var first = HashChain.Start(log.Key, range.First);
        first = made == HeadMade.Forked ? Elsewhere(first, range.First) : first;
        var signer = best == HeadGrade.C ? visit.Dock.Name : visit.Device.Serial;
        var head = new SessionHead(
            best,
            log.Key,
            range.First,
            first,
            range.Next,
            Chain(first, visit, log, range, byDock: best == HeadGrade.C),
            best == HeadGrade.B ? (ulong)visit.Id * HeadsPerVisitMax + (ulong)ordinal % HeadsPerVisitMax + 1 : 0,
            best == HeadGrade.A ? nonce : default,
            best == HeadGrade.C ? readUtcNs : 0,
            signer,
            default
        );
        var signed = head.Signed(bytes => SigningKeys.Sign(history.Seed, signer, bytes));
        return made == HeadMade.Altered ? signed with { ChainAtNext = Elsewhere(signed.ChainAtNext, range.Next) } : signed;
    }

    /// <summary>Where a chain would stand after a record that was never sent.</summary>
    private static Hash32 Elsewhere(Hash32 chain, ulong sequence)
    {
        Span<byte> unsent = stackalloc byte[EventRecord.Bytes];
        unsent.Clear();
        return HashChain.Next(chain, sequence, unsent);
    }

    private static Hash32 Chain(Hash32 chain, DockVisit visit, DeviceLog log, SequenceRange range, bool byDock)
    {
        Span<byte> bytes = stackalloc byte[EventRecord.Bytes];
        for (var sequence = range.First; sequence < range.Next; sequence++)
        {
            (byDock ? visit.RecordAt(log, sequence) : log.RecordAt(sequence)).Write(bytes);
            chain = HashChain.Next(chain, sequence, bytes);
        }

        return chain;
    }
}
