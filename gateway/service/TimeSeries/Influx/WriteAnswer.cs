using System.Globalization;
using System.Text.RegularExpressions;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>What a server's answer to a write means for the lines sent. Each has exactly one behaviour in <see cref="Delivery"/>.</summary>
internal enum WriteVerdict
{
    /// <summary>Every line is stored.</summary>
    Accepted,

    /// <summary>The body is too large: halve it.</summary>
    TooLarge,

    /// <summary>At least one line is refused, and the server cannot be trusted to say how many: halve until it is alone.</summary>
    LinesRefused,

    /// <summary>The server says of every line sent that it lies before its retention.</summary>
    AllBeyondRetention,

    /// <summary>No line can be stored until a person changes something: stop, alarm, keep.</summary>
    ConfigurationFault,

    /// <summary>Try again later.</summary>
    Busy,

    /// <summary>Nobody knows whether the lines are stored: send the same bytes again.</summary>
    Unknown,
}

/// <summary>The verdict, the server's words and, for <see cref="WriteVerdict.Busy"/>, the wait it asked for.</summary>
internal readonly partial record struct WriteAnswer(WriteVerdict Verdict, string Words, TimeSpan? RetryAfter)
{
    public static readonly WriteAnswer Accepted = new(WriteVerdict.Accepted, "", null);

    /// <summary>
    /// Judges an answer. The status alone misleads (tried on 1.6.7): a missing retention policy is a 500, and a series limit, which
    /// no single line is guilty of, is a 400.
    /// </summary>
    public static WriteAnswer Judge(int status, string words, TimeSpan? retryAfter, int lines)
    {
        var said = words.Length > 0 ? words : $"HTTP {status} without a word";
        var verdict = status switch
        {
            >= 200 and < 300 => WriteVerdict.Accepted,
            413 => WriteVerdict.TooLarge,
            400 or 422 => JudgeRefusal(words, lines),
            408 or 425 => WriteVerdict.Unknown,
            429 or 503 => WriteVerdict.Busy,
            < 500 => WriteVerdict.ConfigurationFault,
            _ when SaysNotFound(words) => WriteVerdict.ConfigurationFault,
            _ => WriteVerdict.Unknown,
        };
        return verdict == WriteVerdict.Accepted ? Accepted : new WriteAnswer(verdict, said, retryAfter);
    }

    private static WriteVerdict JudgeRefusal(string words, int lines)
    {
        // The server quotes lines here, so what it quotes must not be read as its own words.
        if (words.Contains("unable to parse", StringComparison.OrdinalIgnoreCase))
        {
            return WriteVerdict.LinesRefused;
        }
        if (
            words.Contains("max-series-per-database", StringComparison.OrdinalIgnoreCase)
            || words.Contains("max-values-per-tag", StringComparison.OrdinalIgnoreCase)
            || words.Contains("is required", StringComparison.OrdinalIgnoreCase)
            || SaysNotFound(words)
        )
        {
            return WriteVerdict.ConfigurationFault;
        }
        // "dropped=N" is wrong for unparsable lines (tried: it says 0), so it is believed only for the one reason it is right for.
        var retention = BeyondRetention().Match(words);
        return
            retention.Success
            && int.TryParse(retention.Groups["lines"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var dropped)
            && dropped == lines
            ? WriteVerdict.AllBeyondRetention
            : WriteVerdict.LinesRefused;
    }

    private static bool SaysNotFound(string words) =>
        words.Contains("retention policy not found", StringComparison.OrdinalIgnoreCase)
        || words.Contains("database not found", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(
        "points beyond retention policy dropped=(?<lines>[0-9]+)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex BeyondRetention();
}
