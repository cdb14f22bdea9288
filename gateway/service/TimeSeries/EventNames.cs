using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>
/// The closed sets that tags are drawn from. A code from outside the vocabulary is stored with its number as a field and the tag
/// <c>other</c>: a device that invents codes must not invent series.
/// </summary>
internal static class EventNames
{
    public const string Other = "other";

    private const int KnownCodes = 30;

    private static readonly string[] Names =
    [
        "none",
        "arm",
        "safe",
        "trigger",
        "arc",
        "reenergise",
        "deploy",
        "connection",
        "pulse_block",
        "holster",
        "unholster",
        "test",
        "warning_alert",
        "battery_insert",
        "battery_remove",
        "cartridge_insert",
        "cartridge_remove",
        "usb_connect",
        "dock_connect",
        "time_sync",
        "clock_reset",
        "firmware_update",
        "config_change",
        "power_save",
        "light",
        "fault",
        "signal_transmit",
        "log_wrap",
        "usb_disconnect",
        "dock_disconnect",
        Other,
    ];

    private static readonly byte[][] TagBytes = [.. Names.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>Every value the tag <c>event</c> can have.</summary>
    public static IReadOnlyList<string> All => Names;

    public static string Of(EventCode code) => Names[Math.Min((int)code, KnownCodes)];

    public static ReadOnlySpan<byte> Utf8Of(EventCode code) => TagBytes[Math.Min((int)code, KnownCodes)];

    public static string Of(LogKind log) =>
        log switch
        {
            LogKind.Event => "event",
            LogKind.Pulse => "pulse",
            LogKind.Engineering => "engineering",
            _ => Other,
        };

    /// <summary>Electricity was generated, or the device was told to: trigger, arc and repeat cycles (domain 1.9).</summary>
    public static bool IsActivation(EventCode code) => code is EventCode.Trigger or EventCode.Arc or EventCode.Reenergise;

    /// <summary>What an event is for the reader of a dashboard, decided by its code alone.</summary>
    public static ReadOnlySpan<byte> ClassOf(EventCode code) =>
        code switch
        {
            EventCode.Trigger or EventCode.Arc or EventCode.Reenergise => "activation"u8,
            EventCode.Deploy or EventCode.Connection or EventCode.PulseBlock => "outcome"u8,
            EventCode.Arm or EventCode.Safe or EventCode.Holster or EventCode.Unholster or EventCode.WarningAlert => "handling"u8,
            EventCode.Test => "test"u8,
            EventCode.TimeSync or EventCode.ClockReset => "clock"u8,
            EventCode.Fault or EventCode.LogWrap => "quality"u8,
            >= EventCode.BatteryInsert and <= EventCode.DockDisconnect => "service"u8,
            _ => "other"u8,
        };
}
