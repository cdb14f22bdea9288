using System.Collections.Concurrent;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Judging;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// Signed heads are verified behind the journal, never before an ack (SPEC clause 13.6): a head waits until all that it covers is durable or its
/// docking session is over; then it is checked beside the ingest thread, and what came of it is a leaf. One that was incomplete is checked once more
/// when the rest has come, in whatever session. A head without such a leaf, after a kill or a stop, is found again at the start. All but the check
/// itself runs on the ingest thread.
/// </summary>
internal sealed class ChainDesk(GroupBuilder group, KnownRecords known, HeadCheck check)
{
    /// <summary>Heads checked in one go.</summary>
    public const int AtOnceMax = 64;

    /// <summary>Heads that wait at once; of more, each is found again at the next start, which reads the whole journal then.</summary>
    public const int WaitingMax = 100_000;

    /// <summary>Heads told to be incomplete that are looked at again; of more, the newest stay as they were told.</summary>
    public const int IncompleteMax = 10_000;

    private readonly VerifiedBook verified = new();

    // in the order of their leaves: a head is judged by what came of the one before
    private readonly SortedDictionary<ulong, SessionHead> waiting = [];
    private readonly HashSet<ulong> incomplete = [];
    private readonly Dictionary<ulong, SessionHead> inHand = [];
    private readonly ConcurrentQueue<ChainCheck> results = new();

    /// <summary>Completes when nothing is being checked.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Heads are being checked, or were and are not written down yet.</summary>
    public bool IsChecking => inHand.Count > 0;

    /// <summary>More heads came than can wait: what waits is not all.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What <see cref="Arrived"/> and <see cref="Replayed"/> would have to hear to come to where this is: heads not settled, by leaf.</summary>
    public IEnumerable<(ulong Index, Leaf Leaf)> Unsettled
    {
        get
        {
            foreach (var one in verified.All)
            {
                yield return (one.Index, one.Head);
                yield return (one.Index, Told(one.Index, one.Head, ChainResult.Verified));
            }
            foreach (var (index, head) in waiting.Concat(inHand.Where(one => !waiting.ContainsKey(one.Key))).OrderBy(head => head.Key))
            {
                yield return (index, head);
                if (incomplete.Contains(index) && !inHand.ContainsKey(index))
                {
                    yield return (index, Told(index, head, ChainResult.Incomplete));
                }
            }
        }
    }

    /// <summary>What a check came to, as far as a start has to hear of it again.</summary>
    private static ChainCheck Told(ulong index, SessionHead head, ChainResult result) =>
        new(0, head.Device, head.Log, head.Epoch, head.First, head.Next, new LeafReference(index, default), result, AuthenticityGrade.D);

    /// <summary>A head was stored, or read back at start.</summary>
    public void Arrived(ulong index, SessionHead head)
    {
        if (waiting.Count < WaitingMax)
        {
            waiting[index] = head;
        }
        else
        {
            Overflowed = true;
        }
    }

    /// <summary>A check read back at start.</summary>
    public void Replayed(ChainCheck leaf)
    {
        var index = leaf.HeadLeaf.Index;
        if (leaf.Result == ChainResult.Verified && waiting.TryGetValue(index, out var head))
        {
            verified.Add(index, head);
        }
        if (leaf.Result == ChainResult.Incomplete && incomplete.Count < IncompleteMax)
        {
            incomplete.Add(index);
        }
        else
        {
            Settled(index);
        }
    }

    /// <summary>
    /// Writes down what was found and begins with what is due: of the leaves below <paramref name="durableNext"/>, which can be read back. Called
    /// about once a second.
    /// </summary>
    public void Look(ulong nowNs, ulong durableNext, Func<ulong, bool> sessionIsOpen)
    {
        while (results.TryDequeue(out var found))
        {
            group.AddOwn(found with { AtNs = nowNs });
            if (inHand.Remove(found.HeadLeaf.Index, out var head) && found.Result == ChainResult.Verified)
            {
                verified.Add(found.HeadLeaf.Index, head);
            }
            if (found.Result != ChainResult.Incomplete)
            {
                Settled(found.HeadLeaf.Index);
            }
        }
        if (!known.Complete || !Running.IsCompleted || waiting.Count == 0)
        {
            return;
        }
        var due = new List<HeadToCheck>();
        var logs = new HashSet<LogKey>(); // one head of a log at a time: the next is judged by what came of it
        foreach (var (index, head) in waiting)
        {
            if (due.Count == AtOnceMax)
            {
                break;
            }
            var log = new LogKey(head.Device, head.Log, head.Epoch);
            if (index >= durableNext || logs.Contains(log))
            {
                continue;
            }
            var covered = IsCovered(log, head);
            if (covered || (!incomplete.Contains(index) && !sessionIsOpen(head.Arrival.SessionId)))
            {
                var one = ToCheck(index, log, head, covered);
                if (one.Stored?.All(stretch => stretch.Index < durableNext) ?? true)
                {
                    due.Add(one);
                    logs.Add(log);
                }
            }
        }
        foreach (var one in due)
        {
            inHand[one.Index] = one.Head;
            if (one.Stored is null && incomplete.Count < IncompleteMax)
            {
                incomplete.Add(one.Index); // told once; the rest may come yet
            }
            else
            {
                Settled(one.Index);
            }
        }
        if (due.Count > 0)
        {
            Running = Task.Run(() => due.ForEach(one => results.Enqueue(check.Of(one))));
        }
    }

    private void Settled(ulong index)
    {
        incomplete.Remove(index);
        waiting.Remove(index);
    }

    private bool IsCovered(LogKey key, SessionHead head) =>
        head.First == head.Next
        || (group.State.Find(key) is { } log && log.Durable.Runs.Any(run => run.First <= head.First && run.Next >= head.Next));

    private HeadToCheck ToCheck(ulong index, LogKey key, SessionHead head, bool covered)
    {
        IReadOnlyList<PublicKey> keys = [.. group.State.KeysOfDevice(head.Device), .. group.State.KeysOfDock(head.Arrival.Place.Dock)];
        var stored = covered ? known.Within(key, head.First, head.Next) : null;
        var earlier =
            covered && verified.Before(key, index, head.First) is { } before
                ? new EarlierHead(before.Index, before.Head, known.Within(key, before.Head.First, head.First))
                : null;
        return new HeadToCheck(index, head, keys, stored, earlier);
    }
}

/// <summary>A stretch of a log in one stored batch.</summary>
/// <param name="First">First sequence, as filed.</param>
/// <param name="Count">How many.</param>
/// <param name="Index">The batch's leaf.</param>
/// <param name="FiledFirst">Sequence of the batch's first record, as filed.</param>
internal readonly record struct StoredStretch(ulong First, uint Count, ulong Index, ulong FiledFirst);

/// <summary>A head that is due.</summary>
/// <param name="Index">Its leaf.</param>
/// <param name="Head">What the leaf says.</param>
/// <param name="Keys">Keys that its signer may have signed with.</param>
/// <param name="Stored">Where what it covers stands; null = not all of it came.</param>
/// <param name="Earlier">A verified head that says what the chain was where this one begins; null = none.</param>
internal sealed record HeadToCheck(
    ulong Index,
    SessionHead Head,
    IReadOnlyList<PublicKey> Keys,
    IReadOnlyList<StoredStretch>? Stored,
    EarlierHead? Earlier
);

/// <summary>A verified head that covers, or ends at, where another begins.</summary>
/// <param name="Index">Its leaf.</param>
/// <param name="Head">What the leaf says.</param>
/// <param name="Stored">Where the records between both beginnings stand.</param>
internal sealed record EarlierHead(ulong Index, SessionHead Head, IReadOnlyList<StoredStretch> Stored);
