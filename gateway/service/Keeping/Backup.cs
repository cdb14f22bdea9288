using Microsoft.Data.Sqlite;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Verification;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>
/// A copy of DATA in another folder, made while the gateway runs or is stopped, read back and verified before it is called one. Journal,
/// ledger, access log and records; what is derived comes back by itself. No private key: those are backed up apart.
/// </summary>
internal static class Backup
{
    /// <summary>Says in both logs what is about to happen. To be durable and signed for before <see cref="Copy"/>.</summary>
    public static Leaf Announce(OpenJournal journal, string by, ActorId actor, string recipient, ulong nowNs)
    {
        journal.Access.Record(new Disclosure(by, AuditVerb.Copy, Items: journal.Ledger.NextIndex, Recipient: recipient), nowNs);
        var doing = recipient.Length > 0 ? OperatorDoing.CopyMade : OperatorDoing.BackupMade;
        return new OperatorAction(nowNs, actor, doing, journal.Ledger.NextIndex, default);
    }

    /// <summary>While the gateway runs: on no particular thread.</summary>
    public static async Task<ControlAnswer> RunLiveAsync(
        JournalService service,
        ControlRequest request,
        string by,
        TimeProvider clock,
        CancellationToken cancel
    )
    {
        if (Refusal(request["to"]) is { } refusal)
        {
            return ControlAnswer.No(refusal);
        }
        try
        {
            var leaf = Announce(service.Open, by, request.By, request["for"], UnixTime.NowNs(clock));
            var next = await service.Loop.AppendAsync(group => group.AddOwn(leaf));
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), clock);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromMinutes(1));
            while ((service.Ledger.LastCheckpoint?.Size ?? 0) < next)
            {
                service.Ledger.RequestCheckpoint();
                await timer.WaitForNextTickAsync(patience.Token);
            }
        }
        catch (AccessNotRecordedException refused)
        {
            return ControlAnswer.No($"The copy could not be recorded in the access log, so none was made: {refused.Message}");
        }
        catch (OperationCanceledException)
        {
            return ControlAnswer.No("No checkpoint was signed within a minute, so nothing was copied. See /health.");
        }
        return await Task.Run(() => Copy(service.Open, request["to"]), cancel);
    }

    /// <summary>While it is stopped and the caller holds DATA.</summary>
    public static ControlAnswer RunStopped(OpenJournal journal, ControlRequest request, string by, TimeProvider clock)
    {
        if (Refusal(request["to"]) is { } refusal)
        {
            return ControlAnswer.No(refusal);
        }
        journal.Group.AddOwn(Announce(journal, by, request.By, request["for"], UnixTime.NowNs(clock)));
        journal.Commit();
        journal.Ledger.TrySign(clock.GetUtcNow(), stopping: true);
        return Copy(journal, request["to"]);
    }

    private static string? Refusal(string to) =>
        !Path.IsPathFullyQualified(to) ? "--to must name a folder."
        : Directory.Exists(to) && Directory.EnumerateFileSystemEntries(to).Any()
            ? $"{to} is not empty: a backup never takes the place of another."
        : null;

    private static ControlAnswer Copy(OpenJournal journal, string to)
    {
        var data = journal.Settings.Data;
        journal.Access.Sign(DateTimeOffset.MaxValue); // whenever it was signed last: the copy shows that it was made
        try
        {
            var disk = new RealDisk();
            var size = LogCopy.Run(disk, LogPlace.Ledger(data), LogPlace.Ledger(to))?.Size ?? 0;
            LogCopy.Run(disk, LogPlace.Access(data), LogPlace.Access(to));
            CopyPlain(TimeStampFiles.FolderOf(LogPlace.Ledger(data)), TimeStampFiles.FolderOf(LogPlace.Ledger(to)));
            CopyRecords(Path.Combine(data, "records"), Path.Combine(to, "records"));
            disk.SyncFileSystem(to);
            var problems = Verify(to);
            return problems.Count == 0
                ? ControlAnswer.Yes(
                    $"{to} holds {size} records, read back and verified. It holds no private key: back up {journal.Settings.Keys} apart from it."
                )
                : ControlAnswer.No($"The copy in {to} is not sound: {string.Join("; ", problems.Take(5))}");
        }
        catch (Exception failed)
            when (failed is DiskException or JournalDamagedException or IOException or UnauthorizedAccessException or SqliteException)
        {
            return ControlAnswer.No($"The copy in {to} is not whole: {failed.Message}");
        }
    }

    /// <summary>Everything that is wrong with a DATA folder, a private key in it included.</summary>
    public static IReadOnlyList<string> Verify(string data)
    {
        var request = new VerificationRequest(null, [], IsLive: false, SearchPrivateKeys: true, null);
        var problems = LedgerVerification.Run(data, LogPlace.Ledger(data), request).Problems.ToList();
        if (Directory.Exists(LogPlace.Access(data).Journal))
        {
            problems.AddRange(LedgerVerification.Run(data, LogPlace.Access(data), request with { SearchPrivateKeys = false }).Problems);
        }
        return [.. problems.Select(problem => problem.ToString())];
    }

    /// <summary>Databases by SQLite's own backup, so that a writer does not tear them; everything else as it is.</summary>
    public static void CopyRecords(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            return;
        }
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (file.EndsWith(".db", StringComparison.Ordinal))
            {
                using var source = new SqliteConnection(
                    new SqliteConnectionStringBuilder
                    {
                        DataSource = file,
                        Mode = SqliteOpenMode.ReadOnly,
                        Pooling = false,
                    }.ToString()
                );
                using var copy = new SqliteConnection(
                    new SqliteConnectionStringBuilder { DataSource = target, Pooling = false }.ToString()
                );
                source.Open();
                copy.Open();
                source.BackupDatabase(copy);
            }
            else if (
                !file.EndsWith("-wal", StringComparison.Ordinal)
                && !file.EndsWith("-shm", StringComparison.Ordinal)
                && !file.EndsWith(".tmp", StringComparison.Ordinal)
            )
            {
                File.Copy(file, target);
            }
        }
    }

    public static void CopyPlain(string from, string to)
    {
        if (!Directory.Exists(from))
        {
            return;
        }
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
