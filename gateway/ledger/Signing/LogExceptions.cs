using System.Globalization;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>The log was frozen: it can be read and verified, and takes nothing more.</summary>
public sealed class LogFrozenException(string message) : IOException(message);

/// <summary>A key is missing, is not readable, or is not this log's.</summary>
public sealed class LogKeyException(string message) : IOException(message);

/// <summary>
/// The journal does not lead to the last checkpoint that was signed: DATA was put back to an older copy, or changed. Nothing is signed;
/// the old origin is to be frozen and a new one begun that cites the newest checkpoint known outside.
/// </summary>
public sealed class LogRestoredException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="lastSigned">The checkpoint that was signed.</param>
    /// <param name="journalSize">Records in the journal now.</param>
    public LogRestoredException(Checkpoint lastSigned, ulong journalSize)
        : base(
            string.Create(
                CultureInfo.InvariantCulture,
                $"This DATA does not lead to the last checkpoint that was signed ({lastSigned.Size} records, root {lastSigned.Root}); the journal holds {journalSize}. "
                    + $"It is a restored copy, or it was changed. Put the right DATA back, or freeze this log and begin the next one."
            )
        )
    {
        LastSigned = lastSigned;
        JournalSize = journalSize;
    }

    /// <summary>The checkpoint that was signed.</summary>
    public Checkpoint LastSigned { get; }

    /// <summary>Records in the journal now.</summary>
    public ulong JournalSize { get; }
}

/// <summary>The two ways to the root differ, or what was read back is not what was appended. Final: nothing more is signed.</summary>
public sealed class LogSigningException(string message) : IOException(message);
