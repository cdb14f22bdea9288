using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Evidence.Witnessing;

/// <summary>
/// When a leaf came to be witnessed: the time at which the quorum's last cosignature stands on a kept checkpoint that covers it, by the
/// witnesses' own clocks. It rests on signatures that the operator cannot make.
/// </summary>
public static class WitnessedTime
{
    /// <summary>
    /// POSIX seconds for each leaf asked about, in the order given; null = not witnessed. <paramref name="quorum"/> of 0 witnesses nothing.
    /// </summary>
    public static IReadOnlyList<ulong?> Of(LogPlace place, IReadOnlyList<VerifierKey> witnesses, int quorum, IReadOnlyList<ulong> leaves)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(witnesses);
        ArgumentNullException.ThrowIfNull(leaves);
        var times = new ulong?[leaves.Count];
        if (quorum < 1 || quorum > witnesses.Count || leaves.Count == 0)
        {
            return times;
        }
        foreach (var (checkpoint, note) in CheckpointNotes.Read(place))
        {
            if (QuorumTime(note, witnesses, quorum) is not { } time)
            {
                continue;
            }
            for (var i = 0; i < times.Length; i++)
            {
                if (leaves[i] < checkpoint.Size && (times[i] is not { } before || time < before))
                {
                    times[i] = time;
                }
            }
        }
        return times;
    }

    private static ulong? QuorumTime(SignedNote note, IReadOnlyList<VerifierKey> witnesses, int quorum)
    {
        var times = new List<ulong>();
        foreach (var witness in witnesses)
        {
            var line = note.Signatures.FirstOrDefault(s => s.Name == witness.Name && s.KeyId == witness.Id);
            if (line is not null && Cosignature.TimeOf(line) is { } time && note.IsSignedBy(witness))
            {
                times.Add(time);
            }
        }
        times.Sort();
        return times.Count >= quorum ? times[quorum - 1] : null;
    }
}
