using System.Globalization;
using System.Text;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Ledger.Notes;

/// <summary>What a witness answered (C2SP tlog-witness).</summary>
public enum WitnessVerdict
{
    /// <summary>It has cosigned; <see cref="WitnessAnswer.Cosignatures"/>.</summary>
    Cosigned,

    /// <summary>It holds another size, <see cref="WitnessAnswer.HeldSize"/>: ask again from there. Ahead of ours, it is the sign of a restored log.</summary>
    HoldsOtherSize,

    /// <summary>It found the consistency proof wrong (422): our history is not the one that it remembers.</summary>
    Inconsistent,

    /// <summary>It does not know this log (404) or not this key (403).</summary>
    Unknown,

    /// <summary>Anything else, a malformed answer included.</summary>
    Failed,
}

/// <summary>A witness's answer, decoded.</summary>
/// <param name="Verdict">What it says.</param>
/// <param name="HeldSize">The size it holds, with HoldsOtherSize.</param>
/// <param name="Cosignatures">Its lines, with Cosigned; their keys are not yet checked.</param>
public sealed record WitnessAnswer(WitnessVerdict Verdict, ulong HeldSize, IReadOnlyList<NoteSignature> Cosignatures);

/// <summary>The bytes of <c>POST add-checkpoint</c> and of its answers. The sending is somebody else's.</summary>
public static class WitnessExchange
{
    /// <summary>Path below a witness's URL.</summary>
    public const string Path = "add-checkpoint";

    /// <summary>Media type of a 409 that says which size is held.</summary>
    public const string SizeMediaType = "text/x.tlog.size";

    /// <summary>Longest answer read.</summary>
    public const int AnswerBytesMax = SignedNote.BytesMax;

    private const int ProofHashesMax = 63;

    /// <summary>Body of the request.</summary>
    /// <param name="heldSize">Size the witness is thought to hold; 0 the first time.</param>
    /// <param name="proof">Consistency proof from there to the checkpoint; empty from 0 and for the same size.</param>
    /// <param name="checkpoint">The log's signed checkpoint.</param>
    public static byte[] Request(ulong heldSize, IReadOnlyList<Hash256> proof, SignedNote checkpoint)
    {
        if (proof.Count > ProofHashesMax)
            throw new ArgumentException($"A witness takes at most {ProofHashesMax} hashes.", nameof(proof));
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"old {heldSize}\n");
        foreach (var hash in proof)
            text.Append(hash).Append('\n');
        return Encoding.UTF8.GetBytes(text.Append('\n').Append(checkpoint).ToString());
    }

    /// <summary>Decodes an answer.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="mediaType">Media type without parameters; empty when there is none.</param>
    /// <param name="untrustedBody">At most <see cref="AnswerBytesMax"/> bytes.</param>
    public static WitnessAnswer Answer(int status, string mediaType, ReadOnlySpan<byte> untrustedBody)
    {
        var text = untrustedBody.Length <= AnswerBytesMax ? Encoding.UTF8.GetString(untrustedBody) : "";
        return status switch
        {
            200 => Cosigned(text),
            409 when mediaType == SizeMediaType && TrySize(text, out var held) => new WitnessAnswer(
                WitnessVerdict.HoldsOtherSize,
                held,
                []
            ),
            422 => new WitnessAnswer(WitnessVerdict.Inconsistent, 0, []),
            403 or 404 => new WitnessAnswer(WitnessVerdict.Unknown, 0, []),
            _ => new WitnessAnswer(WitnessVerdict.Failed, 0, []),
        };
    }

    /// <summary>The proof that a witness asks for, from the tiles of the checkpoint's size.</summary>
    public static IReadOnlyList<Hash256> Proof(TileReader tiles, ulong heldSize) => heldSize == 0 ? [] : tiles.ConsistencyWith(heldSize);

    private static WitnessAnswer Cosigned(string text)
    {
        var lines = new List<NoteSignature>();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (lines.Count == SignedNote.SignaturesMax || SignedNote.ParseLine(line) is not { } signature)
                return new WitnessAnswer(WitnessVerdict.Failed, 0, []);
            lines.Add(signature);
        }
        return new WitnessAnswer(lines.Count > 0 ? WitnessVerdict.Cosigned : WitnessVerdict.Failed, 0, lines);
    }

    private static bool TrySize(string text, out ulong size)
    {
        size = 0;
        return text.EndsWith('\n') && ulong.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out size);
    }
}
