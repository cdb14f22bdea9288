using System.Security.Cryptography;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest;

/// <summary>
/// One commit group in the making: leaves encoded and committed to, salts drawn, and the decision state moved on, so that the next frame
/// is judged as if this one were durable. Nobody outside hears of it before the fsync. Reused from group to group; one thread.
/// </summary>
internal sealed class GroupBuilder(DecisionState state)
{
    private const int BlockBytes = 256 * 1_024;
    private readonly List<byte[]> blocks = [new byte[BlockBytes]];
    private readonly List<JournalItem> items = [];
    private readonly byte[] salts = new byte[64 * Commitments.SaltBytes];
    private int saltsLeft;
    private int block;
    private int used;

    public DecisionState State { get; } = state;

    public int Count => items.Count;

    /// <summary>Bytes the group will take in the journal.</summary>
    public long Bytes { get; private set; }

    /// <summary>Index the next leaf will have.</summary>
    public ulong NextIndex => State.NextLeaf;

    public ReadOnlySpan<JournalItem> Items => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(items);

    /// <summary>Adds one record and answers its index. The received bytes must stay as they are until the group is durable.</summary>
    public ulong Add(RecordKind kind, Leaf leaf, ReadOnlyMemory<byte> received)
    {
        var salt = Room(Commitments.SaltBytes);
        var leafMemory = Room(Leaf.BytesMax);
        DrawSalt(salt.Span);
        var length = Commitments.EncodeCommitted(leaf, salt.Span, received.Span, leafMemory.Span);
        var item = new JournalItem(kind, leafMemory[..length], salt, received);
        var index = State.NextLeaf;
        State.Apply(index, leaf, received.Span);
        items.Add(item);
        Bytes += Journal.BytesOf(item);
        used -= Leaf.BytesMax - length; // a leaf takes less than its room; what is left serves the next one
        return index;
    }

    /// <summary>An event of the gateway's own.</summary>
    public ulong AddOwn(Leaf leaf) => Add(RecordKind.OwnEvent, leaf, default);

    /// <summary>Begins the next group.</summary>
    public void Clear()
    {
        items.Clear();
        (Bytes, block, used) = (0, 0, 0);
    }

    private Memory<byte> Room(int bytes)
    {
        if (used + bytes > BlockBytes)
        {
            used = 0;
            if (++block == blocks.Count)
            {
                blocks.Add(new byte[BlockBytes]);
            }
        }
        var room = blocks[block].AsMemory(used, bytes);
        used += bytes;
        return room;
    }

    private void DrawSalt(Span<byte> salt)
    {
        if (saltsLeft == 0)
        {
            RandomNumberGenerator.Fill(salts);
            saltsLeft = salts.Length / Commitments.SaltBytes;
        }
        saltsLeft--;
        salts.AsSpan(saltsLeft * Commitments.SaltBytes, Commitments.SaltBytes).CopyTo(salt);
    }
}
