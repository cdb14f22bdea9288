using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Journals;

/// <summary>The segments of a folder by first index. For each index the highest-numbered segment at or below it counts.</summary>
internal static class SegmentList
{
    public static List<ulong> Read(IDisk disk, string folder)
    {
        var segments = new List<ulong>();
        foreach (var name in disk.FileNames(folder))
        {
            if (JournalFormat.TrySegmentIndex(name, out var first))
                segments.Add(first);
        }
        return segments; // names are sorted, and as wide as the numbers
    }
}
