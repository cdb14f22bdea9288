using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using Grade = TaserTelemetry.Reconciler.Inputs.AuthenticityGrade;

namespace TaserTelemetry.Evidence.Reconciling;

/// <summary>
/// Signed heads whose chain was verified behind the journal: the records that one covers have its grade (SPEC clause 13.1), whatever grade their
/// batch had when it came. A batch of which a part is not covered keeps its own.
/// </summary>
internal sealed class VerifiedHeads
{
    private readonly Dictionary<LogKey, List<ChainCheck>> checks = [];

    public void Note(Leaf leaf)
    {
        if (leaf is ChainCheck { Result: ChainResult.Verified, Grade: not Leaves.AuthenticityGrade.NotStated } check)
        {
            var key = new LogKey(check.Device, check.Log, check.Epoch);
            if (!checks.TryGetValue(key, out var known))
            {
                checks[key] = known = [];
            }
            known.Add(check);
        }
    }

    /// <summary>Gives each batch the best grade of the heads that cover all of it; the letters rise from A, the best.</summary>
    public void Raise(LogStore log)
    {
        if (checks.Count > 0)
        {
            log.Regrade(Best);
        }
    }

    private Grade Best(LogBatch batch)
    {
        var best = batch.Grade;
        if (best != Grade.E && checks.TryGetValue(new LogKey(batch.Device, batch.Log, batch.Epoch), out var known))
        {
            foreach (var check in known.Where(check => check.First <= batch.First && check.Next >= batch.Next))
            {
                best = (Grade)Math.Min((byte)best, (byte)check.Grade);
            }
        }
        return best;
    }
}
