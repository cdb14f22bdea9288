namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>What noise a minute held: how many bytes, and the first and the last of them in hex.</summary>
internal readonly record struct NoiseMinute(long Bytes, string First, string Last);

/// <summary>Bytes that never passed a header check: counted, the first and last 256 of each minute kept for whoever looks at the line (wire 21).</summary>
internal sealed class NoiseSample(TimeProvider clock, Action<NoiseMinute> tell)
{
    public const int SampleBytes = 256;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private readonly Lock gate = new();
    private readonly byte[] first = new byte[SampleBytes];
    private readonly byte[] last = new byte[SampleBytes];
    private int firstBytes;
    private int lastBytes;
    private long minuteBytes;
    private long began;

    /// <summary>All noise since the line was first opened.</summary>
    public long TotalBytes { get; private set; }

    public void Take(ReadOnlySpan<byte> kept, int stretchBytes)
    {
        lock (gate)
        {
            if (minuteBytes == 0)
            {
                began = clock.GetTimestamp();
            }
            (TotalBytes, minuteBytes) = (TotalBytes + stretchBytes, minuteBytes + stretchBytes);
            var room = Math.Min(kept.Length, SampleBytes - firstBytes);
            kept[..room].CopyTo(first.AsSpan(firstBytes));
            firstBytes += room;
            var tail = kept.Length > SampleBytes ? kept[^SampleBytes..] : kept;
            var keep = Math.Min(lastBytes, SampleBytes - tail.Length);
            last.AsSpan(lastBytes - keep, keep).CopyTo(last);
            tail.CopyTo(last.AsSpan(keep));
            lastBytes = keep + tail.Length;
        }
    }

    /// <summary>Tells of a minute that is over and held noise. Called about once a second.</summary>
    public void LookAtTheTime()
    {
        NoiseMinute over;
        lock (gate)
        {
            if (minuteBytes == 0 || clock.GetElapsedTime(began) < Every)
            {
                return;
            }
            over = new NoiseMinute(
                minuteBytes,
                Convert.ToHexString(first.AsSpan(0, firstBytes)),
                Convert.ToHexString(last.AsSpan(0, lastBytes))
            );
            (minuteBytes, firstBytes, lastBytes) = (0, 0, 0);
        }
        tell(over);
    }
}
