namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>What the stores say. Event ids 5000 to 5099; a retired one is not used again.</summary>
internal static partial class TimeSeriesLog
{
    [LoggerMessage(5000, LogLevel.Information, "{Store} follows the journal")]
    public static partial void StoreFollows(this ILogger log, string store);

    [LoggerMessage(5001, LogLevel.Warning, "{Store} waits: {Words} Nothing is lost, the journal keeps it")]
    public static partial void StoreWaits(this ILogger log, string store, string words);

    [LoggerMessage(5002, LogLevel.Error, "{Store} is stopped until somebody mends this: {Words} Nothing is lost, the journal keeps it")]
    public static partial void StoreStopped(this ILogger log, string store, string words);

    [LoggerMessage(5003, LogLevel.Warning, "{Store} is filled anew from the journal: {Why}")]
    public static partial void StoreRebuilt(this ILogger log, string store, string why);

    [LoggerMessage(5004, LogLevel.Information, "{Target} {Check}: {Words}")]
    public static partial void ProbeGood(this ILogger log, string target, string check, string words);

    [LoggerMessage(5005, LogLevel.Warning, "{Target} {Check}: {Words}")]
    public static partial void ProbeWarning(this ILogger log, string target, string check, string words);

    [LoggerMessage(
        5006,
        LogLevel.Warning,
        "{Store} differs from the journal for {Device} on {Day}: {InStore} of {InJournal} points; sent again"
    )]
    public static partial void CountDiffers(this ILogger log, string store, string device, string day, long inStore, long inJournal);

    [LoggerMessage(
        5007,
        LogLevel.Information,
        "{Store} counted against the journal: {Days} device-days, {Points} points, {Different} different"
    )]
    public static partial void Counted(this ILogger log, string store, long days, long points, long different);

    [LoggerMessage(5008, LogLevel.Warning, "{Store} could not be counted against the journal: it does not answer the question")]
    public static partial void NotCounted(this ILogger log, string store);

    [LoggerMessage(5009, LogLevel.Debug, "Counting of the stores ended with the gateway")]
    public static partial void CountingEnded(this ILogger log);

    [LoggerMessage(5010, LogLevel.Information, "{Store} had no file and is filled from the journal")]
    public static partial void StoreBegun(this ILogger log, string store);
}
