using System.Buffers.Binary;
using System.Collections.Concurrent;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>One entry of a key index.</summary>
/// <param name="Key">Whatever the caller identifies records by; keys that are asked for together lie side by side.</param>
/// <param name="Index">Leaf index of a record that brought it.</param>
public readonly record struct KeyIndexEntry(UInt128 Key, ulong Index);

/// <summary>
/// For each sealed segment a file <c>{first index:D20}.idx</c>: which records brought which keys, sorted by key, so that a repeat of
/// something old is compared without reading the journal. Derived: deleted or damaged it is made again by the caller; an entry that is
/// found is to be compared with the record itself. Keys are opaque here. A file's CRC is checked once, when it is first opened. Several
/// threads may ask while one writes.
/// </summary>
public sealed class KeyIndex(IDisk disk, string folder, Hash256 originHash)
{
    private const int HeaderBytes = 80;
    private const int EntryBytes = 24;
    private const int ChunkBytesMax = 256 << 10;
    private const string Extension = ".idx";
    private readonly ConcurrentDictionary<ulong, bool> whole = new();

    private static ReadOnlySpan<byte> Magic => "TASERIDX"u8;

    /// <summary>First index of the segment that is written to: no index file speaks of it or of what is behind it. 0 before the first.</summary>
    public ulong OpenFirst => SegmentList.Read(disk, folder) is [.., var last] ? last : 0;

    /// <summary>Sealed segments, by first index and the index behind their last, that have no readable index file.</summary>
    public IReadOnlyList<(ulong First, ulong Next)> Missing()
    {
        var segments = SegmentList.Read(disk, folder);
        var missing = new List<(ulong, ulong)>();
        for (var i = 0; i + 1 < segments.Count; i++)
        {
            using var file = TryOpen(segments[i], segments[i + 1], out _);
            if (file is null)
                missing.Add((segments[i], segments[i + 1]));
        }
        return missing;
    }

    /// <summary>Names of index files that are none of this log's, or not whole.</summary>
    internal List<string> Damaged() =>
        [.. disk.FileNames(folder).Where(name => name.EndsWith(Extension, StringComparison.Ordinal) && IsWhole(name) == false)];

    /// <summary>Null when the file has gone.</summary>
    private bool? IsWhole(string name)
    {
        try
        {
            using var file = disk.Open(Path.Combine(folder, name), DiskAccess.Read);
            var header = new byte[HeaderBytes];
            if (file.Read(header, 0) != HeaderBytes || !HeaderIsOurs(header, file.Length))
                return false;
            if (name != Path.GetFileName(PathOf(BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(48)))))
                return false;
            return EntriesHold(file, header);
        }
        catch (DiskException e) when (e.Fault == DiskFault.NotFound)
        {
            return null;
        }
    }

    private static bool EntriesHold(IDiskFile file, ReadOnlySpan<byte> header)
    {
        var chunk = new byte[Math.Clamp(file.Length - HeaderBytes, 1, ChunkBytesMax)];
        var crc = 0u;
        long offset = HeaderBytes;
        for (var read = file.Read(chunk, offset); read > 0; read = file.Read(chunk, offset += read))
            crc = Crc32C.Append(crc, chunk.AsSpan(0, read));
        return crc == BinaryPrimitives.ReadUInt32LittleEndian(header[72..]);
    }

    private bool HeaderIsOurs(ReadOnlySpan<byte> header, long length) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[76..]) == Crc32C.Of(header[..76])
        && header.StartsWith(Magic)
        && Hash256.From(header[16..]) == originHash
        && Math.DivRem(length - HeaderBytes, EntryBytes) is (var entries, 0)
        && (ulong)entries == BinaryPrimitives.ReadUInt64LittleEndian(header[64..]);

    /// <summary>Writes the index of one sealed segment, in place of an older one. Not synced: it can be made again.</summary>
    /// <param name="first">First index of the segment.</param>
    /// <param name="next">Index behind its last record.</param>
    /// <param name="entries">In any order; sorted in place.</param>
    public void Write(ulong first, ulong next, KeyIndexEntry[] entries)
    {
        Array.Sort(entries, static (a, b) => a.Key == b.Key ? a.Index.CompareTo(b.Index) : a.Key.CompareTo(b.Key));
        var bytes = new byte[HeaderBytes + ((long)entries.Length * EntryBytes)];
        var at = bytes.AsSpan(HeaderBytes);
        foreach (ref readonly var entry in entries.AsSpan())
        {
            BinaryPrimitives.WriteUInt128BigEndian(at, entry.Key);
            BinaryPrimitives.WriteUInt64LittleEndian(at[16..], entry.Index);
            at = at[EntryBytes..];
        }
        WriteHeader(bytes, first, next, (ulong)entries.Length);
        whole.TryRemove(first, out _); // what was written is read back before it is believed
        disk.WriteDerived(PathOf(first), bytes);
    }

    /// <summary>
    /// Leaf indices of records that brought any of the keys from one to another, oldest segment first; empty when no sealed segment with an
    /// index has one.
    /// </summary>
    /// <param name="first">Lowest key.</param>
    /// <param name="last">Highest key.</param>
    /// <param name="fromIndex">Only segments that reach beyond this leaf index are looked into.</param>
    /// <param name="nextIndex">And only those that begin before this one.</param>
    public IReadOnlyList<ulong> Find(UInt128 first, UInt128 last, ulong fromIndex = 0, ulong nextIndex = ulong.MaxValue)
    {
        var found = new List<ulong>();
        var segments = SegmentList.Read(disk, folder);
        for (var i = 0; i + 1 < segments.Count && segments[i] < nextIndex; i++)
        {
            if (segments[i + 1] <= fromIndex)
                continue;
            using var file = TryOpen(segments[i], segments[i + 1], out var count);
            if (file is not null)
                Search(file, count, first, last, found);
        }
        return found;
    }

    private string PathOf(ulong first) => Path.Combine(folder, Path.ChangeExtension(JournalFormat.SegmentName(first), Extension));

    private void WriteHeader(Span<byte> into, ulong first, ulong next, ulong count)
    {
        Magic.CopyTo(into);
        BinaryPrimitives.WriteUInt32LittleEndian(into[8..], 1);
        originHash.CopyTo(into[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(into[48..], first);
        BinaryPrimitives.WriteUInt64LittleEndian(into[56..], next);
        BinaryPrimitives.WriteUInt64LittleEndian(into[64..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(into[72..], Crc32C.Of(into[HeaderBytes..]));
        BinaryPrimitives.WriteUInt32LittleEndian(into[76..], Crc32C.Of(into[..76]));
    }

    /// <summary>Opens the index of a segment when it is whole and speaks of that very segment.</summary>
    private IDiskFile? TryOpen(ulong first, ulong next, out long count)
    {
        count = 0;
        if (!disk.FileExists(PathOf(first)))
            return null;
        var file = disk.Open(PathOf(first), DiskAccess.Read);
        Span<byte> header = stackalloc byte[HeaderBytes];
        var fits =
            file.Read(header, 0) == HeaderBytes
            && HeaderIsOurs(header, file.Length)
            && BinaryPrimitives.ReadUInt64LittleEndian(header[48..]) == first
            && BinaryPrimitives.ReadUInt64LittleEndian(header[56..]) == next
            && (whole.ContainsKey(first) || EntriesHold(file, header));
        count = fits ? (long)BinaryPrimitives.ReadUInt64LittleEndian(header[64..]) : 0;
        if (fits)
        {
            whole[first] = true;
            return file;
        }
        whole.TryRemove(first, out _);
        file.Dispose();
        return null;
    }

    /// <summary>Halves its way to the first key that is not too low, then reads on.</summary>
    private static void Search(IDiskFile file, long count, UInt128 first, UInt128 last, List<ulong> found)
    {
        long low = 0;
        var high = count;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (EntryAt(file, middle).Key < first)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < count && EntryAt(file, low) is var entry && entry.Key <= last; low++)
            found.Add(entry.Index);
    }

    private static KeyIndexEntry EntryAt(IDiskFile file, long entry)
    {
        Span<byte> bytes = stackalloc byte[EntryBytes];
        file.Read(bytes, HeaderBytes + (entry * EntryBytes));
        return new KeyIndexEntry(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
    }
}
