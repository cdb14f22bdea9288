using TaserTelemetry.Evidence.Witnessing;

namespace TaserTelemetry.Auditor.Verify;

/// <summary>The answer of verify for a person.</summary>
internal static class VerifyText
{
    private const int ProblemsShown = 50;

    public static void Write(TextWriter output, VerifyReport report, LogPolicy? policy)
    {
        output.WriteLine($"Data         {report.Data}{(report.Live ? " (live: a gateway is writing)" : " (a copy, or stopped)")}");
        output.WriteLine($"Origin       {report.Origin ?? "none: nothing is signed yet"}");
        output.WriteLine($"Key          {(report.KeyFrom == "policy" ? "as your policy names it" : "the log's own word (give --policy)")}");
        output.WriteLine(
            $"Records      {AuditConsole.Count(report.Records)}, of them {AuditConsole.Count(report.Unanchored)} behind the newest checkpoint"
        );
        if (report.Newest is { } newest)
        {
            output.WriteLine($"Checkpoint   {newest.Size}:{newest.Root}");
        }
        output.WriteLine($"Signed       {AuditConsole.Count((ulong)report.Checkpoints)} checkpoints in all");
        foreach (var remembered in report.Remembered)
        {
            output.WriteLine($"Remembered   {remembered.Size}:{remembered.Root} ({remembered.Source})");
        }
        if (policy?.Quorum is { } quorum)
        {
            var by =
                report.WitnessedBy.Count == 0
                    ? "no checkpoint"
                    : $"up to record {report.WitnessedSize} by {string.Join(", ", report.WitnessedBy)}";
            output.WriteLine($"Witnessed    {by} (quorum '{quorum}')");
        }
        if (report.DisposedRecords > 0)
        {
            output.WriteLine($"Disposed     raw bytes of {AuditConsole.Count(report.DisposedRecords)} records, each under a disposal leaf");
        }
        output.WriteLine($"Access log   {(report.AccessLogChecked ? "verified too" : "none here")}");
        WriteProblems(output, report);
        output.WriteLine();
        output.WriteLine(report.Outcome == "intact" ? $"INTACT. {report.Statement}" : $"CHANGED OR DAMAGED. {report.Statement}");
        output.WriteLine($"established: {(report.Established.Count == 0 ? "nothing" : string.Join(", ", report.Established))}");
    }

    private static void WriteProblems(TextWriter output, VerifyReport report)
    {
        if (report.UnfinishedGroup is { } group)
        {
            output.WriteLine($"Unfinished   {group}: nothing in it was acknowledged");
        }
        foreach (var derived in report.DamagedDerived)
        {
            output.WriteLine($"Derived      {derived.Log}: {derived.File}: {derived.What}");
        }
        if (report.Problems.Count == 0)
        {
            return;
        }
        output.WriteLine();
        foreach (var problem in report.Problems.Take(ProblemsShown))
        {
            var offset = problem.Offset is { } at ? $" at byte {at}" : "";
            var index = problem.Index is { } leaf ? $" (record {leaf})" : "";
            output.WriteLine(
                $"  {(problem.Unanchored ? "unanchored tail: " : "")}{problem.Log}: {problem.File}{offset}{index}: {problem.What}"
            );
        }
        var hidden = report.Problems.Count - ProblemsShown + report.ProblemsOmitted;
        if (hidden > 0)
        {
            output.WriteLine($"  and {hidden} more (--json lists up to 1,000)");
        }
    }
}
