namespace TaserTelemetry.Benchmarks.Serial;

/// <summary>One direction of a serial line at its real pace, 10 bits a byte, with bits flipped by a seed.</summary>
internal sealed class PacedLine(int bitsPerSecond, double bitErrorRate, int seed)
{
    private const int BitsPerByte = 10;
    private const int DataBits = 8;
    private readonly Random luck = new(seed);
    private readonly Queue<(double AtMs, byte Value)> onItsWay = new();
    private double busyUntilMs;

    /// <summary>Bits that came out other than they went in.</summary>
    public int Flipped { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes, double nowMs)
    {
        foreach (var value in bytes)
        {
            busyUntilMs = Math.Max(busyUntilMs, nowMs) + (BitsPerByte * 1_000.0 / bitsPerSecond);
            var hit = luck.NextDouble() < bitErrorRate * DataBits;
            Flipped += hit ? 1 : 0;
            onItsWay.Enqueue((busyUntilMs, hit ? (byte)(value ^ (1 << luck.Next(DataBits))) : value));
        }
    }

    /// <summary>What has arrived by now.</summary>
    public byte[] Read(double nowMs)
    {
        var arrived = new List<byte>();
        while (onItsWay.TryPeek(out var next) && next.AtMs <= nowMs)
        {
            arrived.Add(onItsWay.Dequeue().Value);
        }
        return [.. arrived];
    }
}
