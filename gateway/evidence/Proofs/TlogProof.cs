using System.Globalization;
using System.Text;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Evidence.Proofs;

/// <summary>
/// An inclusion proof with its checkpoint as one text file (C2SP tlog-proof): a line that names the format, the index, the hashes, an
/// empty line, the checkpoint as signed.
/// </summary>
/// <param name="Index">Index of the leaf.</param>
/// <param name="Hashes">The audit path, from the leaf up.</param>
/// <param name="Checkpoint">The signed checkpoint.</param>
public sealed record TlogProof(ulong Index, IReadOnlyList<Hash256> Hashes, SignedNote Checkpoint)
{
    /// <summary>First line of the file.</summary>
    public const string Format = "c2sp.org/tlog-proof@v1";

    private const int BytesMax = SignedNote.BytesMax + (MerkleProof.HashesMax + 4) * 64;

    /// <summary>The file's text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Format).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"index {Index}\n");
        foreach (var hash in Hashes)
        {
            text.Append(hash).Append('\n');
        }
        return text.Append('\n').Append(Checkpoint).ToString();
    }

    /// <summary>Reads a file; null when it is none. Extra data lines are passed over: they are not authenticated.</summary>
    public static TlogProof? Parse(ReadOnlySpan<byte> untrustedFile)
    {
        var end = untrustedFile.IndexOf("\n\n"u8);
        if (untrustedFile.Length > BytesMax || end < 0 || SignedNote.Parse(untrustedFile[(end + 2)..]) is not { } note)
        {
            return null;
        }
        var lines = Encoding.UTF8.GetString(untrustedFile[..end]).Split('\n');
        var at = 1;
        if (lines[0] != Format)
        {
            return null;
        }
        if (at < lines.Length && lines[at].StartsWith("extra ", StringComparison.Ordinal))
        {
            at++;
        }
        if (at >= lines.Length || !lines[at].StartsWith("index ", StringComparison.Ordinal))
        {
            return null;
        }
        var number = lines[at++]["index ".Length..];
        if (
            !ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || lines.Length - at > MerkleProof.HashesMax
        )
        {
            return null;
        }
        var hashes = new List<Hash256>();
        foreach (var line in lines[at..])
        {
            if (!Hash256.TryParse(line, out var hash))
            {
                return null;
            }
            hashes.Add(hash);
        }
        return new TlogProof(index, hashes, note);
    }

    /// <summary>Whether a leaf of that hash stands at the index under the checkpoint. The checkpoint's signature is another question.</summary>
    public bool Holds(in Hash256 leafHash) =>
        Ledger.Notes.Checkpoint.Parse(Checkpoint.Text) is { } checkpoint
        && MerkleProof.InclusionHolds(Index, checkpoint.Size, leafHash, [.. Hashes], checkpoint.Root);
}
