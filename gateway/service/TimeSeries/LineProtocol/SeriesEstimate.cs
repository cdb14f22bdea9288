using System.Numerics;

namespace TaserTelemetry.Gateway.TimeSeries.LineProtocol;

/// <summary>
/// How many different series were written, within 2 %, in 4 KiB however many there are (HyperLogLog). A server that runs into its
/// limit on series stops taking points of new ones, so the way there must be visible.
/// </summary>
internal sealed class SeriesEstimate
{
    private const int IndexBits = 12;
    private const int Registers = 1 << IndexBits;
    private readonly byte[] _longestRun = new byte[Registers];

    /// <summary>Takes the series of one journal record's events: its tags, once for every event code in it.</summary>
    public void Add(SeriesSource source, ReadOnlySpan<SeriesEvent> events)
    {
        var tags = HashOf(source);
        ulong seen = 0;
        foreach (ref readonly var happened in events)
        {
            var name = Math.Min((int)happened.Record.Code, EventNames.All.Count - 1);
            if ((seen & (1UL << name)) == 0)
            {
                seen |= 1UL << name;
                Add(Mix(tags + (ulong)name));
            }
        }
    }

    /// <summary>The estimate; may be asked from any thread.</summary>
    public long Value
    {
        get
        {
            double sum = 0;
            var empty = 0;
            foreach (var run in _longestRun)
            {
                sum += Math.Pow(2, -run);
                empty += run == 0 ? 1 : 0;
            }
            var raw = 0.7213 / (1 + (1.079 / Registers)) * Registers * Registers / sum;
            return (long)Math.Round(raw <= 2.5 * Registers && empty > 0 ? Registers * Math.Log((double)Registers / empty) : raw);
        }
    }

    private void Add(ulong hash)
    {
        var register = (int)(hash >> (64 - IndexBits));
        var run = (byte)(BitOperations.LeadingZeroCount((hash << IndexBits) | 1) + 1);
        if (run > _longestRun[register])
        {
            _longestRun[register] = run;
        }
    }

    private static ulong HashOf(SeriesSource source)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var tag in (ReadOnlySpan<string>)[source.Device, source.Dock, source.Armoury, source.Force, source.Model])
        {
            foreach (var letter in tag)
            {
                hash = unchecked((hash ^ letter) * 1_099_511_628_211UL);
            }
            hash = unchecked((hash ^ 0xFFFF) * 1_099_511_628_211UL);
        }
        // A code of the log is added below the names of events, which stay under 64.
        return unchecked(hash + ((ulong)source.Log << 6)) & ~63UL;
    }

    // The finaliser of SplitMix64: arithmetic modulo 2^64 by definition.
    private static ulong Mix(ulong value)
    {
        value = unchecked((value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9UL);
        value = unchecked((value ^ (value >> 27)) * 0x94D0_49BB_1331_11EBUL);
        return value ^ (value >> 31);
    }
}
