using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>The newest verified heads of each log: a later head's chain has to go on from there (SPEC clause 13.4). Pure.</summary>
internal sealed class VerifiedBook
{
    /// <summary>Heads remembered of one log: packs in the wrong order need more than the newest.</summary>
    public const int OfLogMax = 4;

    /// <summary>Logs of which heads are remembered; of more, each head is judged by itself.</summary>
    public const int LogsMax = 20_000;

    private readonly Dictionary<LogKey, List<(ulong Index, SessionHead Head)>> heads = [];

    public IEnumerable<(ulong Index, SessionHead Head)> All => heads.Values.SelectMany(of => of).OrderBy(one => one.Index);

    public void Add(ulong index, SessionHead head)
    {
        var key = new LogKey(head.Device, head.Log, head.Epoch);
        if (!heads.TryGetValue(key, out var of))
        {
            if (heads.Count == LogsMax)
            {
                return;
            }
            heads[key] = of = [];
        }
        of.RemoveAll(one => one.Index == index);
        if (of.Count == OfLogMax)
        {
            of.RemoveAt(0);
        }
        of.Add((index, head));
    }

    /// <summary>The newest that says what the chain was before that sequence, other than the one itself.</summary>
    public (ulong Index, SessionHead Head)? Before(in LogKey key, ulong index, ulong first)
    {
        foreach (var one in heads.TryGetValue(key, out var of) ? Enumerable.Reverse(of) : [])
        {
            if (one.Index != index && one.Head.First <= first && first <= one.Head.Next)
            {
                return one;
            }
        }
        return null;
    }
}
