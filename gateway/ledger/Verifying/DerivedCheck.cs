using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Ledger.Verifying;

/// <summary>
/// Snapshots and key indices beside the segments: nothing rests on them, and whoever opens the log passes a bad one over. That one was
/// damaged is told all the same, since a disk that changes one file may have changed others.
/// </summary>
internal static class DerivedCheck
{
    private const string What = "damaged; it is derived, nothing rests on it, and it can be rebuilt: delete it, the gateway makes it again";

    public static IReadOnlyList<VerifyProblem> Run(IDisk disk, string folder, Hash256 originHash)
    {
        var snapshots = new SnapshotFiles(disk, folder, originHash);
        var indices = new KeyIndex(disk, folder, originHash);
        return
        [
            .. snapshots.Damaged().Concat(indices.Damaged()).Select(name => new VerifyProblem(VerifyArea.Derived, name, null, null, What)),
        ];
    }
}
