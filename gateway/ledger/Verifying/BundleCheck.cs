using System.Buffers.Binary;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>Compares leaves, in order, with the entry bundles below a prefix. One for each segment, since it walks forward only.</summary>
internal sealed class BundleCheck(IDisk disk, string prefix, ulong size, ProblemList problems)
{
    private const int BundleBytesMax = TileName.FullWidth * (2 + ushort.MaxValue);
    private byte[] buffer = [];

    /// <summary>Bytes of the bundle that are in the buffer; -1 when there is none to compare with.</summary>
    private int held = -1;
    private int at;
    private ulong number = ulong.MaxValue;
    private int nextEntry;
    private string name = "";

    public void Compare(ulong index, ReadOnlySpan<byte> leaf)
    {
        if (index / TileName.FullWidth != number)
            Load(index / TileName.FullWidth);
        SkipTo((int)(index % TileName.FullWidth));
        if (held < 0)
            return;
        var rest = buffer.AsSpan(at, held - at);
        if (
            rest.Length < 2 + leaf.Length
            || BinaryPrimitives.ReadUInt16BigEndian(rest) != leaf.Length
            || !rest.Slice(2, leaf.Length).SequenceEqual(leaf)
        )
        {
            problems.Add(VerifyArea.Entries, name, at, index, "the entry is not the journal's leaf");
            held = -1;
            return;
        }
        at += 2 + leaf.Length;
        nextEntry++;
        if (nextEntry == Width && at != held)
            problems.Add(VerifyArea.Entries, name, at, index, "bytes stand behind the last entry");
    }

    private int Width => (int)Math.Min(TileName.FullWidth, size - (number * TileName.FullWidth));

    private void Load(ulong tile)
    {
        (number, at, nextEntry) = (tile, 0, 0);
        name = TileName.Entries(tile, Width);
        held = DurableFile.ReadInto(disk, Path.Combine(prefix, name), BundleBytesMax, ref buffer);
        if (held < 0)
            problems.Add(VerifyArea.Entries, name, null, tile * TileName.FullWidth, "the entry bundle is missing");
        else if (Width < TileName.FullWidth)
            CompareOlder(buffer.AsSpan(0, held));
    }

    /// <summary>Partial bundles of earlier checkpoints begin as the newest one does.</summary>
    private void CompareOlder(ReadOnlySpan<byte> newest)
    {
        var folder = Path.GetDirectoryName(name)!;
        foreach (var file in disk.FileNames(Path.Combine(prefix, folder)))
        {
            if (!int.TryParse(file, out var width) || width <= 0 || width >= Width)
                continue;
            var length = 0;
            for (var entry = 0; entry < width && length + 2 <= newest.Length; entry++)
                length = Math.Min(newest.Length, length + 2 + BinaryPrimitives.ReadUInt16BigEndian(newest[length..]));
            var older = DurableFile.ReadOrNull(disk, Path.Combine(prefix, folder, file), BundleBytesMax);
            if (!newest[..length].SequenceEqual(older))
                problems.Add(
                    VerifyArea.Entries,
                    Path.Combine(folder, file),
                    null,
                    null,
                    "the entries are not those of the newer bundle beside it"
                );
        }
    }

    private void SkipTo(int entry)
    {
        for (; nextEntry < entry; nextEntry++)
        {
            if (held - at < 2)
                return;
            at = Math.Min(held, at + 2 + BinaryPrimitives.ReadUInt16BigEndian(buffer.AsSpan(at)));
        }
    }
}
