using System.Net.Sockets;

namespace TaserTelemetry.Gateway.Observability;

/// <summary>Log lines of the doors: event ids 1000 to 1099. Retired ids are never used again. No payload bytes.</summary>
internal static partial class DoorLog
{
    [LoggerMessage(1001, LogLevel.Warning, "A connection could not be accepted: {Error}")]
    public static partial void AcceptFailed(this ILogger log, SocketError error);

    [LoggerMessage(1002, LogLevel.Debug, "A connection ended: {Why}")]
    public static partial void ConnectionEnded(this ILogger log, string why);

    [LoggerMessage(1003, LogLevel.Debug, "Embedded broker, {Source}: {Message}")]
    public static partial void BrokerSaid(this ILogger log, string source, string message);

    [LoggerMessage(1004, LogLevel.Warning, "The broker {Broker} is away: {Why} Trying again in {Wait}.")]
    public static partial void BrokerAway(this ILogger log, string broker, string why, TimeSpan wait);

    [LoggerMessage(1005, LogLevel.Information, "The broker {Broker} is reached; session kept: {SessionPresent}.")]
    public static partial void BrokerReached(this ILogger log, string broker, bool sessionPresent);

    [LoggerMessage(
        1006,
        LogLevel.Warning,
        "The broker {Broker} no longer holds this gateway's session: what it acked to docks meanwhile may be lost there. Docks will repeat it."
    )]
    public static partial void SessionLost(this ILogger log, string broker);

    [LoggerMessage(1007, LogLevel.Information, "The serial line {Path} is open for dock {Dock}.")]
    public static partial void LineOpened(this ILogger log, string path, string dock);

    [LoggerMessage(EventId = 1008, Message = "The serial line {Path} is away: {Why} Trying again in {Wait}.")]
    public static partial void LineAway(this ILogger log, LogLevel level, string path, string why, TimeSpan wait);

    [LoggerMessage(
        1009,
        LogLevel.Information,
        "Noise on the serial line {Path}: {Bytes} bytes in a minute that are no frame. First {First}; last {Last}. Look at cable, earth and speed."
    )]
    public static partial void LineNoise(this ILogger log, string path, long bytes, string first, string last);
}
