using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>What a disposal did.</summary>
/// <param name="Erased">Records whose salt and received bytes were zeroed now, copies that a recovery superseded included.</param>
/// <param name="AlreadyErased">Records that were zero already: the disposal was cut short before, and is run again.</param>
/// <param name="BytesErased">Received bytes zeroed now.</param>
public readonly record struct ErasureReport(long Erased, long AlreadyErased, long BytesErased);

/// <summary>
/// Disposal (FORMAT.md clause 3.5): salt, received bytes and their CRC become zero at equal length, in every segment that holds the
/// record, copies behind a recovery's cut included. Header and leaf stay, so tree and commit entries hold as before. Running it again
/// after a crash in the middle finishes it. It asks nobody: which records a disposal leaf covers, and whether that leaf is witnessed long
/// enough, is the caller's to know.
/// </summary>
internal static class Erasure
{
    private static readonly byte[] Zeros = new byte[JournalFormat.SaltBytes + JournalFormat.ReceivedBytesMax + JournalFormat.CrcBytes];

    public static ErasureReport Run(IDisk disk, string folder, Func<ulong, bool> covers)
    {
        var report = default(ErasureReport);
        foreach (var first in SegmentList.Read(disk, folder))
        {
            using var file = disk.Open(Path.Combine(folder, JournalFormat.SegmentName(first)), DiskAccess.ReadWrite);
            var before = report.Erased;
            report = Erase(file, first, covers, report);
            if (report.Erased > before)
                file.Sync();
        }
        return report;
    }

    private static ErasureReport Erase(IDiskFile file, ulong first, Func<ulong, bool> covers, ErasureReport report)
    {
        var buffer = new SegmentBuffer(file);
        var index = first;
        for (long offset = SegmentHeader.Bytes; ; )
        {
            var step = RecordWalk.ReadHeader(buffer.At(offset, JournalFormat.RecordHeaderBytes), out var header, out _);
            if (step is not (WalkStep.Record or WalkStep.Commit) || offset + header.TotalBytes > file.Length)
                return report;
            if (step == WalkStep.Record && covers(index))
                report = EraseOne(file, offset, header, buffer.At(offset, header.TotalBytes), report);
            offset += header.TotalBytes;
            index += step == WalkStep.Record ? 1u : 0u;
        }
    }

    private static ErasureReport EraseOne(
        IDiskFile file,
        long offset,
        in RecordHeader header,
        ReadOnlySpan<byte> record,
        ErasureReport report
    )
    {
        if (header.LastPartIsZeroed(record))
            return report with { AlreadyErased = report.AlreadyErased + 1 };
        file.Write(Zeros.AsSpan(0, header.TotalBytes - header.LeafPartEnd), offset + header.LeafPartEnd);
        return report with { Erased = report.Erased + 1, BytesErased = report.BytesErased + header.ReceivedBytes };
    }
}
