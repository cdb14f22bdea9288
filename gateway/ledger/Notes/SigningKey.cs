using NSec.Cryptography;

namespace TaserTelemetry.Ledger.Notes;

/// <summary>An Ed25519 private key with its name, in the text form of the signed-note tools: <c>PRIVATE+KEY+name+keyid+base64(type | seed)</c>.</summary>
public sealed class SigningKey : IDisposable
{
    private const string Prefix = "PRIVATE+KEY+";
    private readonly Key key;

    private SigningKey(Key key, VerifierKey verifier)
    {
        this.key = key;
        Verifier = verifier;
    }

    /// <summary>The public half.</summary>
    public VerifierKey Verifier { get; }

    /// <summary>A key from its 32-byte seed. Throws <see cref="ArgumentException"/> for a name that notes do not allow.</summary>
    public static SigningKey FromSeed(string name, ReadOnlySpan<byte> seed)
    {
        if (!Key.TryImport(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey, out var imported))
            throw new ArgumentException("An Ed25519 seed has 32 bytes.", nameof(seed));
        var publicKey = imported!.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        if (VerifierKey.From(name, SignatureType.Ed25519, publicKey) is { } verifier)
            return new SigningKey(imported, verifier);
        imported.Dispose();
        throw new ArgumentException(
            $"'{name}' cannot name a key: no white space, no control character, no plus sign, at most 255.",
            nameof(name)
        );
    }

    /// <summary>Reads the text form; null when it is not one, or its key id is not that of its key.</summary>
    public static SigningKey? Parse(string untrustedText)
    {
        var text = untrustedText.Trim();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var parts = text[Prefix.Length..].Split('+', 3);
        var readable = parts.Length == 3 && VerifierKey.IsName(parts[0]) && VerifierKey.TryBase64(parts[2], out _);
        if (!readable || !VerifierKey.TryBase64(parts[2], out var blob) || blob.Length != 33 || blob[0] != (byte)SignatureType.Ed25519)
            return null;
        var parsed = FromSeed(parts[0], blob.AsSpan(1));
        if (parts[1] == VerifierKey.HexId(parsed.Verifier.Id))
            return parsed;
        parsed.Dispose();
        return null;
    }

    /// <summary>The text form of a seed.</summary>
    public static string Format(string name, ReadOnlySpan<byte> seed)
    {
        using var signer = FromSeed(name, seed);
        return $"{Prefix}{name}+{VerifierKey.HexId(signer.Verifier.Id)}+{Convert.ToBase64String([(byte)SignatureType.Ed25519, .. seed])}\n";
    }

    /// <summary>The 64-byte signature over a message.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureAlgorithm.Ed25519.Sign(key, message);

    /// <summary>Forgets the private half.</summary>
    public void Dispose() => key.Dispose();
}
