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

    /// <summary>The best grade of the heads noted so far that cover all of the batch; its own where none does.</summary>
    public Leaves.AuthenticityGrade Best(StoredBatch batch) =>
        batch.First > ulong.MaxValue - batch.Count
            ? batch.Grade
            : (Leaves.AuthenticityGrade)Best(
                new LogKey(batch.Device, batch.Log, batch.Epoch),
                batch.First,
                batch.First + batch.Count,
                (Grade)batch.Grade
            );

    private Grade Best(LogBatch batch) => Best(new LogKey(batch.Device, batch.Log, batch.Epoch), batch.First, batch.Next, batch.Grade);

    private Grade Best(LogKey key, ulong first, ulong next, Grade own)
    {
        var best = own;
        if (own is not (Grade.E or Grade.None) && checks.TryGetValue(key, out var known))
        {
            foreach (var check in known.Where(check => check.First <= first && check.Next >= next))
            {
                best = (Grade)Math.Min((byte)best, (byte)check.Grade);
            }
        }
        return best;
    }
}
