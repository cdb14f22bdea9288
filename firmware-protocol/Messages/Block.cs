using System.Text;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>What stands in a Block before its content (SPEC clause 8.16).</summary>
/// <param name="Log">Device, log kind and epoch.</param>
/// <param name="Sequence">The event record that the Block belongs to.</param>
/// <param name="Part">1 to <paramref name="Parts"/>; part 0 is the event record itself.</param>
/// <param name="Parts">How many Blocks the record has, 1 to <see cref="Limits.BlockPartsMax"/>.</param>
/// <param name="Kind">What the content is; a kind not known here is kept whole.</param>
/// <param name="Carrier">What brought it; empty = the device itself.</param>
public readonly record struct BlockHeader(LogKey Log, ulong Sequence, ushort Part, ushort Parts, BlockKind Kind, string Carrier)
{
    /// <summary>The key of this part.</summary>
    public RecordKey Key => new(Log, Sequence, Part);
}

/// <summary>
/// Dock to gateway: variable data of one event record (SPEC clause 8.16). A view of the frame it was decoded from. The content is everything
/// behind the texts, so that a Block has no appended fields.
/// </summary>
public readonly ref struct Block
{
    private Block(BlockHeader header, ReadOnlySpan<byte> untrustedContent)
    {
        Header = header;
        UntrustedContent = untrustedContent;
    }

    /// <summary>Which part of which record.</summary>
    public BlockHeader Header { get; }

    /// <summary>The content, not decoded: see <see cref="BlockContent"/>.</summary>
    public ReadOnlySpan<byte> UntrustedContent { get; }

    /// <summary>Decodes a Block. Never throws; on rejection it is not to be used.</summary>
    public static Rejection Decode(Frame frame, out Block block)
    {
        block = default;
        if (frame.Header.Type != MessageType.Block)
        {
            return new(Reason.MessageNotExpected, 2);
        }

        var reader = new PayloadReader(frame.Payload);
        var log = (LogKind)reader.U8();
        var kind = (BlockKind)reader.U8();
        var (part, parts) = (reader.U16(), reader.U16());
        if (part == 0 || part > parts || parts > Limits.BlockPartsMax)
        {
            reader.Reject(Reason.PartWrong, 2);
        }

        var epoch = reader.Epoch();
        var sequence = reader.U64();
        if (sequence == ulong.MaxValue)
        {
            reader.Reject(Reason.RangeOverflow, 18);
        }

        var device = Encoding.ASCII.GetString(reader.TextBytes(TextKind.Serial));
        var carrier = Encoding.ASCII.GetString(reader.TextBytes(TextKind.SerialOrNone));
        var content = reader.Take(reader.Left);
        var rejection = reader.End(extended: true);
        if (rejection.IsNone)
        {
            block = new(new(new(device, log, epoch), sequence, part, parts, kind, carrier), content);
        }

        return rejection;
    }

    /// <summary>Writes one Block as a frame and answers its bytes. What does not fit the destination is a programming error.</summary>
    public static int Write(Span<byte> frame, uint session, uint frameNumber, in BlockHeader header, ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfZero(header.Part);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(header.Part, header.Parts);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(header.Parts, Limits.BlockPartsMax);
        var writer = new PayloadWriter(frame[FrameHeader.Bytes..]);
        writer.U8((byte)header.Log.Log);
        writer.U8((byte)header.Kind);
        writer.U16(header.Part);
        writer.U16(header.Parts);
        writer.Epoch(header.Log.Epoch);
        writer.U64(header.Sequence);
        writer.Text(header.Log.Device, TextKind.Serial);
        writer.Text(header.Carrier, TextKind.SerialOrNone);
        writer.Bytes(content);
        return FrameWriter.Seal(frame, new(MessageType.Block, FrameFlags.None, session, frameNumber, checked((ushort)writer.Position)));
    }
}
