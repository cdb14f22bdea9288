namespace TaserTelemetry.Scoring.Score;

/// <summary>Bounds of a share.</summary>
internal static class Proportion
{
    private const double Z = 1.959963984540054;

    /// <summary>Wilson's lower 95 % bound; 0 of 0 = 0, for nothing was shown.</summary>
    public static double WilsonLow(int good, int all)
    {
        if (all == 0)
        {
            return 0;
        }

        var (p, n) = ((double)good / all, (double)all);
        var centre = p + Z * Z / (2 * n);
        var half = Z * Math.Sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
        return Math.Max(0, (centre - half) / (1 + Z * Z / n));
    }

    /// <summary>Clopper and Pearson's lower 95 % bound, by bisection on the binomial tail.</summary>
    public static double ExactLow(int good, int all)
    {
        if (good == 0)
        {
            return 0;
        }

        var (low, high) = (0.0, (double)good / all);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (TailAtLeast(good, all, middle) > 0.025)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return low;
    }

    private static double TailAtLeast(int good, int all, double p)
    {
        var (below, term) = (0.0, all * Math.Log(1 - p));
        for (var k = 0; k < good; k++)
        {
            below += Math.Exp(term);
            term += Math.Log((double)(all - k) / (k + 1)) + Math.Log(p) - Math.Log(1 - p);
        }

        return 1 - below;
    }
}
