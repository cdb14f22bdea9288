using System.Buffers.Binary;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>The state of a <see cref="TileTree"/> as the <c>tree</c> snapshot holds it: number of levels, then each row's count and hashes.</summary>
internal static class TreeSnapshot
{
    public const string Kind = "tree";

    public static byte[] Write(TileTree tree)
    {
        var bytes = new List<byte> { (byte)tree.Rows.Count };
        Span<byte> count = stackalloc byte[2];
        foreach (var row in tree.Rows)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(count, (ushort)row.Count);
            bytes.AddRange(count);
            foreach (var hash in row)
                bytes.AddRange(hash.ToArray());
        }
        return [.. bytes];
    }

    /// <summary>Null when the bytes are no tree of that size.</summary>
    public static TileTree? Read(ulong size, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] > TileName.LevelsMax)
            return null;
        var rows = new List<IReadOnlyList<Hash256>>();
        var rest = bytes[1..];
        for (var level = 0; level < bytes[0]; level++)
        {
            if (rest.Length < 2)
                return null;
            var count = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            rest = rest[2..];
            if (rest.Length < count * Hash256.Bytes)
                return null;
            var row = new Hash256[count];
            for (var i = 0; i < count; i++)
                row[i] = Hash256.From(rest[(i * Hash256.Bytes)..]);
            rest = rest[(count * Hash256.Bytes)..];
            rows.Add(row);
        }
        return rest.IsEmpty ? TileTree.From(size, rows) : null;
    }
}
