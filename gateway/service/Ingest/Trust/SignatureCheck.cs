using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>Signatures of docks and devices against enrolled keys (SPEC clause 13.2). A wrong key, algorithm or length is simply no.</summary>
internal static class SignatureCheck
{
    private const int PointBytes = 65;
    private const int CoordinateBytes = 32;

    public static bool Holds(PublicKey key, ReadOnlySpan<byte> signedBytes, Signature untrusted) =>
        untrusted.IsPresent
        && (key.Algorithm, untrusted.Algorithm) switch
        {
            (KeyAlgorithm.Ed25519, SignatureAlgorithm.Ed25519) => Ed25519Holds(key.Bytes, signedBytes, untrusted.Bytes),
            (KeyAlgorithm.EcdsaP256, SignatureAlgorithm.EcdsaP256) => EcdsaHolds(key.Bytes, signedBytes, untrusted.Bytes),
            _ => false,
        };

    private static bool Ed25519Holds(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature) =>
        NSec.Cryptography.PublicKey.TryImport(
            NSec.Cryptography.SignatureAlgorithm.Ed25519,
            key,
            NSec.Cryptography.KeyBlobFormat.RawPublicKey,
            out var imported
        ) && NSec.Cryptography.SignatureAlgorithm.Ed25519.Verify(imported!, signedBytes, signature);

    private static bool EcdsaHolds(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signedBytes, ReadOnlySpan<byte> signature)
    {
        // A compressed point would need its root drawn here; enrolment takes the uncompressed form and says so.
        if (key.Length != PointBytes)
        {
            return false;
        }
        try
        {
            using var ecdsa = ECDsa.Create(At(key));
            return ecdsa.VerifyData(signedBytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false; // not a point of the curve: such a key verifies nothing
        }
    }

    /// <summary>Whether 65 bytes are an uncompressed point of P-256.</summary>
    public static bool IsPoint(ReadOnlySpan<byte> key)
    {
        try
        {
            using var ecdsa = ECDsa.Create(At(key));
            return true;
        }
        catch (CryptographicException)
        {
            return false; // not a point of the curve
        }
    }

    private static ECParameters At(ReadOnlySpan<byte> point) =>
        new()
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = point.Slice(1, CoordinateBytes).ToArray(), Y = point[(1 + CoordinateBytes)..].ToArray() },
        };
}
