using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Sessions;
using Leaves = TaserTelemetry.Evidence.Leaves;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// Signed heads on arrival: whose signature, and is it fresh (wire 14). A bad nonce or counter lowers the grade and marks, it never
/// refuses. Whether the chain leads there is checked behind the journal.
/// </summary>
internal static class HeadJudge
{
    private const int KeyIdBytes = 4;

    /// <summary>The leaf, what is told to the dock, and the nonce to be spent.</summary>
    public static (Leaves.SessionHead Leaf, FrameOutcome Outcome, ulong? SpentNonce) Judge(
        DecisionState state,
        Sender sender,
        in Leaves.Arrival arrival,
        in Wire.SessionHead head,
        in LogKey filed,
        ulong filedFirst
    )
    {
        var byDock = head.Grade == HeadGrade.C;
        var keys = byDock ? state.KeysOfDock(head.Signer) : state.KeysOfDevice(head.Signer);
        var (bytes, signature) = (head.BytesToSign(), head.Signature);
        var key = keys.FirstOrDefault(k => SignatureCheck.Holds(k, bytes, signature));
        var signed = (byDock ? head.Signer == sender.Place.Dock : head.Signer == head.Log.Device) && key.Algorithm != KeyAlgorithm.None;
        var (grade, reason, proof, spent) = signed
            ? Fresh(state, sender, arrival, head)
            : (AuthenticityGrade.D, Reason.HeadSignatureWrong, HeadProof.None, null);
        if (arrival.Via == ArrivalVia.Capture && grade < AuthenticityGrade.C)
        {
            grade = AuthenticityGrade.C; // a capture has the grade of its heads, at most C (wire 14)
        }
        var marks = reason is Reason.NonceUnknown or Reason.NonceSpent or Reason.NonceExpired ? BatchMarks.NonceNotGood : BatchMarks.None;
        var leaf = new Leaves.SessionHead(
            arrival,
            filed.Device,
            filed.Log,
            filed.Epoch,
            filedFirst,
            filedFirst + (head.NextSequence - head.FirstSequence),
            (KeyAlgorithm)Math.Min((byte)head.Signature.Algorithm, (byte)KeyAlgorithm.EcdsaP256),
            grade,
            proof,
            head.Counter,
            KeyIdOf(key.Algorithm == KeyAlgorithm.None && keys.Count > 0 ? keys[0] : key),
            marks
        );
        return (leaf, reason == Reason.None ? FrameOutcome.Stored : FrameOutcome.StoredWith(reason), spent);
    }

    private static (AuthenticityGrade Grade, Reason Reason, HeadProof Proof, ulong? Spent) Fresh(
        DecisionState state,
        Sender sender,
        in Leaves.Arrival arrival,
        in Wire.SessionHead head
    )
    {
        var risen = head.Counter > state.HeadCounterOf(head.Log.Device);
        if (head.Grade == HeadGrade.C)
        {
            return (AuthenticityGrade.C, Reason.None, HeadProof.None, null);
        }
        if (head.Grade == HeadGrade.B)
        {
            return risen
                ? (AuthenticityGrade.B, Reason.None, HeadProof.Counter, null)
                : (AuthenticityGrade.D, Reason.HeadCounterWentBack, HeadProof.None, null);
        }
        Span<byte> nonce = stackalloc byte[Limits.NonceBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(nonce, head.Nonce.Low);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(nonce[8..], head.Nonce.High);
        var standing = state.Nonces.Judge(sender.Place.Dock, nonce, arrival.ReceivedNs, out var number);
        if (standing == NonceStanding.Good)
        {
            return (AuthenticityGrade.A, Reason.None, HeadProof.Nonce, number);
        }
        var why = standing switch
        {
            NonceStanding.Spent => Reason.NonceSpent,
            NonceStanding.Lapsed => Reason.NonceExpired,
            _ => Reason.NonceUnknown,
        };
        return risen ? (AuthenticityGrade.B, why, HeadProof.Counter, null) : (AuthenticityGrade.D, why, HeadProof.None, null);
    }

    private static uint KeyIdOf(Leaves.PublicKey key) =>
        key.Bytes.IsEmpty
            ? 0
            : System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(
                System.Security.Cryptography.SHA256.HashData(key.Bytes).AsSpan(0, KeyIdBytes)
            );
}
