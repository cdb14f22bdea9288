using System.Globalization;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>Sizes and names of the journal (FORMAT.md clauses 2 and 3).</summary>
public static class JournalFormat
{
    /// <summary>Bytes of a segment unless set otherwise.</summary>
    public const int SegmentBytesDefault = 64 << 20;

    /// <summary>Smallest segment that may be set: for tests.</summary>
    public const int SegmentBytesMin = 4096;

    /// <summary>Largest segment that may be set.</summary>
    public const int SegmentBytesMax = 1 << 30;

    /// <summary>Bytes of a record's header: length, kind, leaf length, CRC.</summary>
    public const int RecordHeaderBytes = 11;

    /// <summary>Bytes of a salt.</summary>
    public const int SaltBytes = 32;

    /// <summary>Bytes of a CRC-32C.</summary>
    public const int CrcBytes = 4;

    /// <summary>Bytes of a whole commit entry, header and all.</summary>
    public const int CommitEntryBytes = RecordHeaderBytes + CommitBodyBytes;

    /// <summary>Version, type and commitment: what every leaf begins with.</summary>
    public const int LeafBytesMin = 34;

    /// <summary>Largest leaf.</summary>
    public const int LeafBytesMax = 1024;

    /// <summary>Where the commitment stands in a leaf.</summary>
    public const int CommitmentOffset = 2;

    /// <summary>Most bytes received in one record.</summary>
    public const int ReceivedBytesMax = 1 << 20;

    /// <summary>The largest record there can be.</summary>
    public const int RecordBytesMax = RecordHeaderBytes + LeafBytesMax + CrcBytes + SaltBytes + ReceivedBytesMax + CrcBytes;

    internal const int CommitBodyBytes = 8 + 8 + 4 + 4;

    /// <summary>Bytes after the leaf part that are not received bytes.</summary>
    internal const int LastPartOverheadBytes = SaltBytes + CrcBytes;

    /// <summary>File name of the segment that begins with an index.</summary>
    public static string SegmentName(ulong firstIndex) => firstIndex.ToString("D20", CultureInfo.InvariantCulture) + ".seg";

    /// <summary>The first index in a segment's file name; false for any other file.</summary>
    public static bool TrySegmentIndex(string fileName, out ulong firstIndex)
    {
        firstIndex = 0;
        return fileName.Length == 24
            && fileName.EndsWith(".seg", StringComparison.Ordinal)
            && ulong.TryParse(fileName.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out firstIndex);
    }

    /// <summary>Bytes a record takes in the journal.</summary>
    internal static int RecordBytes(int leafBytes, int receivedBytes) =>
        RecordHeaderBytes + leafBytes + CrcBytes + SaltBytes + receivedBytes + CrcBytes;
}
