namespace TaserTelemetry.Reconciler.Statistics;

/// <summary>Bounds of shares and counts. Plain textbook formulas, summed in logarithms so that large counts stay exact enough.</summary>
public static class Proportion
{
    private const double Z95 = 1.959963984540054;

    /// <summary>Clopper-Pearson: the share below which so many hits have at most 2.5 % chance. 0 hits give 0.</summary>
    public static double ExactLower95(int hits, int of)
    {
        if (hits <= 0 || of <= 0)
        {
            return 0;
        }

        double low = 0;
        double high = (double)hits / of;
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = BinomialUpperTail(hits, of, middle) < 0.025 ? (middle, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Wilson's 95 % interval of a share; nothing observed gives 0 to 1.</summary>
    public static (double Low, double High) Wilson95(int hits, int of)
    {
        if (of <= 0)
        {
            return (0, 1);
        }

        double p = (double)hits / of;
        double z2 = Z95 * Z95;
        double centre = (p + z2 / (2 * of)) / (1 + z2 / of);
        double half = Z95 / (1 + z2 / of) * Math.Sqrt(p * (1 - p) / of + z2 / (4.0 * of * of));
        return (Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    /// <summary>95 % interval of a rate: so many events on so much exposure (Byar's approximation).</summary>
    public static (double Low, double High) Rate95(int events, double exposure)
    {
        if (exposure <= 0)
        {
            return (0, 0);
        }

        double low = events == 0 ? 0 : events * Math.Pow(1 - 1.0 / (9 * events) - Z95 / (3 * Math.Sqrt(events)), 3);
        int next = events + 1;
        double high = next * Math.Pow(1 - 1.0 / (9 * next) + Z95 / (3 * Math.Sqrt(next)), 3);
        return (low / exposure, high / exposure);
    }

    /// <summary>Chance of at least so many events where a mean is expected.</summary>
    public static double PoissonUpperTail(int events, double mean)
    {
        double below = 0;
        double logTerm = -mean;
        for (int k = 0; k < events; k++)
        {
            below += Math.Exp(logTerm);
            logTerm += Math.Log(Math.Max(mean, 1e-300)) - Math.Log(k + 1);
        }

        return Math.Clamp(1 - below, 0, 1);
    }

    private static double BinomialUpperTail(int hits, int of, double share)
    {
        double tail = 0;
        double logChoose = 0;
        for (int k = 0; k <= of; k++)
        {
            if (k >= hits)
            {
                tail += Math.Exp(logChoose + k * Math.Log(share) + (of - k) * Math.Log(1 - share));
            }

            logChoose += Math.Log(of - k) - Math.Log(k + 1);
        }

        return tail;
    }
}
