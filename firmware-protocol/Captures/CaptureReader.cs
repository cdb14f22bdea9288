using System.Buffers.Binary;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Captures;

/// <summary>
/// Reads a capture entry by entry from a stream that stays the caller's (SPEC clause 17). Memory is one buffer of fixed size, whatever the
/// file says.
/// </summary>
public sealed class CaptureReader
{
    private const int BufferBytes = 4 * CaptureFormat.EntryBytesMax;

    private readonly Stream source;
    private readonly byte[] buffer = new byte[BufferBytes];
    private int start;
    private int end;
    private bool opened;
    private byte[] lastSourceAscii = [];
    private string lastSource = "";

    /// <summary>A reader at the stream's present position, which is the file header's.</summary>
    public CaptureReader(Stream source) => this.source = source;

    /// <summary>When the capture was begun, ns since 1970-01-01 UTC; 0 before the first entry was read.</summary>
    public ulong CreatedUtcNs { get; private set; }

    /// <summary>Bytes of the file taken so far: where a damaged entry begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads the next entry. After an answer that is not an entry, every later one is the same.</summary>
    public CaptureStatus Read(out CaptureEntry entry)
    {
        entry = default;
        if (!opened)
        {
            var status = Open();
            if (status != CaptureStatus.Entry)
            {
                return status;
            }
        }

        if (!Fill(CaptureFormat.EntryHeaderBytes))
        {
            return start == end ? CaptureStatus.End : CaptureStatus.CutShort;
        }

        var header = buffer.AsSpan(start, CaptureFormat.EntryHeaderBytes);
        var captured = BinaryPrimitives.ReadUInt32LittleEndian(header);
        int sourceBytes = header[14];
        if (!Passes(header) || captured is 0 or > CaptureFormat.CapturedBytesMax || sourceBytes > CaptureFormat.SourceBytesMax)
        {
            return CaptureStatus.Damaged;
        }

        var bodyBytes = sourceBytes + (int)captured;
        var entryBytes = CaptureFormat.EntryHeaderBytes + bodyBytes + FrameHeader.CheckBytes;
        if (!Fill(entryBytes))
        {
            return CaptureStatus.CutShort;
        }

        header = buffer.AsSpan(start, CaptureFormat.EntryHeaderBytes);
        var body = buffer.AsSpan(start + CaptureFormat.EntryHeaderBytes, bodyBytes);
        var check = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(start + CaptureFormat.EntryHeaderBytes + bodyBytes));
        if (check != Crc32C.Of(body))
        {
            return CaptureStatus.Damaged;
        }

        entry = new(
            BinaryPrimitives.ReadUInt64LittleEndian(header[4..]),
            (Transport)header[12],
            (CaptureDirection)header[13],
            SourceText(body[..sourceBytes]),
            body[sourceBytes..]
        );
        start += entryBytes;
        Offset += entryBytes;
        return CaptureStatus.Entry;
    }

    private static bool Passes(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[CaptureFormat.CheckedBytes..]) == Crc32C.Of(header[..CaptureFormat.CheckedBytes]);

    private CaptureStatus Open()
    {
        if (!Fill(CaptureFormat.FileHeaderBytes))
        {
            return CaptureStatus.NotACapture;
        }

        var header = buffer.AsSpan(start, CaptureFormat.FileHeaderBytes);
        if (
            !header.StartsWith(CaptureFormat.Magic)
            || !Passes(header)
            || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != CaptureFormat.Version
        )
        {
            return CaptureStatus.NotACapture;
        }

        CreatedUtcNs = BinaryPrimitives.ReadUInt64LittleEndian(header[12..]);
        start += CaptureFormat.FileHeaderBytes;
        Offset = CaptureFormat.FileHeaderBytes;
        opened = true;
        return CaptureStatus.Entry;
    }

    // Captures name the same few docks over and over: one string is made for a run of entries, not one for each.
    private string SourceText(ReadOnlySpan<byte> ascii)
    {
        if (!ascii.SequenceEqual(lastSourceAscii))
        {
            lastSourceAscii = ascii.ToArray();
            lastSource = Encoding.ASCII.GetString(ascii);
        }

        return lastSource;
    }

    private bool Fill(int bytes)
    {
        if (end - start >= bytes)
        {
            return true;
        }

        buffer.AsSpan(start, end - start).CopyTo(buffer);
        end -= start;
        start = 0;
        while (end < bytes)
        {
            var read = source.Read(buffer, end, buffer.Length - end);
            if (read == 0)
            {
                return false;
            }

            end += read;
        }

        return true;
    }
}
