using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Captures;

/// <summary>Which way captured bytes went (SPEC clause 17.3).</summary>
public enum CaptureDirection : byte
{
    /// <summary>Dock to gateway.</summary>
    Up = 1,

    /// <summary>Gateway to dock.</summary>
    Down = 2,
}

/// <summary>
/// One captured thing (SPEC clause 17.3): a frame from a serial line after COBS decoding, or an MQTT message with its frames. Valid until
/// the reader's next call.
/// </summary>
public readonly ref struct CaptureEntry
{
    internal CaptureEntry(ulong receivedUtcNs, Transport transport, CaptureDirection direction, string source, ReadOnlySpan<byte> bytes)
    {
        ReceivedUtcNs = receivedUtcNs;
        Transport = transport;
        Direction = direction;
        Source = source;
        UntrustedBytes = bytes;
    }

    /// <summary>When it was captured, ns since 1970-01-01 UTC: the capture's claim.</summary>
    public ulong ReceivedUtcNs { get; }

    /// <summary>What it came on.</summary>
    public Transport Transport { get; }

    /// <summary>Which way.</summary>
    public CaptureDirection Direction { get; }

    /// <summary>force/armoury/dock (<see cref="DockAddress.TryParse"/>), as the capture claims.</summary>
    public string Source { get; }

    /// <summary>The bytes as they came, 1 to 65,536.</summary>
    public ReadOnlySpan<byte> UntrustedBytes { get; }
}

/// <summary>What reading a capture came to.</summary>
public enum CaptureStatus
{
    /// <summary>An entry.</summary>
    Entry,

    /// <summary>The end, after a whole entry.</summary>
    End,

    /// <summary>The file ends inside an entry: it was cut short, what came before is good.</summary>
    CutShort,

    /// <summary>The file is not a capture, or not of a version known here.</summary>
    NotACapture,

    /// <summary>An entry's check failed; nothing behind it can be found.</summary>
    Damaged,
}
