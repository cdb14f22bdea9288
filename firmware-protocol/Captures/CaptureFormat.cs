using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Captures;

/// <summary>
/// Capture file, version 1 (SPEC clause 17), little-endian. File header, 24 bytes: 8 magic, u16 version, u16 zero, u64 created (ns UTC),
/// u32 CRC-32C of the 20 before. Then entries: header of 24 bytes (u32 bytes captured, u64 received ns UTC, u8 transport, u8 direction, u8 source
/// length, u8 zero, u32 zero, u32 CRC-32C of the 20 before), source, bytes, u32 CRC-32C of source and bytes.
/// </summary>
public static class CaptureFormat
{
    /// <summary>Version written here.</summary>
    public const ushort Version = 1;

    /// <summary>Bytes of the file header.</summary>
    public const int FileHeaderBytes = 24;

    /// <summary>Bytes of an entry's header.</summary>
    public const int EntryHeaderBytes = 24;

    /// <summary>Bytes of a source: three names and two slashes.</summary>
    public const int SourceBytesMax = (3 * Limits.TextBytesMax) + 2;

    /// <summary>Bytes captured in one entry: one MQTT message.</summary>
    public const int CapturedBytesMax = Limits.MqttMessageBytesMax;

    internal const int CheckedBytes = 20;
    internal const int EntryBytesMax = EntryHeaderBytes + SourceBytesMax + CapturedBytesMax + FrameHeader.CheckBytes;

    /// <summary>The first eight bytes of a capture.</summary>
    public static ReadOnlySpan<byte> Magic => "TASERCAP"u8;
}
