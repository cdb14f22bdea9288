using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>Ranges that are missing here and for which another gateway gave a receipt (wire 10). Pure.</summary>
internal sealed class ElsewhereBook
{
    /// <summary>Ranges remembered of one log; of more, a hole is like any other.</summary>
    public const int RunsMax = 64;

    /// <summary>Logs of which ranges are remembered.</summary>
    public const int LogsMax = 10_000;

    private readonly Dictionary<LogKey, SortedDictionary<ulong, (Run Run, ulong SinceNs)>> held = [];

    public IEnumerable<(LogKey Log, Run Run, ulong SinceNs)> All =>
        held.SelectMany(log => log.Value.Values.Select(one => (log.Key, one.Run, one.SinceNs)));

    /// <summary>False when nothing new was said, or no more can be remembered.</summary>
    public bool Add(in LogKey log, Run run, ulong sinceNs)
    {
        if (!held.TryGetValue(log, out var runs))
        {
            if (held.Count == LogsMax)
            {
                return false;
            }
            held[log] = runs = [];
        }
        if (runs.Count == RunsMax || runs.Values.Any(known => known.Run.First <= run.First && known.Run.Next >= run.Next))
        {
            return false;
        }
        // What begins at the same sequence and is shorter is part of this one.
        runs[run.First] = (run, sinceNs);
        return true;
    }

    /// <summary>Whether exactly that range was remembered, and is no more.</summary>
    public bool Remove(in LogKey log, Run run)
    {
        if (!held.TryGetValue(log, out var runs) || !runs.TryGetValue(run.First, out var known) || known.Run != run)
        {
            return false;
        }
        runs.Remove(run.First);
        if (runs.Count == 0)
        {
            held.Remove(log);
        }
        return true;
    }

    /// <summary>Takes out what has come after all.</summary>
    public List<Run> TakeFilled(LogKey log, DurableRanges durable)
    {
        var filled = held.TryGetValue(log, out var runs)
            ? runs.Values.Select(one => one.Run).Where(run => durable.NextNotDurable(run.First) >= run.Next).ToList()
            : [];
        filled.ForEach(run => Remove(log, run));
        return filled;
    }

    /// <summary>What of a hole no other gateway is known to have.</summary>
    public IEnumerable<Run> Without(in LogKey log, Run hole)
    {
        var rest = new List<Run>();
        var from = hole.First;
        foreach (var run in held.TryGetValue(log, out var runs) ? runs.Values.Select(one => one.Run) : [])
        {
            if (run.Next <= from || run.First >= hole.Next)
            {
                continue;
            }
            if (run.First > from)
            {
                rest.Add(new Run(from, run.First));
            }
            from = Math.Max(from, run.Next);
        }
        if (from < hole.Next)
        {
            rest.Add(new Run(from, hole.Next));
        }
        return rest;
    }
}
