using System.Globalization;
using System.Text;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Notes;

/// <summary>A proof that can be checked offline (C2SP tlog-proof): index, inclusion proof, and the signed checkpoint it leads to.</summary>
/// <param name="Index">Leaf index.</param>
/// <param name="Proof">Inclusion proof.</param>
/// <param name="Checkpoint">The checkpoint's note, verbatim.</param>
public sealed record TlogProof(ulong Index, IReadOnlyList<Hash256> Proof, SignedNote Checkpoint)
{
    private const string FirstLine = "c2sp.org/tlog-proof@v1";

    /// <summary>Reads one; null when it is none. Nothing is verified. An <c>extra</c> line is passed over: it is not authenticated.</summary>
    public static TlogProof? Parse(ReadOnlySpan<byte> untrusted)
    {
        var split = untrusted.IndexOf("\n\n"u8);
        if (split < 0 || untrusted.Length > SignedNote.BytesMax || !System.Text.Unicode.Utf8.IsValid(untrusted))
            return null;
        var lines = Encoding.UTF8.GetString(untrusted[..split]).Split('\n').ToList();
        if (lines[0] != FirstLine)
            return null;
        lines.RemoveAt(0);
        if (lines.Count > 0 && lines[0].StartsWith("extra ", StringComparison.Ordinal))
            lines.RemoveAt(0);
        if (lines.Count is 0 or > MerkleProof.HashesMax + 1 || !TryIndex(lines[0], out var index))
            return null;
        var hashes = new List<Hash256>();
        foreach (var line in lines.Skip(1))
        {
            if (!Hash256.TryParse(line, out var hash))
                return null;
            hashes.Add(hash);
        }
        return SignedNote.Parse(untrusted[(split + 2)..]) is { } note ? new TlogProof(index, hashes, note) : null;
    }

    /// <summary>Whether the key signed the checkpoint and the leaf stands in its tree at the index.</summary>
    public bool Holds(ReadOnlySpan<byte> leaf, VerifierKey key) =>
        Notes.Checkpoint.Parse(Checkpoint.Text) is { } checkpoint
        && checkpoint.Origin == key.Name
        && Checkpoint.IsSignedBy(key)
        && MerkleProof.InclusionHolds(Index, checkpoint.Size, MerkleHash.Leaf(leaf), [.. Proof], checkpoint.Root);

    /// <summary>The text of the file.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(FirstLine).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Proof)
            text.Append(hash).Append('\n');
        return text.Append('\n').Append(Checkpoint).ToString();
    }

    private static bool TryIndex(string line, out ulong index)
    {
        index = 0;
        return line.StartsWith("index ", StringComparison.Ordinal)
            && ulong.TryParse(line.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && index.ToString(CultureInfo.InvariantCulture) == line[6..];
    }
}
