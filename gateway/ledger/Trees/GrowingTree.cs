using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Ledger.Trees;

/// <summary>
/// The tree over what was appended. The leaves of a group are hashed while the group is written and synced, on the thread pool where a
/// core is free; the nodes above them follow with the next group, or when somebody asks for the tree. Whoever appends waits for no other
/// thread to start: what has not been taken up by then, he hashes himself. One appending thread; <see cref="Copy"/> from any.
/// </summary>
internal sealed class GrowingTree(CompactTree tree)
{
    /// <summary>Smaller groups are hashed in place: waking a thread costs more.</summary>
    private const int SharedFrom = 16;

    /// <summary>Leaves that may wait for their nodes; beyond it the appending thread makes them itself.</summary>
    private const int PendingMax = 4096;

    private readonly Lock gate = new();
    private readonly List<Hash256> pending = [];
    private JournalItem[] items = [];
    private Hash256[] hashes = [];

    /// <summary>Begins to hash a group's leaves. Their memory must stay until <see cref="Growth.End"/>.</summary>
    public Growth Begin(ReadOnlySpan<JournalItem> group)
    {
        if (items.Length < group.Length)
            (items, hashes) = (new JournalItem[group.Length], new Hash256[group.Length]);
        group.CopyTo(items);
        var growth = new Growth(this, items, hashes, group.Length);
        if (group.Length >= SharedFrom)
            ThreadPool.UnsafeQueueUserWorkItem(growth, preferLocal: false);
        return growth;
    }

    /// <summary>The tree over all groups taken so far.</summary>
    public CompactTree Copy()
    {
        lock (gate)
        {
            AddPending();
            return tree.Copy();
        }
    }

    private void CatchUp()
    {
        lock (gate)
            AddPending();
    }

    private void Take(ReadOnlySpan<Hash256> leaves)
    {
        lock (gate)
        {
            pending.AddRange(leaves);
            if (pending.Count > PendingMax)
                AddPending();
        }
    }

    private void AddPending()
    {
        foreach (ref readonly var leaf in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pending))
            tree.Add(leaf);
        pending.Clear();
    }

    /// <summary>The hashing of one group, shared between the appending thread and one of the pool.</summary>
    internal sealed class Growth(GrowingTree owner, JournalItem[] items, Hash256[] hashes, int count) : IThreadPoolWorkItem
    {
        private const int Portion = 16;
        private int begun;
        private int done;

        /// <inheritdoc/>
        public void Execute()
        {
            Work();
            owner.CatchUp();
        }

        /// <summary>
        /// The append is over. A durable group's leaves are the tree's next; of any other nothing is kept, and its memory is no longer looked at.
        /// </summary>
        public void End(bool isDurable)
        {
            if (isDurable)
                Work();
            else
                GiveUpRest();
            AwaitOther();
            if (isDurable)
                owner.Take(hashes.AsSpan(0, count));
        }

        private void GiveUpRest()
        {
            var from = Math.Min(Interlocked.Exchange(ref begun, count), count);
            Interlocked.Add(ref done, count - from);
        }

        private void Work()
        {
            while (true)
            {
                var from = Interlocked.Add(ref begun, Portion) - Portion;
                if (from >= count)
                    return;
                var to = Math.Min(from + Portion, count);
                for (var i = from; i < to; i++)
                    hashes[i] = MerkleHash.Leaf(items[i].Leaf.Span);
                Interlocked.Add(ref done, to - from);
            }
        }

        /// <summary>The other thread has at most one portion in hand: some microseconds.</summary>
        private void AwaitOther()
        {
            for (var spin = new SpinWait(); Volatile.Read(ref done) < count; )
                spin.SpinOnce();
        }
    }
}
