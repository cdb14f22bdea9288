using TaserTelemetry.Simulator.Randomness;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// What a dock's temper does to the frames it sends (SCENARIOS.md). An honest dock does nothing. Every temper but forging and
/// flooding still brings everything home in the end: it is the conversation that repairs it.
/// </summary>
internal sealed class DockTemper(string kind, Draw draw)
{
    private byte[]? _heldBack;
    private int _sent;

    public static DockTemper Honest() => new("honest", new Draw(0));

    /// <summary>How long the dock takes a breath after each frame.</summary>
    public TimeSpan? PauseAfter => kind == "slow" ? TimeSpan.FromMilliseconds(150) : null;

    /// <summary>Once in a while, and only after having said something, the dock loses power.</summary>
    public bool PowerFails() => kind == "power-cut" && _sent > 5 && draw.Chance(0.08) && Restart();

    public IEnumerable<byte[]> Send(byte[] frame)
    {
        _sent++;
        return kind switch
        {
            "lossy" => draw.Chance(0.15) ? [] : [frame],
            "duplicating" => draw.Chance(0.4) ? [frame, frame] : [frame],
            "re-ordering" => Reordered(frame),
            "forging" => draw.Chance(0.2) ? [Flipped(frame), frame] : [frame],
            "flooding" => [.. Enumerable.Range(0, 20).Select(_ => Noise()), frame],
            _ => [frame],
        };
    }

    private bool Restart()
    {
        _sent = 0;
        return true;
    }

    private byte[][] Reordered(byte[] frame)
    {
        if (_heldBack is { } earlier)
        {
            _heldBack = null;
            return [frame, earlier];
        }

        if (draw.Chance(0.3))
        {
            _heldBack = frame;
            return [];
        }

        return [frame];
    }

    /// <summary>One bit wrong somewhere: the header's or the frame's check fails.</summary>
    private byte[] Flipped(byte[] frame)
    {
        var flipped = frame.ToArray();
        flipped[draw.Below(flipped.Length)] ^= (byte)(1 << draw.Below(8));
        return flipped;
    }

    private byte[] Noise()
    {
        var noise = new byte[draw.Between(1, 200)];
        for (var i = 0; i < noise.Length; i++)
        {
            noise[i] = (byte)draw.Below(256);
        }

        return noise;
    }
}
