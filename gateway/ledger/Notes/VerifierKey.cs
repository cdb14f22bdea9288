using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;

namespace TaserTelemetry.Ledger.Notes;

/// <summary>Kind of a signature line (C2SP signed-note).</summary>
public enum SignatureType : byte
{
    /// <summary>Ed25519 over the note's text.</summary>
    Ed25519 = 1,

    /// <summary>A witness's timestamped Ed25519 cosignature (C2SP tlog-cosignature v1).</summary>
    CosignatureV1 = 4,
}

/// <summary>A public key with its name, as a <c>vkey</c> writes it: <c>name+keyid+base64(type | key)</c> (C2SP signed-note).</summary>
public sealed class VerifierKey
{
    private const int KeyBytes = 32;
    private readonly byte[] key;
    private readonly PublicKey imported;

    private VerifierKey(string name, SignatureType type, byte[] key, PublicKey imported)
    {
        Name = name;
        Type = type;
        this.key = key;
        this.imported = imported;
        Id = KeyId(name, type, key);
    }

    /// <summary>Name on the signature line.</summary>
    public string Name { get; }

    /// <summary>What its signatures are over.</summary>
    public SignatureType Type { get; }

    /// <summary>First four bytes of SHA-256(name | newline | type | key), big-endian.</summary>
    public uint Id { get; }

    /// <summary>The 32 bytes of the key.</summary>
    public ReadOnlySpan<byte> Key => key;

    /// <summary>A key from its parts; null when the name or the bytes are not allowed.</summary>
    public static VerifierKey? From(string name, SignatureType type, ReadOnlySpan<byte> key) =>
        IsName(name)
        && key.Length == KeyBytes
        && PublicKey.TryImport(SignatureAlgorithm.Ed25519, key, KeyBlobFormat.RawPublicKey, out var imported)
            ? new VerifierKey(name, type, key.ToArray(), imported!)
            : null;

    /// <summary>Reads a vkey; null when it is none, its key id is wrong, or its type is not known here.</summary>
    public static VerifierKey? Parse(string untrustedVkey)
    {
        // The base64 part may hold a plus sign itself: only the first two divide.
        var parts = untrustedVkey.Trim().Split('+', 3);
        if (parts.Length != 3 || parts[1].Length != 8 || !TryBase64(parts[2], out var blob) || blob.Length != 1 + KeyBytes)
            return null;
        var type = (SignatureType)blob[0];
        if (type is not (SignatureType.Ed25519 or SignatureType.CosignatureV1))
            return null;
        var parsed = From(parts[0], type, blob.AsSpan(1));
        return parsed is not null && parts[1] == HexId(parsed.Id) ? parsed : null;
    }

    /// <summary>Whether the signature holds over the message. The caller builds the message that the type asks for.</summary>
    internal bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == 64 && SignatureAlgorithm.Ed25519.Verify(imported, message, signature);

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{HexId(Id)}+{Convert.ToBase64String([(byte)Type, .. key])}";

    /// <summary>A key name: not empty, no white space, no plus sign.</summary>
    internal static bool IsName(string name) =>
        name.Length is > 0 and <= 255 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    internal static uint KeyId(string name, SignatureType type, ReadOnlySpan<byte> key) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. key]));

    internal static string HexId(uint id) => id.ToString("x8", CultureInfo.InvariantCulture);

    internal static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(text, bytes, out var written))
            return false;
        bytes = bytes[..written];
        return string.Equals(Convert.ToBase64String(bytes), text, StringComparison.Ordinal);
    }
}
