using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Tests;

/// <summary>Journal items from a seed: leaves with a true commitment, of mixed kinds and sizes.</summary>
internal static class SampleItems
{
    public static JournalItem One(Random random, int receivedBytesMax = 300)
    {
        var kind = (RecordKind)random.Next(1, 4);
        var received = new byte[kind == RecordKind.OwnEvent ? 0 : random.Next(0, receivedBytesMax + 1)];
        random.NextBytes(received);
        return Of(random, kind, received, random.Next(JournalFormat.LeafBytesMin, 200));
    }

    public static JournalItem Of(Random random, RecordKind kind, byte[] received, int leafBytes)
    {
        var salt = new byte[JournalFormat.SaltBytes];
        random.NextBytes(salt);
        var leaf = new byte[leafBytes];
        random.NextBytes(leaf);
        leaf[0] = 1;
        leaf[1] = (byte)kind;
        MerkleHash.Commitment(salt, received).CopyTo(leaf.AsSpan(JournalFormat.CommitmentOffset));
        return new JournalItem(kind, leaf, salt, received);
    }

    public static JournalItem[] Group(Random random, int count, int receivedBytesMax = 300)
    {
        var items = new JournalItem[count];
        for (var i = 0; i < count; i++)
            items[i] = One(random, receivedBytesMax);
        return items;
    }
}
