using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Observability;

/// <summary>Log lines of ingest and journal: event ids 1100 to 1199. Retired ids are never used again. No payload bytes.</summary>
internal static partial class IngestLog
{
    [LoggerMessage(1101, LogLevel.Information, "Docking session {Session} began: {Dock} over {Transport}, standing {Standing}.")]
    public static partial void SessionBegan(this ILogger log, ulong session, string dock, Transport transport, Reason standing);

    [LoggerMessage(1102, LogLevel.Information, "Docking session {Session} of {Dock} ended.")]
    public static partial void SessionEnded(this ILogger log, ulong session, string dock);

    [LoggerMessage(1103, LogLevel.Critical, "Ingest is stopped and acks nothing more: {Why}")]
    public static partial void IngestFatal(this ILogger log, string why);

    [LoggerMessage(
        1104,
        LogLevel.Error,
        "The disk of DATA is full. Docks are held; nothing is lost. Make room: the gateway goes on by itself."
    )]
    public static partial void DiskFull(this ILogger log);

    [LoggerMessage(1105, LogLevel.Information, "The disk of DATA has room again.")]
    public static partial void DiskHasRoom(this ILogger log);

    [LoggerMessage(1106, LogLevel.Information, "The journal was made: origin {Origin}.")]
    public static partial void JournalMade(this ILogger log, string origin);

    [LoggerMessage(
        1107,
        LogLevel.Warning,
        "The last stop was not clean: {Rewritten} records behind the last checkpoint were written again, {Aside} bytes put aside. No acked record is lost."
    )]
    public static partial void JournalRecovered(this ILogger log, ulong rewritten, long aside);

    [LoggerMessage(1108, LogLevel.Information, "The journal is open with {Records} records.")]
    public static partial void JournalOpened(this ILogger log, ulong records);

    [LoggerMessage(1111, LogLevel.Error, "A message of {Dock} was kept aside unread, because this program failed on it. Please report it.")]
    public static partial void Stumbled(this ILogger log, Exception stumbled, string dock);

    [LoggerMessage(1109, LogLevel.Critical, "Signing is stopped: {Why}")]
    public static partial void SigningFatal(this ILogger log, string why);

    [LoggerMessage(1110, LogLevel.Warning, "No checkpoint could be signed, the disk of DATA is full.")]
    public static partial void SigningFull(this ILogger log);

    [LoggerMessage(1113, LogLevel.Warning, "{Words} Have it set at the next docking; if it goes on, repaired.")]
    public static partial void ClockDrifts(this ILogger log, string words);

    [LoggerMessage(1114, LogLevel.Warning, "{Words}")]
    public static partial void QuarantineFull(this ILogger log, string words);

    [LoggerMessage(1112, LogLevel.Warning, "A sealed segment has no index or snapshot yet: {Why} The next seal or start makes them.")]
    public static partial void NotIndexed(this ILogger log, string why);
}
