using System.Buffers.Binary;
using System.Security.Cryptography;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Evidence.Decisions;

/// <summary>What a nonce shown in a head is worth.</summary>
public enum NonceStanding : byte
{
    /// <summary>Given by this gateway, not spent, not lapsed.</summary>
    Good = 0,

    /// <summary>Never given to this dock.</summary>
    Unknown = 1,

    /// <summary>Used before.</summary>
    Spent = 2,

    /// <summary>Past its time.</summary>
    Lapsed = 3,
}

/// <summary>Nonces given ahead to docks: derived from journalled pools, so that they survive a restart. Not thread-safe.</summary>
public sealed class NonceBook
{
    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 16;

    /// <summary>Nonces of one pool; a leaf that says more counts for as many.</summary>
    public const int PoolNoncesMax = 16;

    /// <summary>Pools remembered for each dock; older ones lapse unseen.</summary>
    public const int PoolsPerDockMax = 4;

    private readonly Dictionary<string, List<Pool>> pools = new(StringComparer.Ordinal);

    /// <summary>Number that the next nonce given takes; numbers never repeat in a ledger.</summary>
    public ulong NextNumber { get; private set; }

    /// <summary>The nonce of a number in a pool: SHA-256(pool ‖ number, little-endian) cut to 16 bytes.</summary>
    public static byte[] NonceOf(Digest pool, ulong number)
    {
        Span<byte> input = stackalloc byte[Digest.Bytes + 8];
        pool.Write(input);
        BinaryPrimitives.WriteUInt64LittleEndian(input[Digest.Bytes..], number);
        return SHA256.HashData(input)[..NonceBytes];
    }

    /// <summary>What the nonce is worth when this dock shows it at this time (ns UTC); its number where it is known.</summary>
    public NonceStanding Judge(string dock, ReadOnlySpan<byte> untrustedNonce, ulong nowNs, out ulong number)
    {
        number = 0;
        if (!pools.TryGetValue(dock, out var given))
        {
            return NonceStanding.Unknown;
        }
        foreach (var pool in given)
        {
            for (var i = 0; i < pool.Count; i++)
            {
                if (untrustedNonce.SequenceEqual(NonceOf(pool.Grant.Pool, pool.Grant.FirstNumber + (ulong)i)))
                {
                    number = pool.Grant.FirstNumber + (ulong)i;
                    return (pool.SpentBits & (1u << i)) != 0 ? NonceStanding.Spent
                        : nowNs >= pool.Grant.ExpiresNs ? NonceStanding.Lapsed
                        : NonceStanding.Good;
                }
            }
        }
        return NonceStanding.Unknown;
    }

    /// <summary>Nonces of a dock that are neither spent nor lapsed.</summary>
    public int GoodCount(string dock, ulong nowNs) =>
        pools.TryGetValue(dock, out var given)
            ? given.Where(p => nowNs < p.Grant.ExpiresNs).Sum(p => p.Count - System.Numerics.BitOperations.PopCount(p.SpentBits))
            : 0;

    internal IEnumerable<(NonceGrant Grant, uint SpentBits)> All =>
        pools.Values.SelectMany(list => list).Select(p => (p.Grant, p.SpentBits));

    internal void Grant(NonceGrant grant, uint spentBits = 0)
    {
        if (!pools.TryGetValue(grant.Dock, out var given))
        {
            pools[grant.Dock] = given = [];
        }
        if (given.Count == PoolsPerDockMax)
        {
            given.RemoveAt(0);
        }
        given.Add(new Pool(grant) { SpentBits = spentBits });
        NextNumber = Math.Max(
            NextNumber,
            grant.FirstNumber > ulong.MaxValue - grant.Count ? ulong.MaxValue : grant.FirstNumber + grant.Count
        );
    }

    internal void Spend(NonceSpent spent)
    {
        foreach (var pool in pools.GetValueOrDefault(spent.Dock) ?? [])
        {
            if (spent.Number >= pool.Grant.FirstNumber && spent.Number - pool.Grant.FirstNumber < (ulong)pool.Count)
            {
                pool.SpentBits |= 1u << (int)(spent.Number - pool.Grant.FirstNumber);
            }
        }
    }

    internal void RestoreNextNumber(ulong next) => NextNumber = Math.Max(NextNumber, next);

    private sealed class Pool(NonceGrant grant)
    {
        public NonceGrant Grant { get; } = grant;

        public int Count => Math.Min((int)Grant.Count, PoolNoncesMax);

        public uint SpentBits { get; set; }
    }
}
