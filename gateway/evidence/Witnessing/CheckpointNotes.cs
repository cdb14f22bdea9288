using System.Text;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Evidence.Witnessing;

/// <summary>Every checkpoint that a log has kept, as signed: <c>checkpoints.log</c>, then the published one.</summary>
public static class CheckpointNotes
{
    /// <summary>
    /// Reads notes one by one, oldest first; what cannot be read as a note ends the reading (the verification names it).
    /// </summary>
    public static IEnumerable<(Checkpoint Checkpoint, SignedNote Note)> Read(LogPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (File.Exists(place.CheckpointsLog))
        {
            using var lines = new StreamReader(place.CheckpointsLog, Encoding.UTF8);
            while (ReadEntry(lines) is { } entry && Checkpoint.ParseNote(Encoding.UTF8.GetBytes(entry)) is { } kept)
            {
                yield return kept;
            }
        }
        if (File.Exists(place.CheckpointFile) && new FileInfo(place.CheckpointFile).Length <= SignedNote.BytesMax)
        {
            if (Checkpoint.ParseNote(File.ReadAllBytes(place.CheckpointFile)) is { } published)
            {
                yield return published;
            }
        }
    }

    /// <summary>Likewise, but only those of the last <paramref name="tailBytes"/> of <c>checkpoints.log</c>: for a start that must be short.</summary>
    public static IEnumerable<(Checkpoint Checkpoint, SignedNote Note)> ReadNewest(LogPlace place, int tailBytes = 256 << 10)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (!File.Exists(place.CheckpointsLog))
        {
            yield break;
        }
        using var file = File.OpenRead(place.CheckpointsLog);
        var skips = file.Length > tailBytes;
        file.Position = Math.Max(0, file.Length - tailBytes);
        using var lines = new StreamReader(file, Encoding.UTF8);
        if (skips)
        {
            // begins in the middle of a note: what is left of it is passed over
            ReadEntry(lines);
        }
        while (ReadEntry(lines) is { } entry && Checkpoint.ParseNote(Encoding.UTF8.GetBytes(entry)) is { } kept)
        {
            yield return kept;
        }
    }

    private static string? ReadEntry(StreamReader lines)
    {
        var text = new StringBuilder();
        var signed = false;
        while (text.Length <= SignedNote.BytesMax && lines.ReadLine() is { } line)
        {
            if (line.Length == 0 && signed)
            {
                return text.ToString();
            }
            signed = line.StartsWith('\u2014');
            text.Append(line).Append('\n');
        }
        return null;
    }
}
