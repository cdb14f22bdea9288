using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Evidence.Verification;

/// <summary>How much a verification has shown, each resting on the one before.</summary>
[Flags]
public enum Established : byte
{
    /// <summary>Nothing: something is changed or damaged, or there was no checkpoint to check.</summary>
    Nothing = 0,

    /// <summary>The log fits itself: journal, leaves, tree and signatures. Its key's holder could have made it anew.</summary>
    Self = 1,

    /// <summary>It leads to a checkpoint that somebody outside remembers.</summary>
    Remembered = 2,

    /// <summary>A checkpoint of it carries the cosignatures that the policy asks for.</summary>
    Witnessed = 4,
}

/// <summary>What an auditor brings along.</summary>
/// <param name="Policy">Keys and witnesses; null = the log's own key is taken, which establishes nothing about it.</param>
/// <param name="Remembered">Checkpoints kept outside.</param>
/// <param name="IsLive">A gateway is writing at this moment.</param>
/// <param name="SearchPrivateKeys">Whether to look for private keys under DATA, where none may lie.</param>
/// <param name="Progress">Told how far it is; null = nobody.</param>
public sealed record VerificationRequest(
    LogPolicy? Policy,
    IReadOnlyList<RememberedCheckpoint> Remembered,
    bool IsLive,
    bool SearchPrivateKeys,
    Action<VerifyProgress>? Progress
);

/// <summary>What a verification came to.</summary>
public sealed record VerificationOutcome
{
    /// <summary>The ledger's own answer.</summary>
    public required VerifyResult Result { get; init; }

    /// <summary>Problems, those added here too: zeroed bytes that no disposal covers.</summary>
    public required IReadOnlyList<VerifyProblem> Problems { get; init; }

    /// <summary>Records whose bytes were disposed of under a leaf that says so.</summary>
    public required ulong DisposedRecords { get; init; }

    /// <summary>What has been established.</summary>
    public required Established Established { get; init; }

    /// <summary>Largest checkpoint size that the quorum has cosigned; 0 = none.</summary>
    public required ulong WitnessedSize { get; init; }

    /// <summary>Who cosigned it, by their names in the policy.</summary>
    public required IReadOnlyList<string> WitnessedBy { get; init; }

    /// <summary>Nothing is wrong.</summary>
    public bool IsIntact => Problems.Count == 0 && Result.ProblemsOmitted == 0;
}

/// <summary>The whole check of one log of a DATA folder: ledger, disposals, outside memory, witnesses. Reads only; never the network.</summary>
public static class LedgerVerification
{
    /// <summary>Runs it. Throws the ledger's own exceptions where a file cannot be read at all.</summary>
    public static VerificationOutcome Run(string data, LogPlace place, VerificationRequest request)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(request);
        var result = LedgerVerifier.Run(
            new VerifyOptions(place)
            {
                Keys = request.Policy is { } keys ? KeysFor(place, keys) : [],
                Remembered = request.Remembered,
                IsLive = request.IsLive,
                Data = request.SearchPrivateKeys ? data : null,
                Progress = request.Progress,
            }
        );
        var problems = result.Problems.ToList();
        var disposed = JudgeZeroed(place, result, problems);
        var (witnessedSize, witnessedBy) = request.Policy is { } policy ? Witnessed(place, policy, result) : (0UL, []);
        return new VerificationOutcome
        {
            Result = result,
            Problems = problems,
            DisposedRecords = disposed,
            WitnessedSize = witnessedSize,
            WitnessedBy = witnessedBy,
            Established = Judge(result, problems.Count == 0, witnessedSize),
        };
    }

    /// <summary>A policy may name several logs: those of this log's own origin count, and where none is, all (and none will fit).</summary>
    private static IReadOnlyList<VerifierKey> KeysFor(LogPlace place, LogPolicy policy)
    {
        var origin = CheckpointNotes.Read(place).Select(c => c.Checkpoint.Origin).FirstOrDefault();
        var own = policy.Logs.Where(k => k.Name == origin).ToList();
        return own.Count > 0 ? own : policy.Logs;
    }

    private static Established Judge(VerifyResult result, bool clean, ulong witnessedSize)
    {
        if (!clean || result.ProblemsOmitted > 0 || (result.Newest is null && result.Records > 0))
        {
            return Established.Nothing;
        }
        var established = Established.Self;
        if (result.HistoryIsRemembered)
        {
            established |= Established.Remembered;
        }
        if (result.KeyIsEstablished && witnessedSize > 0)
        {
            established |= Established.Witnessed;
        }
        return established;
    }

    /// <summary>
    /// Zeroed records are disposed of where a disposal leaf covers them, and damage where none does; likewise a record whose bytes fail their
    /// CRC, which a disposal that was cut short leaves behind. The gateway finishes that at its next start.
    /// </summary>
    private static ulong JudgeZeroed(LogPlace place, VerifyResult result, List<VerifyProblem> problems)
    {
        if (result.Zeroed.Count == 0 && problems.TrueForAll(p => p.Area != VerifyArea.Received))
        {
            return 0;
        }
        var covered = DisposedLeaves(place, result.Records);
        var cutShort = problems.RemoveAll(p =>
            p.Area == VerifyArea.Received && !p.IsUnanchored && p.Index is { } at && covered.Contains(at)
        );
        var disposed = (ulong)cutShort;
        foreach (var range in result.Zeroed)
        {
            for (var index = range.First; index < range.Next; index++)
            {
                if (covered.Contains(index))
                {
                    disposed++;
                }
                else
                {
                    const string What = "salt and received bytes are zeroed and no disposal leaf covers the record";
                    problems.Add(new VerifyProblem(VerifyArea.Commitment, place.Journal, null, index, What));
                }
            }
        }
        return disposed;
    }

    private static Retention.LeafSet DisposedLeaves(LogPlace place, ulong records)
    {
        var covered = new Retention.LeafSet();
        using var reader = new EvidenceReader(JournalReader.Open(new Ledger.Disks.RealDisk(), place.Journal, 0, records));
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Leaf is Disposal disposal)
            {
                covered.Add(disposal.Leaves);
            }
        }
        return covered;
    }

    private static (ulong Size, IReadOnlyList<string> By) Witnessed(LogPlace place, LogPolicy policy, VerifyResult result)
    {
        (ulong Size, IReadOnlyList<string> By) best = (0, []);
        foreach (var (checkpoint, note) in CheckpointNotes.Read(place))
        {
            if (checkpoint.Size <= best.Size || checkpoint.Size > result.Records || !policy.Logs.Any(note.IsSignedBy))
            {
                continue;
            }
            var signers = policy.SignersOf(note);
            if (policy.IsQuorum(signers))
            {
                best = (checkpoint.Size, signers);
            }
        }
        return best;
    }
}
