using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Records;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>
/// Ends a ledger and begins the next one: the old DATA and its keys are frozen and put beside, under a new name; the new ledger's first
/// leaf cites the old origin and the newest checkpoint of it that is known. Docks are then asked for everything they still hold.
/// </summary>
internal static class NextLog
{
    private static readonly string[] LogKeys = ["ledger", "access"];

    /// <summary>Begins it; the name that the frozen DATA has now.</summary>
    /// <param name="settings">Where DATA and keys lie.</param>
    /// <param name="oldOrigin">Origin of the ledger that ends.</param>
    /// <param name="cited">Newest checkpoint of it that is known; null = none.</param>
    /// <param name="why">What links the two.</param>
    /// <param name="by">Who did it.</param>
    /// <param name="key">What happened to the old key; null = nothing.</param>
    /// <param name="clock">The time.</param>
    /// <exception cref="StartRefusedException">It cannot be begun; nothing, or only the freezing, has happened.</exception>
    public static string Begin(
        GatewaySettings settings,
        string oldOrigin,
        Checkpoint? cited,
        OriginEvent why,
        string by,
        KeyEvent? key,
        TimeProvider clock
    )
    {
        if (settings.Origin == oldOrigin)
        {
            throw new StartRefusedException(
                $"origin in the settings is {oldOrigin}, which ends now: set it to a new name, or leave it empty."
            );
        }
        var stamp = clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string frozen;
        using (var taken = DataLock.TryTake(settings.Data, out var holder))
        {
            if (taken is null)
            {
                throw new DataInUseException(settings.Data, holder.ToString(CultureInfo.InvariantCulture));
            }
            FreezeKeys(settings, stamp, oldOrigin);
            frozen = PutBeside(settings.Data, stamp);
            if (settings.Journal.Mirror.Length > 0 && Directory.Exists(settings.Journal.Mirror))
            {
                PutBeside(settings.Journal.Mirror, stamp);
            }
        }
        Directory.CreateDirectory(settings.Data);
        Backup.CopyRecords(Path.Combine(frozen, "records"), Path.Combine(settings.Data, "records"));
        using var journal = OpenJournal.Open(settings);
        var root = new byte[32];
        cited?.Root.CopyTo(root);
        var nowNs = UnixTime.NowNs(clock);
        var other = Digest.Read(SHA256.HashData(Encoding.UTF8.GetBytes(oldOrigin)));
        var actor = Control.ControlSocket.ActorOf(settings.Data, by, OsAccount.Own(), "next-ledger", clock);
        journal.Group.AddOwn(new OriginLink(nowNs, actor, why, other, cited?.Size ?? 0, Digest.Read(root)));
        if (key is not null)
        {
            journal.Group.AddOwn(key with { AtNs = nowNs, By = actor });
        }
        journal.AppendStart(settings, nowNs);
        journal.AppendStop(clock);
        return frozen;
    }

    /// <summary>The log's keys sign nothing any more. They are kept, since whoever asks later may want to see which they were.</summary>
    private static void FreezeKeys(GatewaySettings settings, string stamp, string origin)
    {
        var disk = new RealDisk();
        var folder = Path.Combine(settings.Keys, "frozen-" + stamp);
        disk.CreateFolder(folder, isPrivate: true);
        foreach (var name in LogKeys)
        {
            var place = name == "ledger" ? LogPlace.Ledger(settings.Data) : LogPlace.Access(settings.Data);
            new KeyRotation(disk, place, settings.Keys).Freeze($"{origin} ended {stamp}");
        }
        foreach (var file in Directory.EnumerateFiles(settings.Keys).Where(file => LogKeys.Contains(Path.GetFileName(file).Split('.')[0])))
        {
            File.Move(file, Path.Combine(folder, Path.GetFileName(file)));
        }
        disk.SyncFolder(folder);
        disk.SyncFolder(settings.Keys);
    }

    private static string PutBeside(string folder, string stamp)
    {
        var from = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var to = $"{from}.frozen-{stamp}";
        try
        {
            Directory.Move(from, to);
        }
        catch (IOException refused)
        {
            throw new StartRefusedException(
                $"{from} cannot be renamed to {to}: {refused.Message} Its keys are frozen; rename it by hand and begin again.",
                refused
            );
        }
        new RealDisk().SyncFolder(Path.GetDirectoryName(from)!);
        return to;
    }
}
