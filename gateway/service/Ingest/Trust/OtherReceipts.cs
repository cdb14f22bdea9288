using System.Buffers.Binary;
using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// Receipt keys of other gateways that the operator has named here: only what one of them signed is believed to be held elsewhere (wire 10), so that
/// a forged receipt hides nothing.
/// </summary>
internal sealed class OtherReceipts(IEnumerable<string> verifierKeys)
{
    /// <summary>Keys in the configuration.</summary>
    public const int KeysMax = 64;

    private readonly Dictionary<ulong, PublicKey> keys = verifierKeys
        .Select(Parse)
        .OfType<PublicKey>()
        .DistinctBy(key => key)
        .ToDictionary(key => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(key.Bytes)));

    /// <summary>Each key that is believed.</summary>
    public IEnumerable<PublicKey> Keys => keys.Values;

    /// <summary>The key of a line that <c>taser-gateway keys</c> prints; null when it is none.</summary>
    public static PublicKey? Parse(string untrustedLine) =>
        VerifierKey.Parse(untrustedLine) is { } key ? new PublicKey(KeyAlgorithm.Ed25519, key.Key) : null;

    /// <summary>Whether one of them signed this receipt.</summary>
    public bool Signed(in Receipt receipt)
    {
        var (bytes, signature) = (receipt.BytesToSign(), receipt.Signature);
        return keys.TryGetValue(receipt.KeyId, out var key) && SignatureCheck.Holds(key, bytes, signature);
    }
}
