using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Access;

/// <summary>What of one kind left through the product, as the access log has it: copies that no disposal here reaches.</summary>
internal sealed class GivenOut(AuditVerb verb, string what)
{
    private const int NewestNamedMax = 10;
    private readonly AuditVerb kind = verb;
    private readonly Queue<string> newest = new();
    private ulong count;

    /// <summary>
    /// One line a kind that was ever given out, the newest named by their record in the access log; and one where that log cannot be read to its
    /// end.
    /// </summary>
    public static IReadOnlyList<string> Lines(AccessLog log)
    {
        GivenOut[] kinds =
        [
            new(AuditVerb.Bundle, "evidence bundles"),
            new(AuditVerb.Export, "exports"),
            new(AuditVerb.Sample, "audit samples"),
        ];
        using var reader = log.OpenReader(0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (Leaf.Decode(reader.Leaf).Leaf is Evidence.Leaves.Access read)
            {
                Array.Find(kinds, one => one.kind == read.Verb)?.Add(reader.Index, read.AtNs);
            }
        }
        var lines = kinds.Where(one => one.count > 0).Select(one => one.Line).ToList();
        if (reader.Problem is { } problem)
        {
            lines.Add($"what was given out is not all listed: the access log cannot be read on at {problem}");
        }
        return lines;
    }

    private string Line =>
        $"outside the gateway's reach: {what} given out: {count}; the newest are records {string.Join(", ", newest)} of the access log";

    private void Add(ulong index, ulong atNs)
    {
        count++;
        newest.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{index} of {UnixTime.FromNs(atNs):yyyy-MM-dd}"));
        if (newest.Count > NewestNamedMax)
        {
            newest.Dequeue();
        }
    }
}
