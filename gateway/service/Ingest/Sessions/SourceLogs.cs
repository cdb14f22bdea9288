using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// What one sender's logs are like where the source is not as good as the wire: counters narrower than 64 bits, and logs without epochs
/// (SPEC clauses 6.2, 6.4).
/// </summary>
internal sealed class SourceLogs
{
    /// <summary>Logs remembered of one sender; of more, numbers are taken as they come.</summary>
    public const int LogsMax = 1_024;

    private const int WholeBits = 64;
    private readonly Dictionary<(string Device, LogKind Log), byte> bits = [];
    private readonly HashSet<(string Device, LogKind Log)> anchored = [];

    /// <summary>The source's own width of a sequence; 0 = not stated.</summary>
    public void Says(in LogKey log, byte sequenceBits)
    {
        if (bits.Count < LogsMax || bits.ContainsKey((log.Device, log.Log)))
        {
            bits[(log.Device, log.Log)] = sequenceBits;
        }
    }

    /// <summary>In this session a known record of the log was seen to be the stored one, or there was none to compare.</summary>
    public bool IsAnchored(in LogKey log) => log.Epoch != default || anchored.Contains((log.Device, log.Log));

    public void Anchored(in LogKey log)
    {
        if (anchored.Count < LogsMax)
        {
            anchored.Add((log.Device, log.Log));
        }
    }

    /// <summary>Numbers in one turn of the source's counter; 0 where it is as wide as a sequence.</summary>
    public ulong TurnOf(in LogKey sent) =>
        bits.GetValueOrDefault((sent.Device, sent.Log)) is > 0 and < WholeBits and var width ? 1UL << width : 0;

    /// <summary>
    /// What is added to a sequence as the source sends it: so many whole turns of its counter as bring it nearest to the newest that is
    /// stored. A source whose counter has turned over goes on where it was; an older pack still falls where it belongs.
    /// </summary>
    public ulong Turns(LogState? log, in LogKey sent, ulong sequence)
    {
        var turn = TurnOf(sent);
        if (turn == 0 || log is null || log.Durable.HighestNext == 0)
        {
            return 0;
        }
        var newest = log.Durable.HighestNext;
        if (sequence >= turn || newest > ulong.MaxValue - turn - turn)
        {
            return 0; // not what it says of itself: taken as it is
        }
        var nearest = 0UL;
        var least = ulong.MaxValue;
        for (var turns = newest / turn * turn is var whole && whole >= turn ? whole - turn : 0; turns <= newest + turn; turns += turn)
        {
            var at = turns + sequence;
            var apart = at > newest ? at - newest : newest - at;
            (nearest, least) = apart < least ? (turns, apart) : (nearest, least);
        }
        return nearest;
    }
}
