namespace TaserTelemetry.Gateway.Observability;

/// <summary>Log lines of keeping: access log, witnesses, time stamps, retention. Event ids 1200 to 1299. Retired ids are never used again.</summary>
internal static partial class KeepingLog
{
    [LoggerMessage(1201, LogLevel.Warning, "{File} in the access spool is no request and was taken away.")]
    public static partial void StrangeRequest(this ILogger log, string file);

    [LoggerMessage(1202, LogLevel.Error, "The access spool cannot be used; taser-audit shows nothing of live DATA until it can: {Why}")]
    public static partial void SpoolFailed(this ILogger log, string why);

    [LoggerMessage(1203, LogLevel.Error, "The access log could not be signed: {Why}")]
    public static partial void AccessNotSigned(this ILogger log, string why);

    [LoggerMessage(
        1204,
        LogLevel.Warning,
        "Witness {Witness} has not cosigned: {Why}. Checkpoints stay unwitnessed as far as it is concerned; ingest goes on."
    )]
    public static partial void WitnessSilent(this ILogger log, string witness, string why);

    [LoggerMessage(1205, LogLevel.Critical, "{Why}")]
    public static partial void WitnessContradicts(this ILogger log, string why);

    [LoggerMessage(1206, LogLevel.Error, "No more cosignatures are kept: {Why}")]
    public static partial void WitnessingEnds(this ILogger log, string why);

    [LoggerMessage(1207, LogLevel.Warning, "Today's checkpoint has no time stamp of {Url} yet: {Why}")]
    public static partial void NotStamped(this ILogger log, string url, string why);

    [LoggerMessage(1208, LogLevel.Critical, "{Why}")]
    public static partial void DockContradicts(this ILogger log, string why);
}
