namespace TaserTelemetry.FirmwareProtocol.Tests.Link;

/// <summary>What a line does to bytes until it calms down: each a chance per byte.</summary>
internal sealed record Weather(
    double Flip,
    double Drop,
    double Insert,
    double Echo,
    double Stall,
    double Cut,
    int StallMsMax,
    int CutMsMax,
    long CalmAtMs
)
{
    public static readonly Weather Fair = new(0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/// <summary>
/// One direction of a serial line with a seed and no clock: bytes leave at the baud rate, and on the way they are flipped, lost, invented,
/// said twice, held up, or cut off with whatever frame was half-way.
/// </summary>
internal sealed class SimulatedLine(int bitsPerSecond, Weather weather, Random luck)
{
    private const int EchoBytesMax = 1_200;
    private readonly Queue<(double AtMs, byte Value)> onItsWay = new();
    private readonly Queue<byte> lately = new();
    private double busyUntilMs;
    private double deadUntilMs;

    /// <summary>Everything put on the line so far, before anything happened to it.</summary>
    public long Bytes { get; private set; }

    /// <summary>When the next byte arrives.</summary>
    public double NextMs => onItsWay.TryPeek(out var first) ? first.AtMs : double.MaxValue;

    /// <summary>From now on nothing arrives.</summary>
    public void DieAt(double ms) => deadUntilMs = ms == 0 ? 0 : double.MaxValue;

    public void Write(ReadOnlySpan<byte> bytes, long nowMs)
    {
        foreach (var value in bytes)
        {
            Bytes++;
            busyUntilMs = Math.Max(busyUntilMs, nowMs) + 10_000.0 / bitsPerSecond;
            lately.Enqueue(value);
            if (lately.Count > EchoBytesMax)
            {
                lately.Dequeue();
            }

            Carry(value, nowMs);
        }
    }

    /// <summary>What has arrived by now, in one piece or in several: the receiver sees no frames here.</summary>
    public byte[] Read(long nowMs)
    {
        var arrived = new List<byte>();
        while (onItsWay.TryPeek(out var first) && first.AtMs <= nowMs)
        {
            arrived.Add(onItsWay.Dequeue().Value);
        }

        return [.. arrived];
    }

    private void Carry(byte value, long nowMs)
    {
        if (nowMs >= weather.CalmAtMs)
        {
            Arrive(value);
            return;
        }

        if (luck.NextDouble() < weather.Stall)
        {
            busyUntilMs += luck.Next(weather.StallMsMax);
        }

        if (luck.NextDouble() < weather.Cut)
        {
            deadUntilMs = Math.Max(deadUntilMs, Math.Min(busyUntilMs + luck.Next(weather.CutMsMax), weather.CalmAtMs));
        }

        if (luck.NextDouble() < weather.Insert)
        {
            Arrive((byte)luck.Next(256));
        }

        if (luck.NextDouble() < weather.Echo)
        {
            foreach (var again in lately.TakeLast(luck.Next(EchoBytesMax)))
            {
                Arrive(again);
            }
        }

        if (luck.NextDouble() >= weather.Drop)
        {
            Arrive(luck.NextDouble() < weather.Flip ? (byte)(value ^ (1 << luck.Next(8))) : value);
        }
    }

    private void Arrive(byte value)
    {
        if (busyUntilMs >= deadUntilMs)
        {
            onItsWay.Enqueue((busyUntilMs, value));
        }
    }
}
