using System.Globalization;

namespace TaserTelemetry.Ledger.Notes;

/// <summary>What a checkpoint says (C2SP tlog-checkpoint): which log, how many leaves, which root.</summary>
/// <param name="Origin">The log's origin line.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Root over them.</param>
/// <param name="Extensions">Further lines, each ending with a newline; empty in nearly every checkpoint.</param>
public sealed record Checkpoint(string Origin, ulong Size, Hash256 Root, string Extensions = "")
{
    /// <summary>The text that is signed.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Root}\n{Extensions}");

    /// <summary>Reads a checkpoint's text; null when it is none. Sizes have no sign and no leading zero.</summary>
    public static Checkpoint? Parse(string untrustedText)
    {
        var lines = untrustedText.Split('\n', 4);
        if (lines.Length != 4 || lines[0].Length == 0 || lines[3].StartsWith('\n') || (lines[3].Length > 0 && !lines[3].EndsWith('\n')))
            return null;
        var sizeIsPlain = ulong.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size) && IsPlain(lines[1]);
        return sizeIsPlain && Hash256.TryParse(lines[2], out var root) ? new Checkpoint(lines[0], size, root, lines[3]) : null;
    }

    /// <summary>Reads a signed note whose text is a checkpoint; null when either is not so. Nothing is verified.</summary>
    public static (Checkpoint Checkpoint, SignedNote Note)? ParseNote(ReadOnlySpan<byte> untrustedNote) =>
        SignedNote.Parse(untrustedNote) is { } note && Parse(note.Text) is { } checkpoint ? (checkpoint, note) : null;

    /// <summary>Signs it. Ed25519 is deterministic: the same checkpoint and key give the same note.</summary>
    public SignedNote Sign(params ReadOnlySpan<SigningKey> keys)
    {
        var text = Text;
        var message = System.Text.Encoding.UTF8.GetBytes(text);
        var lines = new List<NoteSignature>();
        foreach (var key in keys)
            lines.Add(new NoteSignature(key.Verifier.Name, key.Verifier.Id, key.Sign(message)));
        return new SignedNote(text, lines);
    }

    private static bool IsPlain(string number) => number.Length == 1 || number[0] != '0';
}
