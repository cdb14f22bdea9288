using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Ledger.Journals;
using Leaves = TaserTelemetry.Evidence.Leaves;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>A dock's clock against the gateway's, as a leaf: used only in the session that asked for it, and only if it came soon (wire 13).</summary>
internal static class EchoRecord
{
    public static FrameOutcome Add(
        GroupBuilder group,
        DockingSession session,
        ulong receivedNs,
        in Wire.ClockEcho echo,
        ReadOnlyMemory<byte> bytes
    )
    {
        var asked = session.Machine.EchoAsked;
        var ours = asked.Id != 0 && echo.RequestId == asked.Id;
        var used = ours && session.Sender.Clock.Echoed(echo, asked.AtNs, receivedNs);
        var roundTripNs = ours && receivedNs > asked.AtNs ? receivedNs - asked.AtNs : 0;
        var leaf = new Leaves.ClockEcho(
            session.Sender.ArrivalAt(receivedNs),
            echo.DockMonotonicNs / 1_000_000,
            echo.DockUtcNs,
            echo.BootId,
            echo.GatewayUtcNs,
            roundTripNs,
            used
        );
        group.Add(RecordKind.Frame, leaf, bytes);
        // The first numbered frame of every docking session: where the dock is not known here, it is told at once.
        return session.Sender.Standing != Reason.None ? FrameOutcome.StoredWith(session.Sender.Standing)
            : used ? FrameOutcome.Stored
            : FrameOutcome.StoredWith(Reason.EchoTooLate);
    }
}
