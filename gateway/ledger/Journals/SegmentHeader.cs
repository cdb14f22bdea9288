using System.Buffers.Binary;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>The first 128 bytes of a segment (FORMAT.md clause 2.2).</summary>
/// <param name="OriginHash">SHA-256 of the origin line.</param>
/// <param name="FirstIndex">Index of the first record.</param>
/// <param name="SegmentBytes">Length of the file.</param>
/// <param name="PreviousEnd">Offset in the previous segment behind its last record that counts; 0 when there is none.</param>
/// <param name="Supersedes">
/// A recovery began this segment: what stands in the previous one from <paramref name="PreviousEnd"/> on is no evidence (it may never
/// have reached the disk whole). Otherwise those bytes are all zero.
/// </param>
internal readonly record struct SegmentHeader(Hash256 OriginHash, ulong FirstIndex, ulong SegmentBytes, ulong PreviousEnd, bool Supersedes)
{
    public const int Bytes = 128;
    private const int CrcOffset = 72;
    private const uint Format = 1;
    private const uint SupersedesFlag = 1;

    private static ReadOnlySpan<byte> Magic => "TASERJNL"u8;

    public void Write(Span<byte> into)
    {
        into[..Bytes].Clear();
        Magic.CopyTo(into);
        BinaryPrimitives.WriteUInt32LittleEndian(into[8..], Format);
        BinaryPrimitives.WriteUInt32LittleEndian(into[12..], Supersedes ? SupersedesFlag : 0);
        OriginHash.CopyTo(into[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(into[48..], FirstIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(into[56..], SegmentBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(into[64..], PreviousEnd);
        BinaryPrimitives.WriteUInt32LittleEndian(into[CrcOffset..], Crc32C.Of(into[..CrcOffset]));
    }

    /// <summary>Null, and why, when the bytes are no header of this format.</summary>
    public static SegmentHeader? Parse(ReadOnlySpan<byte> bytes, out string why)
    {
        why = "";
        if (bytes.Length < Bytes)
            why = "shorter than a segment header";
        else if (!bytes[..8].SequenceEqual(Magic))
            why = "does not begin with TASERJNL";
        else if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcOffset..]) != Crc32C.Of(bytes[..CrcOffset]))
            why = "segment header fails its CRC";
        else if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != Format)
            why = "segment format is not 1";
        else if (
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) > SupersedesFlag
            || bytes[(CrcOffset + 4)..Bytes].ContainsAnyExcept((byte)0)
        )
            why = "reserved bytes of the segment header are not zero";
        if (why.Length > 0)
            return null;
        return new SegmentHeader(
            Hash256.From(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[64..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) == SupersedesFlag
        );
    }
}
