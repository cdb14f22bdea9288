using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Trust;

/// <summary>Signs bytes with a key that this library never sees (SPEC clause 13.2).</summary>
public delegate Signature Sign(ReadOnlySpan<byte> bytesToSign);

/// <summary>Says whether a signature over bytes is the named signer's (SPEC clause 13.2). An unknown signer or algorithm is no.</summary>
public delegate bool Verify(string signer, ReadOnlySpan<byte> signedBytes, Signature untrustedSignature);

/// <summary>What verifying a head came to (SPEC clause 13.6).</summary>
/// <param name="Grade">The grade that is left; none = as if there were no head.</param>
/// <param name="Reason">Why it was lowered, or none.</param>
public readonly record struct HeadJudgement(HeadGrade Grade, Reason Reason);

/// <summary>Signing and verifying heads and receipts, with keys handed in (SPEC clause 13).</summary>
public static class Signing
{
    /// <summary>The head with its signature.</summary>
    public static SessionHead Signed(this SessionHead head, Sign sign) => head with { Signature = sign(head.BytesToSign()) };

    /// <summary>The receipt with its signature.</summary>
    public static Receipt Signed(this Receipt receipt, Sign sign) => receipt.With(sign(receipt.BytesToSign()));

    /// <summary>The hello with its signature.</summary>
    public static Hello Signed(this Hello hello, Sign sign) => hello with { Signature = sign(hello.BytesToSign()) };

    /// <summary>Whether a receipt's signature is that of the gateway it names.</summary>
    public static bool IsSignedBy(this Receipt receipt, Verify verify) =>
        receipt.Signature.IsPresent && verify(receipt.Gateway, receipt.BytesToSign(), receipt.Signature);

    /// <summary>Whether a hello's signature is that of the dock it names, over the challenge given.</summary>
    public static bool IsSignedBy(this Hello hello, Nonce challenge, Verify verify) =>
        hello.Signature.IsPresent && hello.Nonce == challenge && verify(hello.Dock, hello.BytesToSign(), hello.Signature);

    /// <summary>
    /// Judges a head: its signature, then that the chain over the stored records leads where it says. The nonce's or counter's own standing
    /// is the gateway's to know. A head never refuses a record (SPEC clause 13.6).
    /// </summary>
    public static HeadJudgement Judge(this SessionHead head, Verify verify, Hash32 chainOverStored)
    {
        if (!head.Signature.IsPresent || !verify(head.Signer, head.BytesToSign(), head.Signature))
        {
            return new(HeadGrade.None, Reason.HeadSignatureWrong);
        }

        return chainOverStored == head.ChainAtNext ? new(head.Grade, Reason.None) : new(HeadGrade.None, Reason.ChainBroken);
    }
}
