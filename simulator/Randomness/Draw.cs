using System.Text;

namespace TaserTelemetry.Simulator.Randomness;

/// <summary>
/// The only source of chance in the simulator: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014; constants as in S. Vigna's public-domain splitmix64.c). A fixed algorithm, because <see cref="Random"/> with a seed
/// may change between runtimes and the same (scenario, seed, end) must give the same bytes for ever. No logarithm or cosine is used:
/// their last bit differs between machines.
/// </summary>
internal sealed class Draw(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>A stream of its own for a named part, so that a new draw in one part moves nothing in another.</summary>
    public static Draw For(ulong seed, string part)
    {
        // FNV-1a over the name, then one mixing step, so that near seeds and near names give unrelated streams
        var hash = 0xCBF29CE484222325UL;
        foreach (var b in Encoding.UTF8.GetBytes(part))
        {
            hash = unchecked((hash ^ b) * 0x100000001B3); // FNV-1a multiplies modulo 2^64
        }

        return new Draw(Mix(unchecked(seed * Golden) ^ hash)); // SplitMix64 is defined modulo 2^64
    }

    public ulong Bits()
    {
        _state = unchecked(_state + Golden); // SplitMix64 is defined modulo 2^64
        return Mix(_state);
    }

    /// <summary>0 to exclusive - 1. Multiply-high; the bias is below 2^-32 for the small ranges drawn here.</summary>
    public int Below(int exclusive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusive, 1);
        return (int)(((UInt128)Bits() * (uint)exclusive) >> 64);
    }

    /// <summary>first to last, both included.</summary>
    public int Between(int first, int last) => first + Below(checked(last - first + 1));

    public long Between(long first, long last) => first + (long)(((UInt128)Bits() * (ulong)(last - first + 1)) >> 64);

    public bool Chance(double probability) => (Bits() >> 11) * (1.0 / (1UL << 53)) < probability;

    public T Pick<T>(IReadOnlyList<T> of) => of[Below(of.Count)];

    /// <summary>One of the indices, weighted; weights need not sum to 1.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        var total = 0.0;
        foreach (var w in weights)
        {
            total += w;
        }

        var left = (Bits() >> 11) * (1.0 / (1UL << 53)) * total;
        for (var i = 0; i < weights.Length - 1; i++)
        {
            left -= weights[i];
            if (left < 0)
            {
                return i;
            }
        }

        return weights.Length - 1;
    }

    /// <summary>Bell-shaped with the given standard deviation: the sum of twelve uniforms (variance 1), so no transcendental function.</summary>
    public double Bell(double deviation)
    {
        var sum = -6.0;
        for (var i = 0; i < 12; i++)
        {
            sum += (Bits() >> 11) * (1.0 / (1UL << 53));
        }

        return sum * deviation;
    }

    /// <summary>Upper-case letters and digits without the look-alikes I and O.</summary>
    public string Code(int length)
    {
        const string Alphabet = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
        return string.Create(
            length,
            this,
            static (span, draw) =>
            {
                for (var i = 0; i < span.Length; i++)
                {
                    span[i] = Alphabet[draw.Below(Alphabet.Length)];
                }
            }
        );
    }

    public void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        unchecked // SplitMix64 is defined modulo 2^64
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
