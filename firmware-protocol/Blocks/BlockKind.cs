namespace TaserTelemetry.FirmwareProtocol.Blocks;

/// <summary>What a Block's content is (SPEC clause 9.1). Numbers are pinned; others are kept whole.</summary>
public enum BlockKind : byte
{
    /// <summary>No content.</summary>
    None = 0,

    /// <summary>Serial numbers of cartridges, packs and parts.</summary>
    Serials = 1,

    /// <summary>Versions before and after a firmware update.</summary>
    Versions = 2,

    /// <summary>Both stamps of a clock setting, and who set it.</summary>
    TimeSync = 3,

    /// <summary>A stretch of the pulse log.</summary>
    Pulses = 4,

    /// <summary>A vendor's own bytes, verbatim.</summary>
    Native = 5,
}

/// <summary>What a serial number in a Block belongs to (SPEC clause 9.2). Others are kept.</summary>
public enum SerialOf : byte
{
    /// <summary>Not stated.</summary>
    NotStated = 0,

    /// <summary>A cartridge in the bay named.</summary>
    Cartridge = 1,

    /// <summary>A battery pack.</summary>
    BatteryPack = 2,

    /// <summary>A main board.</summary>
    MainBoard = 3,

    /// <summary>A dock or other tool that was connected.</summary>
    Tool = 4,
}

/// <summary>Who set a device's clock (SPEC clause 9.4). Others are kept.</summary>
public enum SyncSource : byte
{
    /// <summary>Not stated.</summary>
    NotStated = 0,

    /// <summary>The vendor's dock or tool.</summary>
    VendorTool = 1,

    /// <summary>By hand, on the device.</summary>
    ByHand = 2,

    /// <summary>The device itself, from a time signal.</summary>
    TimeSignal = 3,
}
