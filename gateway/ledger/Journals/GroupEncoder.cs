using System.Buffers.Binary;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>Values to bytes: one commit group into one buffer, so that one pwrite takes it. The buffer is kept and grows to the limit.</summary>
internal sealed class GroupEncoder
{
    private byte[] buffer = new byte[64 << 10];
    private int used;
    private uint leafPartsCrc;

    public ReadOnlySpan<byte> Bytes => buffer.AsSpan(0, used);

    /// <summary>Bytes the group will take, its commit entry included; checks every item against the limits.</summary>
    public static long Measure(ReadOnlySpan<JournalItem> items)
    {
        long bytes = JournalFormat.CommitEntryBytes;
        foreach (ref readonly var item in items)
        {
            RequireLimits(item);
            bytes += JournalFormat.RecordBytes(item.Leaf.Length, item.Received.Length);
        }
        return bytes;
    }

    public void Encode(ReadOnlySpan<JournalItem> items, int groupBytes, ulong firstIndex, long groupStart)
    {
        Begin(groupBytes);
        foreach (ref readonly var item in items)
            Append(item.Kind, item.Leaf.Span, item.Salt.Span, item.Received.Span);
        End(firstIndex + (ulong)items.Length, groupStart);
    }

    /// <summary>Starts a group of at most that many bytes.</summary>
    public void Begin(int groupBytes)
    {
        used = 0;
        leafPartsCrc = 0;
        if (buffer.Length < groupBytes)
            buffer = new byte[groupBytes];
    }

    /// <summary>Copies a record as it stands in another segment (recovery).</summary>
    public void AppendRaw(ReadOnlySpan<byte> record, in RecordHeader header)
    {
        record[..header.TotalBytes].CopyTo(buffer.AsSpan(used));
        leafPartsCrc = Crc32C.Append(leafPartsCrc, record[..header.LeafPartEnd]);
        used += header.TotalBytes;
    }

    public void End(ulong nextIndex, long groupStart)
    {
        var at = WriteHeader(JournalFormat.CommitBodyBytes, RecordKind.Commit, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(at, nextIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(at[8..], (ulong)groupStart);
        BinaryPrimitives.WriteUInt32LittleEndian(at[16..], leafPartsCrc);
        BinaryPrimitives.WriteUInt32LittleEndian(at[20..], Crc32C.Of(at[..20]));
        used += JournalFormat.CommitBodyBytes;
    }

    private void Append(RecordKind kind, ReadOnlySpan<byte> leaf, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> received)
    {
        var start = used;
        var length = leaf.Length + JournalFormat.CrcBytes + JournalFormat.LastPartOverheadBytes + received.Length;
        var at = WriteHeader(length, kind, leaf.Length);
        leaf.CopyTo(at);
        at = at[leaf.Length..];
        BinaryPrimitives.WriteUInt32LittleEndian(at, Crc32C.Of(leaf));
        at = at[JournalFormat.CrcBytes..];
        salt.CopyTo(at);
        received.CopyTo(at[JournalFormat.SaltBytes..]);
        var lastPart = at[..(JournalFormat.SaltBytes + received.Length)];
        BinaryPrimitives.WriteUInt32LittleEndian(at[lastPart.Length..], Crc32C.Of(lastPart));
        leafPartsCrc = Crc32C.Append(
            leafPartsCrc,
            buffer.AsSpan(start, JournalFormat.RecordHeaderBytes + leaf.Length + JournalFormat.CrcBytes)
        );
        used += length;
    }

    private Span<byte> WriteHeader(int length, RecordKind kind, int leafBytes)
    {
        var head = buffer.AsSpan(used, JournalFormat.RecordHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)length);
        head[4] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(head[5..], (ushort)leafBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head[7..], Crc32C.Of(head[..7]));
        used += JournalFormat.RecordHeaderBytes;
        return buffer.AsSpan(used);
    }

    private static void RequireLimits(in JournalItem item)
    {
        var valid =
            item.Kind is RecordKind.Frame or RecordKind.Quarantined or RecordKind.OwnEvent
            && item.Leaf.Length is >= JournalFormat.LeafBytesMin and <= JournalFormat.LeafBytesMax
            && item.Salt.Length == JournalFormat.SaltBytes
            && item.Received.Length <= JournalFormat.ReceivedBytesMax
            && (item.Kind != RecordKind.OwnEvent || item.Received.IsEmpty);
        if (!valid)
            throw new ArgumentException(
                $"A journal item must have kind 1 to 3, a leaf of {JournalFormat.LeafBytesMin} to {JournalFormat.LeafBytesMax} bytes, "
                    + $"a salt of {JournalFormat.SaltBytes} and at most {JournalFormat.ReceivedBytesMax} received bytes (none for an own event); "
                    + $"this one has kind {(byte)item.Kind}, {item.Leaf.Length}, {item.Salt.Length} and {item.Received.Length}.",
                nameof(item)
            );
    }
}
