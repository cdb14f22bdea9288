using System.Buffers.Binary;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>What stands at one place of a segment.</summary>
internal enum WalkStep
{
    /// <summary>A record; its parts lie where <see cref="RecordHeader"/> says.</summary>
    Record,

    /// <summary>A commit entry.</summary>
    Commit,

    /// <summary>Eleven zero bytes: preallocated space.</summary>
    Free,

    /// <summary>The span ends before the entry does.</summary>
    Incomplete,

    /// <summary>No entry of this format.</summary>
    Rejected,
}

/// <summary>A record's header, decoded: lengths only, so that whoever walks decides what to check.</summary>
internal readonly record struct RecordHeader(RecordKind Kind, int LeafBytes, int LengthAfterHeader)
{
    public int TotalBytes => JournalFormat.RecordHeaderBytes + LengthAfterHeader;

    /// <summary>Header and leaf part: what a commit entry's CRC covers, and what stays for ever.</summary>
    public int LeafPartEnd => JournalFormat.RecordHeaderBytes + LeafBytes + JournalFormat.CrcBytes;

    public int ReceivedBytes => LengthAfterHeader - LeafBytes - JournalFormat.CrcBytes - JournalFormat.LastPartOverheadBytes;

    public ReadOnlySpan<byte> Leaf(ReadOnlySpan<byte> record) => record.Slice(JournalFormat.RecordHeaderBytes, LeafBytes);

    public ReadOnlySpan<byte> Salt(ReadOnlySpan<byte> record) => record.Slice(LeafPartEnd, JournalFormat.SaltBytes);

    public ReadOnlySpan<byte> Received(ReadOnlySpan<byte> record) => record.Slice(LeafPartEnd + JournalFormat.SaltBytes, ReceivedBytes);

    /// <summary>Salt and received bytes together: the commitment's input after its prefix.</summary>
    public ReadOnlySpan<byte> SaltAndReceived(ReadOnlySpan<byte> record) =>
        record.Slice(LeafPartEnd, JournalFormat.SaltBytes + ReceivedBytes);

    public bool LeafCrcHolds(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[(LeafPartEnd - JournalFormat.CrcBytes)..]) == Crc32C.Of(Leaf(record));

    public bool LastPartCrcHolds(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[(TotalBytes - JournalFormat.CrcBytes)..]) == Crc32C.Of(SaltAndReceived(record));

    /// <summary>Salt, received bytes and CRC all zero: what a disposal leaves. No undisposed part looks so, its CRC would not be zero.</summary>
    public bool LastPartIsZeroed(ReadOnlySpan<byte> record) => !record[LeafPartEnd..TotalBytes].ContainsAnyExcept((byte)0);
}

/// <summary>A commit entry's values.</summary>
/// <param name="NextIndex">Index of the record that will follow.</param>
/// <param name="GroupStart">Offset of the group's first record in this segment.</param>
/// <param name="LeafPartsCrc">CRC-32C over the headers and leaf parts of the group, in order.</param>
internal readonly record struct CommitEntry(ulong NextIndex, ulong GroupStart, uint LeafPartsCrc);

/// <summary>Bytes to entries (FORMAT.md clause 3). Pure: looks at one span, at offset 0 of it.</summary>
internal static class RecordWalk
{
    /// <summary>Decodes the header at the span's start. Only the header needs to be there.</summary>
    public static WalkStep ReadHeader(ReadOnlySpan<byte> at, out RecordHeader header, out string why)
    {
        header = default;
        why = "";
        if (at.Length < JournalFormat.RecordHeaderBytes)
            return WalkStep.Incomplete;
        var head = at[..JournalFormat.RecordHeaderBytes];
        var untrustedLength = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (untrustedLength == 0 && !head.ContainsAnyExcept((byte)0))
            return WalkStep.Free;
        if (BinaryPrimitives.ReadUInt32LittleEndian(head[7..]) != Crc32C.Of(head[..7]))
            return Reject("record header fails its CRC", out why);
        var kind = (RecordKind)head[4];
        var leafBytes = BinaryPrimitives.ReadUInt16LittleEndian(head[5..]);
        if (kind == RecordKind.Commit)
        {
            if (leafBytes != 0 || untrustedLength != JournalFormat.CommitBodyBytes)
                return Reject("commit entry of a wrong length", out why);
            header = new RecordHeader(kind, 0, JournalFormat.CommitBodyBytes);
            return WalkStep.Commit;
        }
        if (kind is not (RecordKind.Frame or RecordKind.Quarantined or RecordKind.OwnEvent))
            return Reject("record of an unknown kind", out why);
        if (leafBytes is < JournalFormat.LeafBytesMin or > JournalFormat.LeafBytesMax)
            return Reject("leaf length out of range", out why);
        var fixedBytes = (uint)(leafBytes + JournalFormat.CrcBytes + JournalFormat.LastPartOverheadBytes);
        if (untrustedLength < fixedBytes || untrustedLength - fixedBytes > JournalFormat.ReceivedBytesMax)
            return Reject("record length out of range", out why);
        if (kind == RecordKind.OwnEvent && untrustedLength != fixedBytes)
            return Reject("own event with received bytes", out why);
        header = new RecordHeader(kind, leafBytes, (int)untrustedLength);
        return WalkStep.Record;
    }

    /// <summary>Decodes a commit entry whose header was read; null when its CRC fails.</summary>
    public static CommitEntry? ReadCommit(ReadOnlySpan<byte> entry)
    {
        var body = entry.Slice(JournalFormat.RecordHeaderBytes, JournalFormat.CommitBodyBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(body[20..]) != Crc32C.Of(body[..20]))
            return null;
        return new CommitEntry(
            BinaryPrimitives.ReadUInt64LittleEndian(body),
            BinaryPrimitives.ReadUInt64LittleEndian(body[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(body[16..])
        );
    }

    private static WalkStep Reject(string reason, out string why)
    {
        why = reason;
        return WalkStep.Rejected;
    }
}
