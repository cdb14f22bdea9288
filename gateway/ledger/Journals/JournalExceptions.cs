namespace TaserTelemetry.Ledger.Journals;

/// <summary>
/// The journal cannot say any more what is on disk: a sync or a write failed. It is final (a second fsync would succeed and prove
/// nothing); the process acknowledges nothing more and stops, and the next start recovers.
/// </summary>
public sealed class JournalFailedException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="cause">What failed.</param>
    public JournalFailedException(Exception cause)
        : base(
            $"The journal is stopped and acknowledges nothing more: {cause.Message} Stop the gateway, check the disk, start again.",
            cause
        ) { }
}

/// <summary>A journal with damage that no crash explains; nothing was changed.</summary>
public sealed class JournalDamagedException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="problem">Where and what.</param>
    public JournalDamagedException(JournalProblem problem)
        : base(
            $"The journal is damaged: {problem}. Nothing was changed. Run taser-audit verify, then restore this segment from the mirror or a backup."
        ) => Problem = problem;

    /// <summary>Where and what.</summary>
    public JournalProblem Problem { get; }
}
