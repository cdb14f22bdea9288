using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Reconciler.Findings;

namespace TaserTelemetry.Evidence.Retention;

/// <summary>What was disposed of in ledgers, by class and month of reception. Add each ledger, then read <see cref="All"/>.</summary>
public sealed class DisposedTotals
{
    private readonly SortedDictionary<(string Class, string Month), (ulong Records, ulong Bytes)> totals = [];

    /// <summary>Class by class, month by month; empty = nothing was disposed of.</summary>
    public IReadOnlyList<DisposedTotal> All =>
        [.. totals.Select(t => new DisposedTotal(t.Key.Class, t.Key.Month, t.Value.Records, t.Value.Bytes))];

    /// <summary>
    /// Takes in a ledger, which it reads twice where something was disposed of: a disposal leaf stands behind the records it names. A record whose bytes are zero and that
    /// no leaf names is damage and not counted here.
    /// </summary>
    /// <param name="open">Opens a reader at the beginning.</param>
    /// <exception cref="JournalDamagedException">A record cannot be read.</exception>
    public void Add(Func<EvidenceReader> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        var classes = new Dictionary<RetentionClass, LeafSet>();
        Walk(
            open,
            reader =>
            {
                if (reader.Leaf is Disposal disposal)
                {
                    if (!classes.TryGetValue(disposal.Class, out var set))
                    {
                        classes.Add(disposal.Class, set = new LeafSet());
                    }
                    set.Add(disposal.Leaves);
                }
            }
        );
        if (classes.Count == 0)
        {
            return; // nothing can be counted: most ledgers are spared the second reading
        }
        Walk(
            open,
            reader =>
            {
                if (reader.State == ReceivedState.Disposed && reader.Kind != RecordKind.OwnEvent)
                {
                    Count(reader, classes);
                }
            }
        );
    }

    private void Count(EvidenceReader reader, Dictionary<RetentionClass, LeafSet> classes)
    {
        foreach (var (of, set) in classes)
        {
            if (set.Contains(reader.Index))
            {
                var key = (of.ToString(), MonthOf(reader.Leaf));
                var (records, bytes) = totals.GetValueOrDefault(key);
                totals[key] = (records + 1, bytes + (ulong)reader.Received.Length);
                return;
            }
        }
    }

    private static string MonthOf(Leaf? leaf) =>
        leaf is null
            ? "not known"
            : DateTimeOffset.UnixEpoch.AddTicks((long)(leaf.TimeNs / 100)).ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static void Walk(Func<EvidenceReader> open, Action<EvidenceReader> take)
    {
        using var reader = open();
        reader.ReadToEnd(take);
    }
}
