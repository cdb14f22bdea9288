using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>Who a dock is, for its Hello (SPEC clause 8.2).</summary>
/// <param name="Address">Force, armoury and name, as enrolled.</param>
/// <param name="Transport">Serial or MQTT.</param>
/// <param name="BootId">Random for each start of the dock.</param>
/// <param name="Model">Label, 0 to 32 bytes.</param>
/// <param name="Firmware">Label, 0 to 32 bytes.</param>
public sealed record DockIdentity(DockAddress Address, Transport Transport, ulong BootId, string Model, string Firmware)
{
    /// <summary>Largest payload the dock takes, in bytes; at least <see cref="Limits.PayloadBytesFloor"/>.</summary>
    public int PayloadBytesMax { get; init; } = Transport == Transport.Serial ? Limits.SerialPayloadBytesMax : Limits.MqttPayloadBytesMax;

    /// <summary>How good the dock's wall clock is.</summary>
    public ClockState ClockState { get; init; }
}

/// <summary>A frame to be sent.</summary>
/// <param name="UpTopic">Where Welcome said; empty for Hello, and on a serial line.</param>
/// <param name="IsHello">Whether it goes to the hello topic.</param>
/// <param name="Frame">The whole frame.</param>
public readonly record struct Outgoing(string UpTopic, bool IsHello, byte[] Frame);

/// <summary>Where a <see cref="DockSession"/> stands.</summary>
public enum DockStanding
{
    /// <summary>No connection yet, or closed by the dock itself.</summary>
    Idle,

    /// <summary>Says hello until it is welcomed.</summary>
    Greeting,

    /// <summary>In a docking session.</summary>
    Open,

    /// <summary>Stopped by the gateway: a person is called.</summary>
    Stopped,
}
