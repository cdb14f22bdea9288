using System.Buffers.Binary;
using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>The key that signs receipts: <c>receipt.key</c> in the keys folder. Whoever held it could tell docks to forget; it never leaves.</summary>
internal sealed class ReceiptKey : IDisposable
{
    private const string Name = "receipt";
    private readonly SigningKey key;

    private ReceiptKey(SigningKey key) => this.key = key;

    /// <summary>SPEC clause 8.21: the first eight bytes of the public key's SHA-256, little-endian.</summary>
    public ulong Id => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(key.Verifier.Key));

    public PublicKey Public => new(KeyAlgorithm.Ed25519, key.Verifier.Key);

    /// <summary>The key that is there, or a new one; true when it is new and the ledger has to say so.</summary>
    public static (ReceiptKey Key, bool Created) Open(string keysFolder, string origin)
    {
        var folder = new KeyFolder(new RealDisk(), keysFolder);
        return folder.Load(Name) is { } known
            ? (new ReceiptKey(known), false)
            : (new ReceiptKey(folder.Create(Name, origin + "/receipt")), true);
    }

    public Signature Sign(ReadOnlySpan<byte> bytesToSign) => new(SignatureAlgorithm.Ed25519, key.Sign(bytesToSign));

    public void Dispose() => key.Dispose();
}
