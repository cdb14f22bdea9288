using System.Buffers.Binary;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Captures;

/// <summary>Writes a capture to a stream that stays the caller's (SPEC clause 17). One entry is held at a time.</summary>
public sealed class CaptureWriter
{
    private readonly Stream destination;
    private readonly byte[] buffer = new byte[CaptureFormat.EntryBytesMax];

    /// <summary>Writes the file header. Created is in ns since 1970-01-01 UTC.</summary>
    public CaptureWriter(Stream destination, ulong createdUtcNs)
    {
        this.destination = destination;
        var header = buffer.AsSpan(0, CaptureFormat.FileHeaderBytes);
        CaptureFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], CaptureFormat.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(header[12..], createdUtcNs);
        BinaryPrimitives.WriteUInt32LittleEndian(header[CaptureFormat.CheckedBytes..], Crc32C.Of(header[..CaptureFormat.CheckedBytes]));
        destination.Write(header);
    }

    /// <summary>
    /// Writes one entry: one frame from a serial line, or one MQTT message. Throws where there are no bytes or more than
    /// <see cref="CaptureFormat.CapturedBytesMax"/>, or a source longer than <see cref="CaptureFormat.SourceBytesMax"/>.
    /// </summary>
    public void Write(ulong receivedUtcNs, Transport transport, CaptureDirection direction, DockAddress source, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, CaptureFormat.CapturedBytesMax);
        var name = source.ToString();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, CaptureFormat.SourceBytesMax);
        var header = buffer.AsSpan(0, CaptureFormat.EntryHeaderBytes);
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)bytes.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[4..], receivedUtcNs);
        header[12] = (byte)transport;
        header[13] = (byte)direction;
        header[14] = (byte)name.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(header[CaptureFormat.CheckedBytes..], Crc32C.Of(header[..CaptureFormat.CheckedBytes]));
        var body = buffer.AsSpan(CaptureFormat.EntryHeaderBytes, name.Length + bytes.Length);
        Encoding.ASCII.GetBytes(name, body);
        bytes.CopyTo(body[name.Length..]);
        var end = CaptureFormat.EntryHeaderBytes + body.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(end), Crc32C.Of(body));
        destination.Write(buffer, 0, end + FrameHeader.CheckBytes);
    }
}
