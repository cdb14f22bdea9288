using System.Globalization;

namespace TaserTelemetry.Simulator;

/// <summary>Texts of the command line to values; absent stays absent.</summary>
internal static class CommandLineText
{
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mm:ss'Z'",
        "yyyy-MM-dd'T'HH:mm:ss.fffzzz",
        "yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
    ];

    public static bool TryTime(string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null)
        {
            return true;
        }

        var good = DateTimeOffset.TryParseExact(
            text,
            TimeFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var parsed
        );
        time = good ? parsed : null;
        return good;
    }

    public static bool TryBroker(string? text, out Uri? broker)
    {
        broker = null;
        return text is null
            || Uri.TryCreate(text, UriKind.Absolute, out broker) && broker.Scheme is "mqtt" or "mqtts" && broker.Host.Length > 0;
    }
}
