using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Benchmarks.Ledger;

/// <summary>Folders, items and whole logs for the ledger's figures; below the temporary folder, removed afterwards.</summary>
internal sealed class SampleLog : IDisposable
{
    public const int LeafBytes = 190; // the budget of a typical leaf

    public SampleLog() => Folder = Directory.CreateTempSubdirectory("taser-bench-").FullName;

    public string Folder { get; }

    public LogPlace Place => LogPlace.Ledger(Path.Combine(Folder, "data"));

    public LogOptions Options => new(Place, Path.Combine(Folder, "keys"));

    public TamperEvidentLog Open() => TamperEvidentLog.Open(Options);

    public static JournalItem[] Items(int count, int receivedBytes)
    {
        var random = new Random(1);
        var items = new JournalItem[count];
        for (var i = 0; i < count; i++)
        {
            var (leaf, salt, received) = (new byte[LeafBytes], new byte[32], new byte[receivedBytes]);
            random.NextBytes(leaf);
            random.NextBytes(salt);
            random.NextBytes(received);
            MerkleHash.Commitment(salt, received).CopyTo(leaf.AsSpan(JournalFormat.CommitmentOffset));
            items[i] = new JournalItem(RecordKind.Frame, leaf, salt, received);
        }
        return items;
    }

    /// <summary>Appends so many bytes of received frames, in groups of 256; signs at the end, and gives the clean stop.</summary>
    public void Fill(long receivedBytes, int frameBytes, int checkpoints = 1)
    {
        var items = Items(256, frameBytes);
        var groups = Math.Max(1, receivedBytes / ((long)frameBytes * items.Length));
        using var log = Open();
        var now = DateTimeOffset.UnixEpoch;
        for (long group = 0; group < groups; group++)
        {
            log.Append(items);
            now += TimeSpan.FromSeconds(11);
            if (group % Math.Max(1, groups / checkpoints) == 0)
                log.TrySign(now);
        }
        log.TrySign(now + TimeSpan.FromSeconds(11), stopping: true);
    }

    public long JournalBytes() => Directory.GetFiles(Place.Journal, "*.seg").Sum(file => new FileInfo(file).Length);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
