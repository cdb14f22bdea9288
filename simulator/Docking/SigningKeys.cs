using System.Buffers.Binary;
using NSec.Cryptography;
using TaserTelemetry.Simulator.Randomness;
using Signature = TaserTelemetry.FirmwareProtocol.Messages.Signature;
using WireAlgorithm = TaserTelemetry.FirmwareProtocol.Messages.SignatureAlgorithm;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Ed25519 keys of simulated docks and devices, made from the seed: the same on every machine, and worth nothing outside a simulation.
/// Ed25519 signatures hold no chance, so a signed capture has the same bytes each time; ECDSA's would not.
/// </summary>
internal static class SigningKeys
{
    private const int SeedBytes = 32;

    public static Signature Sign(ulong seed, string signer, ReadOnlySpan<byte> bytesToSign)
    {
        using var key = Of(seed, signer);
        return new Signature(WireAlgorithm.Ed25519, SignatureAlgorithm.Ed25519.Sign(key, bytesToSign));
    }

    /// <summary>32 bytes.</summary>
    public static byte[] PublicKey(ulong seed, string signer)
    {
        using var key = Of(seed, signer);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    private static Key Of(ulong seed, string signer)
    {
        Span<byte> bytes = stackalloc byte[SeedBytes];
        var draw = Draw.For(seed, "signing key " + signer);
        for (var at = 0; at < SeedBytes; at += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[at..], draw.Bits());
        }

        return Key.Import(SignatureAlgorithm.Ed25519, bytes, KeyBlobFormat.RawPrivateKey);
    }
}
