using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>What one dock may send over MQTT, at either broker alike: so long a message, so many a second, so many bytes on their way to the disk.</summary>
internal static class Admission
{
    /// <summary>Null = it may come in, and is counted against the dock's share; else why not, and what the dock is told.</summary>
    public static (MessageRefusal Why, Reason Told)? Refuse(DockLink link, long payloadBytes, LimitSettings limits, TimeProvider clock) =>
        payloadBytes > Limits.MqttMessageBytesMax ? (MessageRefusal.TooLong, Reason.MessageTooLong)
        : !link.Rate.Take(clock, limits.MessagesPerSecondPerDock) ? (MessageRefusal.OverRate, Reason.RateExceeded)
        : !link.TakeShare(payloadBytes + Inbound.OverheadBytes, limits.QueueBytesPerDock) ? (MessageRefusal.OverShare, Reason.RateExceeded)
        : null;
}
