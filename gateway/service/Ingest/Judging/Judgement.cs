using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// From a decoded frame to a verdict and, where it brings anything new, a journal record: pure over the decision state of the group in
/// the making. No clock, no socket, no logger.
/// </summary>
internal sealed class Judgement(
    GroupBuilder group,
    KnownRecords known,
    GapBook gaps,
    ChainDesk chains,
    DriftBook drifts,
    ReceiptJudgement? receipts = null
)
{
    private readonly BatchJudgement batches = new(group, known);
    private readonly StatementJudgement statements = new(group, gaps, chains, drifts);
    private readonly Quarantine quarantine = new(group);

    public Quarantine Quarantine => quarantine;

    /// <summary>Judges one whole frame. Its bytes must stay as they are until the group is durable.</summary>
    public FrameOutcome Judge(Sender sender, ulong receivedNs, Frame frame, ReadOnlyMemory<byte> frameBytes)
    {
        if (sender.Standing != Reason.None)
        {
            return quarantine.Keep(sender, receivedNs, QuarantineKind.Frame, sender.Standing, frameBytes);
        }
        var (outcome, rejection) = JudgeAgain(sender, receivedNs, frame, frameBytes);
        return rejection.IsNone
            ? outcome
            : quarantine.Keep(sender, receivedNs, QuarantineKind.Frame, rejection.Reason, frameBytes, (uint)rejection.Offset);
    }

    /// <summary>Judges a frame of the quarantine: what is rejected again is kept already, and is not kept twice.</summary>
    public (FrameOutcome Outcome, Rejection Rejection) JudgeAgain(
        Sender sender,
        ulong receivedNs,
        Frame frame,
        ReadOnlyMemory<byte> frameBytes
    ) =>
        frame.Header.Type switch
        {
            MessageType.ReceiptShown when receipts is not null => receipts.Store(sender, receivedNs, frame, frameBytes),
            MessageType.RecordBatch => batches.Store(sender, receivedNs, frame, frameBytes),
            _ => statements.Store(sender, receivedNs, frame, frameBytes),
        };
}
