using System.Buffers.Binary;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>
/// What is not settled at one moment, as the leaves that would tell of it: open gaps, silent docks, the last clock comparison of each device, heads
/// that wait for their check or its completion, the newest verified ones. Beside the snapshot of the decisions, so that a start reads none of it again.
/// Derived.
/// </summary>
internal static class OpenMatters
{
    /// <summary>Kind of the snapshot file (FORMAT.md clause 7).</summary>
    public const string Kind = "matters";

    private const byte Version = 1;
    private const int EntryHeaderBytes = 10;

    /// <summary>u8 version; then for each leaf u64 index, u16 length, leaf.</summary>
    public static byte[] Save(GapBook gaps, SilenceBook silences, ChainDesk chains, DriftBook drifts)
    {
        using var bytes = new MemoryStream();
        bytes.WriteByte(Version);
        foreach (var gap in gaps.Open)
        {
            Write(bytes, 0, gap);
        }
        foreach (var silence in silences.Silent)
        {
            Write(bytes, 0, silence);
        }
        foreach (var reading in drifts.Last)
        {
            Write(bytes, 0, reading);
        }
        foreach (var (index, leaf) in chains.Unsettled)
        {
            Write(bytes, index, leaf);
        }
        return bytes.ToArray();
    }

    /// <summary>Null when the bytes are none of this version's.</summary>
    public static List<(ulong Index, Leaf Leaf)>? Load(ReadOnlySpan<byte> snapshot)
    {
        if (snapshot is not [Version, ..])
        {
            return null;
        }
        var names = new NameCache();
        var matters = new List<(ulong, Leaf)>();
        for (var rest = snapshot[1..]; !rest.IsEmpty; )
        {
            var length = rest.Length < EntryHeaderBytes ? int.MaxValue : BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]);
            if (length > rest.Length - EntryHeaderBytes || Leaf.Decode(rest.Slice(EntryHeaderBytes, length), names).Leaf is not { } leaf)
            {
                return null;
            }
            matters.Add((BinaryPrimitives.ReadUInt64LittleEndian(rest), leaf));
            rest = rest[(EntryHeaderBytes + length)..];
        }
        return matters;
    }

    private static void Write(MemoryStream into, ulong index, Leaf leaf)
    {
        Span<byte> bytes = stackalloc byte[EntryHeaderBytes + Leaf.BytesMax];
        var length = leaf.Encode(default, bytes[EntryHeaderBytes..]);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, index);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], (ushort)length);
        into.Write(bytes[..(EntryHeaderBytes + length)]);
    }
}
