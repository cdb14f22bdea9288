using System.Text;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>Reads <c>checkpoints.log</c> note by note, with bounded memory.</summary>
internal sealed class CheckpointStream : IDisposable
{
    private readonly StreamReader? reader;
    private readonly ProblemList problems;
    private readonly StringBuilder text = new();

    public CheckpointStream(IDisk disk, LogPlace place, ProblemList problems)
    {
        this.problems = problems;
        if (disk.FileExists(place.CheckpointsLog))
            reader = new StreamReader(
                new DiskStream(disk.Open(place.CheckpointsLog, DiskAccess.Read)),
                new UTF8Encoding(false, true),
                false,
                1 << 16
            );
    }

    /// <summary>Line in the file that the next note begins with, from 1.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>The next note; null at the end. What cannot be read as one is told of and ends the reading.</summary>
    public (Checkpoint Checkpoint, SignedNote Note, long Line)? Next()
    {
        if (reader is null || ReadEntry() is not { } entry)
            return null;
        var line = Line;
        Line += entry.AsSpan().Count('\n') + 1;
        if (Checkpoint.ParseNote(Encoding.UTF8.GetBytes(entry)) is { } parsed)
            return (parsed.Checkpoint, parsed.Note, line);
        problems.Add(VerifyArea.Checkpoint, "checkpoints.log", null, null, $"line {line}: no signed checkpoint");
        return null;
    }

    public void Dispose() => reader?.Dispose();

    /// <summary>Lines up to the empty line behind a signature line.</summary>
    private string? ReadEntry()
    {
        text.Clear();
        var signed = false;
        try
        {
            while (reader!.ReadLine() is { } line)
            {
                if (line.Length == 0 && signed)
                    return text.ToString();
                signed = line.StartsWith("\u2014 ", StringComparison.Ordinal);
                text.Append(line).Append('\n');
                if (text.Length > SignedNote.BytesMax)
                    break;
            }
        }
        catch (DecoderFallbackException)
        {
            problems.Add(VerifyArea.Checkpoint, "checkpoints.log", null, null, $"line {Line}: not UTF-8");
            return null;
        }
        if (text.Length > 0)
            problems.Add(VerifyArea.Checkpoint, "checkpoints.log", null, null, $"line {Line}: the last note is not whole");
        return null;
    }
}
