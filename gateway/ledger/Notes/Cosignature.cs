using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TaserTelemetry.Ledger.Notes;

/// <summary>A witness's cosignature (C2SP tlog-cosignature v1): 8 bytes of POSIX seconds, big-endian, then an Ed25519 signature.</summary>
public static class Cosignature
{
    private const int TimeBytes = 8;

    /// <summary>The message a witness signs at that second over a checkpoint's text.</summary>
    public static byte[] Message(ulong posixSeconds, string checkpointText) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {posixSeconds}\n{checkpointText}"));

    /// <summary>When the witness says it saw the checkpoint, in POSIX seconds; null when the bytes are no such cosignature.</summary>
    public static ulong? TimeOf(NoteSignature line) =>
        line.Signature.Length == TimeBytes + 64 ? BinaryPrimitives.ReadUInt64BigEndian(line.Signature.Span) : null;

    internal static bool LineHolds(VerifierKey key, string text, ReadOnlySpan<byte> signature)
    {
        if (key.Type == SignatureType.Ed25519)
            return key.Verify(Encoding.UTF8.GetBytes(text), signature);
        return signature.Length == TimeBytes + 64
            && key.Verify(Message(BinaryPrimitives.ReadUInt64BigEndian(signature), text), signature[TimeBytes..]);
    }
}
