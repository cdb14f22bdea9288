using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Access;

/// <summary>What left through the product, as the access log has it: copies that no disposal here reaches.</summary>
internal static class GivenOut
{
    private const int NewestNamedMax = 10;
    private static readonly (AuditVerb Verb, string What)[] Kinds =
    [
        (AuditVerb.Bundle, "evidence bundles"),
        (AuditVerb.Export, "exports"),
        (AuditVerb.Sample, "audit samples"),
    ];

    /// <summary>One line a kind that was ever given out; the newest are named by their record in the access log.</summary>
    public static IEnumerable<string> Lines(AccessLog log)
    {
        var seen = Kinds.ToDictionary(kind => kind.Verb, _ => (Count: 0UL, Newest: new Queue<string>()));
        using var reader = log.OpenReader(0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (Leaf.Decode(reader.Leaf).Leaf is not Evidence.Leaves.Access read || !seen.TryGetValue(read.Verb, out var of))
            {
                continue;
            }
            of.Newest.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{reader.Index} of {UnixTime.FromNs(read.AtNs):yyyy-MM-dd}"));
            if (of.Newest.Count > NewestNamedMax)
            {
                of.Newest.Dequeue();
            }
            seen[read.Verb] = (of.Count + 1, of.Newest);
        }
        return Kinds
            .Where(kind => seen[kind.Verb].Count > 0)
            .Select(kind =>
                $"outside the gateway's reach: {seen[kind.Verb].Count} {kind.What} given out; the newest are records {string.Join(", ", seen[kind.Verb].Newest)} of the access log"
            );
    }
}
