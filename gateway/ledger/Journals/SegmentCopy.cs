using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>Writes the groups of one segment, from an index on, into a new one: records byte for byte, commit entries with their new place.</summary>
internal sealed class SegmentCopy(IDiskFile copy, GroupEncoder encoder, SegmentHeader header, Action<ReadOnlySpan<byte>> onLeaf)
{
    private long cut = SegmentHeader.Bytes;

    /// <summary>Offset behind the last copied group.</summary>
    public long End { get; private set; } = SegmentHeader.Bytes;

    public void OnGroup(SegmentScan scan, SegmentScan.Group group)
    {
        if (group.NextIndex <= header.FirstIndex)
        {
            cut = group.End;
            return;
        }
        if (group.FirstIndex < header.FirstIndex)
            throw new JournalDamagedException(
                new JournalProblem(
                    JournalFormat.SegmentName(scan.Header.FirstIndex),
                    group.Start,
                    header.FirstIndex,
                    "the last signed checkpoint ends inside a commit group"
                )
            );
        encoder.Begin((int)(group.End - group.Start));
        var offset = group.Start;
        while (true)
        {
            var step = RecordWalk.ReadHeader(scan.At(offset, JournalFormat.RecordHeaderBytes), out var record, out _);
            if (step != WalkStep.Record)
                break;
            var bytes = scan.At(offset, record.TotalBytes);
            encoder.AppendRaw(bytes, record);
            onLeaf(record.Leaf(bytes));
            offset += record.TotalBytes;
        }
        encoder.End(group.NextIndex, End);
        copy.Write(encoder.Bytes, End);
        End += encoder.Bytes.Length;
    }

    /// <summary>Zero-fills the rest and writes the header. It says where the source was cut when that stays too.</summary>
    public void Finish(bool sourceStays)
    {
        var zeros = new byte[256 << 10];
        for (var offset = End; offset < (long)header.SegmentBytes; offset += zeros.Length)
            copy.Write(zeros.AsSpan(0, (int)Math.Min(zeros.Length, (long)header.SegmentBytes - offset)), offset);
        var final = sourceStays ? header with { PreviousEnd = (ulong)cut, Supersedes = true } : header;
        Span<byte> bytes = stackalloc byte[SegmentHeader.Bytes];
        final.Write(bytes);
        copy.Write(bytes, 0);
    }

    /// <summary>Whether the file has nothing but zeros from an offset on.</summary>
    public static bool IsZeroFrom(IDiskFile file, long from)
    {
        var chunk = new byte[256 << 10];
        for (var offset = from; ; )
        {
            var read = file.Read(chunk, offset);
            if (chunk.AsSpan(0, read).ContainsAnyExcept((byte)0))
                return false;
            if (read == 0)
                return true;
            offset += read;
        }
    }
}
