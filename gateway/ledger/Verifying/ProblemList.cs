namespace TaserTelemetry.Ledger.Verifying;

/// <summary>Problems as they are found, from several threads; bounded.</summary>
internal sealed class ProblemList(int max)
{
    private readonly List<VerifyProblem> problems = [];

    public long Omitted { get; private set; }

    /// <summary>Records at or behind this index are not signed for.</summary>
    public ulong SignedSize { get; set; } = ulong.MaxValue;

    public void Add(VerifyArea area, string file, long? offset, ulong? index, string what)
    {
        lock (problems)
        {
            if (problems.Count >= max)
                Omitted++;
            else
                problems.Add(
                    new VerifyProblem(
                        area,
                        file,
                        offset,
                        index,
                        what,
                        area is VerifyArea.Journal or VerifyArea.Received && index >= SignedSize
                    )
                );
        }
    }

    public IReadOnlyList<VerifyProblem> Sorted()
    {
        lock (problems)
            return
            [
                .. problems
                    .OrderBy(p => p.Area)
                    .ThenBy(p => p.Index ?? 0)
                    .ThenBy(p => p.File, StringComparer.Ordinal)
                    .ThenBy(p => p.Offset ?? 0),
            ];
    }
}
