using System.Security.Cryptography;

namespace TaserTelemetry.Ledger.Trees;

/// <summary>Commitments one after another, over salt and received bytes as they lie side by side in a record. For one thread.</summary>
internal sealed class CommitmentHasher : IDisposable
{
    private static readonly byte[] Prefix = [2];
    private readonly IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public Hash256 Of(ReadOnlySpan<byte> saltAndReceived)
    {
        Span<byte> hash = stackalloc byte[Hash256.Bytes];
        sha.AppendData(Prefix);
        sha.AppendData(saltAndReceived);
        sha.GetHashAndReset(hash);
        return Hash256.From(hash);
    }

    public void Dispose() => sha.Dispose();
}
