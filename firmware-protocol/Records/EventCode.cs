namespace TaserTelemetry.FirmwareProtocol.Records;

/// <summary>
/// What a device wrote down (SPEC clause 7.2). Numbers are pinned for ever and never reused; a code that is not listed here is
/// kept raw and stored, never refused.
/// </summary>
public enum EventCode : ushort
{
    /// <summary>No event. A zero-filled record is not an event and is marked.</summary>
    None = 0,

    /// <summary>Safety or selector moved to ARMED; begins an armed session.</summary>
    Arm = 1,

    /// <summary>Back to SAFE; the duration is how long the device was armed, in ms.</summary>
    Safe = 2,

    /// <summary>Trigger activation; the duration is of the discharge cycle, in ms.</summary>
    Trigger = 3,

    /// <summary>Warning arc or ARC switch; the duration is in ms.</summary>
    Arc = 4,

    /// <summary>Repeat cycle on a cartridge already deployed; the argument is the cycle number (1 = first repeat).</summary>
    Reenergise = 5,

    /// <summary>Cartridge or probe fired; the argument is the number of probes (1 or 2; 0 = not stated).</summary>
    Deploy = 6,

    /// <summary>Connection detected or lost; the duration is ms since the first trigger of the armed session; argument 1 = detected, 0 = lost.</summary>
    Connection = 7,

    /// <summary>A pulse-log chunk follows as a Block; the argument is the pulse count.</summary>
    PulseBlock = 8,

    /// <summary>Device put into its holster.</summary>
    Holster = 9,

    /// <summary>Device taken from its holster.</summary>
    Unholster = 10,

    /// <summary>Explicit test mode; the duration is in ms; the argument is the result (0 = not stated, 1 = pass, 2 = fail).</summary>
    Test = 11,

    /// <summary>Audible or strobe warning; the duration is in ms.</summary>
    WarningAlert = 12,

    /// <summary>Battery pack inserted.</summary>
    BatteryInsert = 13,

    /// <summary>Battery pack removed.</summary>
    BatteryRemove = 14,

    /// <summary>Cartridge loaded into the bay named.</summary>
    CartridgeInsert = 15,

    /// <summary>Cartridge taken from the bay named.</summary>
    CartridgeRemove = 16,

    /// <summary>USB link up.</summary>
    UsbConnect = 17,

    /// <summary>Dock link up.</summary>
    DockConnect = 18,

    /// <summary>Clock set. The record's stamp is before the setting; the argument is the device clock after it, in the batch's stamp unit.</summary>
    TimeSync = 19,

    /// <summary>The clock lost its time; the argument is the device clock after the reset, in the batch's stamp unit.</summary>
    ClockReset = 20,

    /// <summary>Firmware changed; versions travel in a Block; argument 1 = done, 2 = failed.</summary>
    FirmwareUpdate = 21,

    /// <summary>A setting changed; the argument's low 16 bits are the key, the next 16 the old value, the next 16 the new.</summary>
    ConfigChange = 22,

    /// <summary>Power-save mode entered (argument 1) or left (argument 0).</summary>
    PowerSave = 23,

    /// <summary>Torch or laser switched on (argument 1) or off (argument 0).</summary>
    Light = 24,

    /// <summary>Fault; the argument's low 32 bits are the code, the next 8 the severity (1 minor, 2 major, 3 critical).</summary>
    Fault = 25,

    /// <summary>A broadcast that starts cameras; the argument is the reason's event code.</summary>
    SignalTransmit = 26,

    /// <summary>Written by the gateway, never by a device: the oldest sequence jumped; the argument is the first sequence lost.</summary>
    LogWrap = 27,

    /// <summary>USB link down.</summary>
    UsbDisconnect = 28,

    /// <summary>Dock link down.</summary>
    DockDisconnect = 29,
}
