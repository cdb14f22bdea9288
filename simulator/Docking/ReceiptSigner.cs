using System.Buffers.Binary;
using System.Security.Cryptography;
using NSec.Cryptography;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Simulator.World;
using Signature = TaserTelemetry.FirmwareProtocol.Messages.Signature;
using SignatureAlgorithm = NSec.Cryptography.SignatureAlgorithm;
using WireAlgorithm = TaserTelemetry.FirmwareProtocol.Messages.SignatureAlgorithm;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Signs receipts as a gateway would have given them. For this gateway's it takes the key that signs them (<c>receipt.key</c> of its keys
/// folder, in the text form of the signed-note tools): one of a gateway made for a simulation, for it could tell docks to forget.
/// </summary>
internal sealed class ReceiptSigner
{
    private const string Prefix = "PRIVATE+KEY+";
    private const int KeyFileBytesMax = 4_096;
    private const int SeedBytes = 32;
    private const string Default = "gw1"; // as a gateway is called whose settings say nothing else
    private const string Elsewhere = "gateway-elsewhere";

    private readonly Sign _sign;
    private readonly ulong _keyId;
    private readonly string _gateway;

    private ReceiptSigner(Sign sign, byte[] publicKey, string gateway) =>
        // SPEC clause 8.21: the first eight bytes of the public key's SHA-256
        (_sign, _keyId, _gateway) = (sign, BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(publicKey)), gateway);

    /// <summary>Of a gateway that nobody here knows.</summary>
    public static ReceiptSigner OfAnotherGateway(ulong seed) =>
        new(bytes => SigningKeys.Sign(seed, Elsewhere, bytes), SigningKeys.PublicKey(seed, Elsewhere), Elsewhere);

    /// <summary>Null where the file holds no key.</summary>
    public static ReceiptSigner? Read(FileInfo file)
    {
        if (!file.Exists || file.Length > KeyFileBytesMax)
        {
            return null;
        }

        var text = File.ReadAllText(file.FullName).Trim();
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        var blob = new byte[KeyFileBytesMax];
        if (parts.Length != 3 || !Convert.TryFromBase64String(parts[2], blob, out var bytes) || bytes != SeedBytes + 1)
        {
            return null;
        }

        // one byte says what kind of key it is, the seed follows
        var seed = blob[1..(SeedBytes + 1)];
        using var key = Import(seed);
        return new ReceiptSigner(toSign => Signed(seed, toSign), key.PublicKey.Export(KeyBlobFormat.RawPublicKey), Default);
    }

    public Receipt Sign(HeldReceipt held, ulong issuedUtcNs) =>
        new Receipt(held.Log.Key, issuedUtcNs, _keyId, _gateway, [new ReceiptRange(held.Range, 0, 0)], default).Signed(_sign);

    private static Signature Signed(byte[] seed, ReadOnlySpan<byte> toSign)
    {
        using var key = Import(seed);
        return new Signature(WireAlgorithm.Ed25519, SignatureAlgorithm.Ed25519.Sign(key, toSign));
    }

    private static Key Import(byte[] seed) => Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
}
