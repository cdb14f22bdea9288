using System.Globalization;
using System.Text;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Tests.Independent;

public sealed class TreesAgainstGoTests
{
    private static readonly ulong[] Sizes =
    [
        .. Enumerable.Range(0, 601).Select(size => (ulong)size),
        .. new ulong[]
        {
            767,
            768,
            769,
            1023,
            1024,
            1025,
            4095,
            4096,
            4097,
            65279,
            65280,
            65281,
            65535,
            65536,
            65537,
            65791,
            65792,
            65793,
            131071,
            131072,
            131073,
        },
    ];

    [Fact]
    public void Trees_of_every_size_have_the_root_that_Go_finds_by_both_ways()
    {
        var theirs = GoVerifier.Answer(Sizes.Select(size => string.Create(CultureInfo.InvariantCulture, $"root {size}")));
        var compact = new CompactTree();
        var tiled = new TileTree();
        for (var i = 0; i < Sizes.Length; i++)
        {
            while (compact.Size < Sizes[i])
            {
                var leaf = LeafHash(compact.Size);
                compact.Add(leaf);
                tiled.Add(leaf);
            }
            Assert.Equal(theirs[i], compact.Root().ToString());
            Assert.Equal(theirs[i], tiled.Root().ToString());
            Assert.Equal(theirs[i], tiled.ToCompact().Root().ToString());
        }
    }

    [Fact]
    public void Go_accepts_our_proofs_and_we_refuse_what_Go_refuses()
    {
        var random = new Random(7);
        var hashes = Enumerable.Range(0, 2100).Select(i => LeafHash((ulong)i)).ToArray();
        Hash256 Subtree(ulong start, ulong count) => Root(hashes, start, count);
        var questions = new List<string>();
        var ours = new List<bool>();
        for (var i = 0; i < 250; i++)
        {
            var size = (ulong)random.Next(1, hashes.Length);
            var index = (ulong)random.NextInt64((long)size);
            var old = (ulong)random.NextInt64(1, (long)size + 1);
            var inclusion = MerkleProof.Inclusion(index, size, Subtree).ToList();
            var consistency = MerkleProof.Consistency(old, size, Subtree).ToList();
            var spoil = i % 3 == 0;
            Spoil(spoil, inclusion, random);
            Spoil(spoil, consistency, random);
            var (root, oldRoot) = (Root(hashes, 0, size), Root(hashes, 0, old));
            ours.Add(MerkleProof.InclusionHolds(index, size, hashes[index], [.. inclusion], root));
            questions.Add(string.Create(CultureInfo.InvariantCulture, $"include {size} {root} {index} {string.Join(' ', inclusion)}"));
            ours.Add(MerkleProof.ConsistencyHolds(old, oldRoot, size, root, [.. consistency]));
            questions.Add(
                string.Create(CultureInfo.InvariantCulture, $"consist {old} {oldRoot} {size} {root} {string.Join(' ', consistency)}")
            );
            if (!spoil)
                Assert.True(ours[^1] && ours[^2], questions[^1]);
        }
        var theirs = GoVerifier.Answer(questions).Select(bool.Parse).ToList();
        Assert.Equal(theirs, ours);
        Assert.Contains(false, ours);
    }

    [Theory]
    [InlineData(1, "0Nc2CrefWKseHj/mStd+LqC8B+NrX0btIiPt2SmN+ek=")]
    [InlineData(2, "T1X2GdkhUjV3iyufF9b0kVsWFxIU0VI4EpNml2Teci4=")]
    [InlineData(3, "Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=")]
    [InlineData(7, "IrSXADBqJ7EQoUODSDKROySgNveeL6CFhik2w/+fS7U=")]
    public void Roots_of_the_Tessera_test_log_come_out(int size, string root)
    {
        string[] words = ["one", "two", "three", "four", "five", "six", "seven"];
        var tree = new CompactTree();
        foreach (var word in words.Take(size))
            tree.Add(MerkleHash.Leaf(Encoding.UTF8.GetBytes(word)));
        Assert.Equal(root, tree.Root().ToString());
    }

    private static void Spoil(bool spoil, List<Hash256> proof, Random random)
    {
        if (!spoil || proof.Count == 0)
            return;
        switch (random.Next(3))
        {
            case 0:
                proof.RemoveAt(random.Next(proof.Count));
                break;
            case 1:
                proof.Insert(random.Next(proof.Count + 1), proof[0]);
                break;
            default:
                proof[random.Next(proof.Count)] = MerkleHash.EmptyRoot;
                break;
        }
    }

    private static Hash256 Root(Hash256[] hashes, ulong start, ulong count)
    {
        var tree = new CompactTree();
        for (var i = start; i < start + count; i++)
            tree.Add(hashes[i]);
        return tree.Root();
    }

    private static Hash256 LeafHash(ulong index) => MerkleHash.Leaf(Encoding.UTF8.GetBytes(index.ToString(CultureInfo.InvariantCulture)));
}
