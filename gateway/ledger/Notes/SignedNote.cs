using System.Buffers.Binary;
using System.Text;

namespace TaserTelemetry.Ledger.Notes;

/// <summary>One signature line: who, which key, and the signature's bytes.</summary>
/// <param name="Name">Key name.</param>
/// <param name="KeyId">Key id.</param>
/// <param name="Signature">What follows the key id; its form depends on the key's type.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    /// <summary>The line, with its newline.</summary>
    public override string ToString()
    {
        var blob = new byte[4 + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(blob, KeyId);
        Signature.Span.CopyTo(blob.AsSpan(4));
        return $"\u2014 {Name} {Convert.ToBase64String(blob)}\n";
    }
}

/// <summary>A text and its signatures (C2SP signed-note): text, an empty line, signature lines.</summary>
/// <param name="Text">Ends with a newline; that newline is signed, the empty line is not.</param>
/// <param name="Signatures">At least one.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Longest note read.</summary>
    public const int BytesMax = 64 << 10;

    /// <summary>Most signature lines read; the specification asks for at least 16.</summary>
    public const int SignaturesMax = 64;

    private const string LineStart = "\u2014 ";

    /// <summary>Reads a note; null when it is none. Nothing is verified.</summary>
    public static SignedNote? Parse(ReadOnlySpan<byte> untrustedNote)
    {
        if (untrustedNote.Length is 0 or > BytesMax || !IsText(untrustedNote, out var note))
            return null;
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !note.EndsWith('\n') || split + 2 >= note.Length)
            return null;
        var signatures = new List<NoteSignature>();
        foreach (var line in note[(split + 2)..^1].Split('\n'))
        {
            if (signatures.Count == SignaturesMax || ParseLine(line) is not { } signature)
                return null;
            signatures.Add(signature);
        }
        return new SignedNote(note[..(split + 1)], signatures);
    }

    /// <summary>
    /// Whether the key signed the text. Lines of other keys are passed over; a line of this very name and key id that fails makes the
    /// whole note bad (C2SP signed-note), which a false says too.
    /// </summary>
    public bool IsSignedBy(VerifierKey key)
    {
        var signed = false;
        foreach (var line in Signatures)
        {
            if (line.KeyId != key.Id || line.Name != key.Name)
                continue;
            if (!Cosignature.LineHolds(key, Text, line.Signature.Span))
                return false;
            signed = true;
        }
        return signed;
    }

    /// <summary>The note's bytes.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(ToString());

    /// <summary>The note.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures)}";

    /// <summary>One signature line without its newline; null when it is none.</summary>
    internal static NoteSignature? ParseLine(string line)
    {
        if (!line.StartsWith(LineStart, StringComparison.Ordinal))
            return null;
        var parts = line[LineStart.Length..].Split(' ');
        if (parts.Length != 2 || !VerifierKey.IsName(parts[0]) || !VerifierKey.TryBase64(parts[1], out var blob) || blob.Length < 5)
            return null;
        return new NoteSignature(parts[0], BinaryPrimitives.ReadUInt32BigEndian(blob), blob.AsMemory(4));
    }

    private static bool IsText(ReadOnlySpan<byte> bytes, out string text)
    {
        text = "";
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
            return false;
        text = Encoding.UTF8.GetString(bytes);
        return !text.Any(c => char.IsControl(c) && c != '\n');
    }
}
