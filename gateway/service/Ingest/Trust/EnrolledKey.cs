using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// The public key of a dock or a device as it is enrolled: firmware may sign with either algorithm of SPEC clause 13.2. Raw, or with the few
/// bytes in front that OpenSSL writes (SubjectPublicKeyInfo, RFC 8410 and RFC 5480).
/// </summary>
internal static class EnrolledKey
{
    /// <summary>What is taken, for whoever gave something else.</summary>
    public const string Form =
        "an Ed25519 key (32 bytes) or an uncompressed ECDSA P-256 key (65 bytes) in base64, as it is or as SubjectPublicKeyInfo";

    private const int TextCharsMax = 128;
    private const int Ed25519Bytes = 32;
    private const int PointBytes = 65;
    private const byte Uncompressed = 4;

    private static ReadOnlySpan<byte> Ed25519Info => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    private static ReadOnlySpan<byte> P256Info =>
        [
            0x30,
            0x59,
            0x30,
            0x13,
            0x06,
            0x07,
            0x2a,
            0x86,
            0x48,
            0xce,
            0x3d,
            0x02,
            0x01,
            0x06,
            0x08,
            0x2a,
            0x86,
            0x48,
            0xce,
            0x3d,
            0x03,
            0x01,
            0x07,
            0x03,
            0x42,
            0x00,
        ];

    /// <summary>Empty is no key, which is allowed; false where the text is none of the forms, or no point of the curve.</summary>
    public static bool TryParse(string base64, out PublicKey key)
    {
        key = default;
        Span<byte> bytes = stackalloc byte[TextCharsMax];
        if (base64.Length > TextCharsMax || !Convert.TryFromBase64String(base64, bytes, out var count))
        {
            return false;
        }
        ReadOnlySpan<byte> found = bytes[..count];
        found = Behind(found, Ed25519Info, Ed25519Bytes);
        found = Behind(found, P256Info, PointBytes);
        if (found.Length == Ed25519Bytes)
        {
            key = new PublicKey(KeyAlgorithm.Ed25519, found);
        }
        else if (found.Length == PointBytes && found[0] == Uncompressed && SignatureCheck.IsPoint(found))
        {
            key = new PublicKey(KeyAlgorithm.EcdsaP256, found);
        }
        return base64.Length == 0 || key.Algorithm != KeyAlgorithm.None;
    }

    private static ReadOnlySpan<byte> Behind(ReadOnlySpan<byte> key, ReadOnlySpan<byte> info, int keyBytes) =>
        key.Length == info.Length + keyBytes && key.StartsWith(info) ? key[info.Length..] : key;
}
