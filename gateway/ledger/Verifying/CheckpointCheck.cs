using System.Text;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>
/// All checkpoints, merged by size into the walk over the leaves: the kept ones, the published one, the remembered ones. Signatures are
/// checked beside, in batches.
/// </summary>
internal sealed class CheckpointCheck : IDisposable
{
    private const string KeptName = "checkpoints.log";
    private const string PublishedName = "checkpoint";
    private const int BatchNotes = 256;

    private readonly VerifyOptions options;
    private readonly ProblemList problems;
    private readonly IReadOnlyList<VerifierKey> keys;
    private readonly CheckpointStream kept;
    private readonly Queue<RememberedCheckpoint> remembered;
    private readonly Queue<Task> signatureChecks = new();
    private List<(SignedNote Note, long Line)> batch = [];
    private (Checkpoint Checkpoint, SignedNote Note, long Line)? next;
    private Checkpoint? published;
    private Checkpoint? lastKept;
    private bool firstMismatchTold;
    private volatile bool signaturesHold = true;

    public CheckpointCheck(VerifyOptions options, ProblemList problems)
    {
        this.options = options;
        this.problems = problems;
        var own = ReadOwnKeys();
        keys = options.Keys.Count > 0 ? options.Keys : own;
        if (keys.Count == 0)
            problems.Add(VerifyArea.Checkpoint, "ledger.vkey", null, null, "no public key is known: the log names none and none was given");
        OriginHash = Journal.OriginHash(keys.Count > 0 ? keys[0].Name : "");
        kept = new CheckpointStream(options.Disk, options.Place, problems);
        remembered = new Queue<RememberedCheckpoint>(options.Remembered.OrderBy(checkpoint => checkpoint.Size));
    }

    public Hash256 OriginHash { get; }

    public int Checked { get; private set; }

    public int RememberedFound { get; private set; }

    /// <summary>At least one checkpoint was signed by the keys, and none was not.</summary>
    public bool KeysHold => signaturesHold && (published is not null || Checked > 0);

    /// <summary>The next size at which <see cref="Compare"/> has something to do.</summary>
    public ulong NextSize =>
        Math.Min(next?.Checkpoint.Size ?? ulong.MaxValue, remembered.TryPeek(out var first) ? first.Size : ulong.MaxValue);

    /// <summary>Reads the published checkpoint and the first kept one.</summary>
    public (Checkpoint?, SignedNote?) ReadPublished()
    {
        SignedNote? note = null;
        var bytes = DurableFile.ReadOrNull(options.Disk, options.Place.CheckpointFile, SignedNote.BytesMax);
        if (bytes is not null)
        {
            if (Checkpoint.ParseNote(bytes) is { } parsed)
                (published, note) = parsed;
            else
                problems.Add(VerifyArea.Checkpoint, PublishedName, null, null, "no signed checkpoint");
        }
        if (note is not null)
            CheckSignature(note, PublishedName);
        if (published is not null && keys.Count > 0 && published.Origin != keys[0].Name)
            problems.Add(VerifyArea.Checkpoint, PublishedName, 0, null, $"the origin is {published.Origin}, the key's name {keys[0].Name}");
        Advance();
        return (published, note);
    }

    /// <summary>Compares every checkpoint of this size with the root.</summary>
    public void Compare(ulong size, Func<Hash256> rootOf)
    {
        Hash256? root = null;
        for (; next is { } at && at.Checkpoint.Size <= size; Advance())
        {
            root ??= rootOf();
            if (at.Checkpoint.Size < size)
                TellOnce($"line {at.Line}: {at.Checkpoint.Size} records, fewer than a checkpoint before it");
            else if (at.Checkpoint.Root != root)
                TellOnce($"line {at.Line}: the root of {size} records is {root}, the checkpoint says {at.Checkpoint.Root}");
            Take(at);
        }
        while (remembered.TryPeek(out var first) && first.Size == size)
        {
            remembered.Dequeue();
            if (first.Root == (root ??= rootOf()))
                RememberedFound++;
            else
                problems.Add(
                    VerifyArea.Remembered,
                    first.Source,
                    null,
                    null,
                    $"the root of {size} records is {root} here, {first.Root} was remembered"
                );
        }
    }

    /// <summary>What is left over was not reached: the log is shorter than its checkpoints.</summary>
    public void Finish(ulong size, bool broken)
    {
        for (; next is { } at; Advance())
        {
            if (!broken)
                TellOnce($"line {at.Line}: {at.Checkpoint.Size} records were signed, the journal holds {size}");
            Take(at);
        }
        foreach (var checkpoint in remembered)
        {
            var what = broken
                ? "cannot be compared, records before it are damaged"
                : $"{checkpoint.Size} records were remembered, the journal holds {size}: it was put back";
            problems.Add(VerifyArea.Remembered, checkpoint.Source, null, null, what);
        }
        Flush();
        while (signatureChecks.TryDequeue(out var task))
            task.GetAwaiter().GetResult();
        var isLast = published?.Text == lastKept?.Text || (options.IsLive && published is not null);
        if (!isLast)
            problems.Add(
                VerifyArea.Checkpoint,
                PublishedName,
                null,
                null,
                "the published checkpoint is not the last one kept in checkpoints.log"
            );
        if (published is not null && published.Size > size && !broken)
            problems.Add(
                VerifyArea.Checkpoint,
                PublishedName,
                null,
                null,
                $"{published.Size} records were signed, the journal holds {size}"
            );
    }

    public void Dispose() => kept.Dispose();

    private VerifierKey[] ReadOwnKeys()
    {
        var bytes = DurableFile.ReadOrNull(options.Disk, options.Place.VkeyFile, SignedNote.BytesMax);
        if (bytes is null)
            return [];
        var own = new List<VerifierKey>();
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (VerifierKey.Parse(line) is { } key && key.ToString() == line)
                own.Add(key);
            else
                problems.Add(VerifyArea.Checkpoint, "ledger.vkey", null, null, "a line that is no verifier key");
        }
        return [.. own];
    }

    private void Advance()
    {
        next = kept.Next();
        // beside a running gateway, what was signed since the start is left alone
        if (next is { } at && options.IsLive && at.Checkpoint.Size > (published?.Size ?? 0))
            next = null;
    }

    private void Take((Checkpoint Checkpoint, SignedNote Note, long Line) at)
    {
        lastKept = at.Checkpoint;
        Checked++;
        batch.Add((at.Note, at.Line));
        if (batch.Count >= BatchNotes)
            Flush();
    }

    private void Flush()
    {
        var notes = batch;
        batch = [];
        signatureChecks.Enqueue(
            Task.Run(() =>
            {
                foreach (var (note, line) in notes)
                    CheckSignature(note, $"{KeptName} line {line}");
            })
        );
        while (signatureChecks.Count > 4 * options.Threads)
            signatureChecks.Dequeue().GetAwaiter().GetResult();
    }

    private void CheckSignature(SignedNote note, string where)
    {
        if (keys.Any(note.IsSignedBy))
            return;
        signaturesHold = false;
        problems.Add(VerifyArea.Checkpoint, where, null, null, "no signature of the log's key holds");
    }

    /// <summary>One changed leaf makes every later root differ: the first is told, the rest would only hide it.</summary>
    private void TellOnce(string what)
    {
        if (!firstMismatchTold)
            problems.Add(VerifyArea.Checkpoint, KeptName, null, null, what);
        firstMismatchTold = true;
    }
}
