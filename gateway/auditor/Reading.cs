using TaserTelemetry.Evidence.Access;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Auditor;

/// <summary>What somebody is about to read.</summary>
internal sealed record ReadingScope(AuditVerb Verb, string Device, long? FromNs, long? ToNs, ulong Leaves);

/// <summary>
/// Records a reading before data leave: on live DATA by asking the gateway, with no receipt no output; on a copy it can only say that
/// nobody records it.
/// </summary>
internal static class Reading
{
    /// <summary>How long the gateway may take.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(15);

    /// <summary>The sentence that says what became of it, or null after having said why nothing may be shown.</summary>
    public static string? Record(DataFolder folder, ReadingScope scope, AuditConsole console, TimeProvider time)
    {
        if (!folder.IsLive || !folder.HasAccessLog)
        {
            var sentence = folder.IsLive
                ? "This folder is live and has no access log yet: this reading is not logged."
                : "Reads of this copy are not logged here.";
            console.Error.WriteLine($"{folder.Path}: {sentence}");
            return sentence;
        }
        var spool = new AccessSpool(folder.Path, new RealDisk());
        var request = AccessSpool.NewRequest(scope.Verb, Environment.UserName, scope.Leaves) with
        {
            Device = LeafName.IsPlain(scope.Device) ? scope.Device : "",
            FromNs = (ulong)Math.Max(0, scope.FromNs ?? 0),
            ToNs = (ulong)Math.Max(0, scope.ToNs ?? 0),
        };
        try
        {
            spool.Submit(request);
            var receipt = spool.WaitAsync(request.Id, WaitMax, time, CancellationToken.None).GetAwaiter().GetResult();
            if (receipt is { Recorded: true })
            {
                return $"Recorded in the access log as leaf {receipt.LeafIndex}.";
            }
            var because = receipt?.Because ?? $"the gateway gave no receipt within {WaitMax.TotalSeconds} s";
            console.Fail(
                ExitCode.CannotRead,
                $"{folder.Path}: this reading could not be recorded ({because}), so nothing is shown. Audit a copy, or try again."
            );
        }
        catch (DiskException e)
        {
            console.Fail(
                ExitCode.CannotRead,
                $"{folder.Path}: this reading could not be recorded, so nothing is shown: {e.Message} Whoever audits live data needs to be able to write to {spool.Folder}."
            );
        }
        return null;
    }
}
