using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Records;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>
/// A backup becomes DATA. Whether the old ledger may go on is not for the operator to say: witnesses are asked, the keys folder and any
/// checkpoint from a dock, a sheet or an auditor speak too. If somebody remembers more than the backup holds, or no witness answers, the
/// old origin is frozen and a new one begins that cites the newest checkpoint known outside.
/// </summary>
internal static class Restore
{
    public static async Task<ControlAnswer> RunAsync(
        GatewaySettings settings,
        string from,
        string by,
        IReadOnlyList<string> rememberedFiles,
        TimeProvider clock,
        CancellationToken cancel
    )
    {
        if (Directory.Exists(settings.Data) && Directory.EnumerateFileSystemEntries(settings.Data).Any())
        {
            return ControlAnswer.No(
                $"{settings.Data} is not empty: a backup never takes the place of DATA. Name a new folder, or put that one aside."
            );
        }
        if (!File.Exists(LogPlace.Ledger(from).CheckpointFile))
        {
            return ControlAnswer.No($"{from} holds no signed ledger: it is no backup.");
        }
        var problems = Backup.Verify(from);
        if (problems.Count > 0)
        {
            return ControlAnswer.No($"{from} is not sound: {string.Join("; ", problems.Take(5))}");
        }
        var backup = LogPlace.Ledger(from);
        var (local, _) = Checkpoint.ParseNote(await File.ReadAllBytesAsync(backup.CheckpointFile, cancel))!.Value;
        var vkeys = (await File.ReadAllLinesAsync(backup.VkeyFile, cancel)).Select(VerifierKey.Parse).OfType<VerifierKey>().ToList();
        var brought = new List<Checkpoint>();
        foreach (var file in rememberedFiles)
        {
            if (Brought(await File.ReadAllBytesAsync(file, cancel), local.Origin, vkeys) is not { } checkpoint)
            {
                return ControlAnswer.No(
                    $"{file} is no checkpoint of {local.Origin} under a key of that ledger. Give the file as it was signed, or leave it out."
                );
            }
            brought.Add(checkpoint);
        }
        Backup.CopyPlain(from, settings.Data);
        new RealDisk().SyncFileSystem(settings.Data);
        var place = LogPlace.Ledger(settings.Data);
        var outside = await OutsideAsync(settings, local.Origin, vkeys, brought, cancel);
        var why = Doubt(settings, place, local, vkeys, outside);
        if (why.Length == 0)
        {
            return GoOn(settings, local, outside, by, clock);
        }
        var newest = outside.Known.Append(local).MaxBy(checkpoint => checkpoint.Size)!;
        var frozen = NextLog.Begin(settings, local.Origin, newest, OriginEvent.OpenedAfterRestore, by, null, clock);
        return ControlAnswer.Yes(
            $"A new ledger begins in {settings.Data}, because {why}.",
            $"The old one is frozen in {frozen}: it can be read and verified, and takes nothing more. The new one cites its checkpoint over {newest.Size} records.",
            "Docks are asked for everything they still hold. Give the new public keys to witnesses, auditors and docks: taser-gateway keys"
        );
    }

    private static Checkpoint? Brought(byte[] untrustedNote, string origin, List<VerifierKey> vkeys) =>
        Checkpoint.ParseNote(untrustedNote) is { } parsed && parsed.Checkpoint.Origin == origin && vkeys.Any(parsed.Note.IsSignedBy)
            ? parsed.Checkpoint
            : null;

    private sealed record Outside(IReadOnlyList<Checkpoint> Known, int WitnessesAnswered);

    private static async Task<Outside> OutsideAsync(
        GatewaySettings settings,
        string origin,
        List<VerifierKey> vkeys,
        IReadOnlyList<Checkpoint> brought,
        CancellationToken cancel
    )
    {
        var known = new List<Checkpoint>(brought);
        if (new KeyFolder(new RealDisk(), settings.Keys).ReadLast("ledger") is { } last && last.Origin == origin)
        {
            known.Add(last);
        }
        var answered = 0;
        foreach (var member in settings.Witness.Members)
        {
            using var desk = new WitnessDesk(member, LogPlace.Ledger(settings.Data).Tlog);
            try
            {
                foreach (var vkey in vkeys)
                {
                    if (await desk.HeldAsync(vkey, cancel) is { } held)
                    {
                        known.Add(held.Checkpoint);
                        answered++;
                        break;
                    }
                }
            }
            catch (Exception away)
                when (away is HttpRequestException || (away is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                await Console.Error.WriteLineAsync($"taser-gateway: witness {desk.Key.Name} does not answer: {away.Message}");
            }
        }
        return new Outside(known, answered);
    }

    /// <summary>Why the old ledger may not go on; empty when it may.</summary>
    private static string Doubt(GatewaySettings settings, LogPlace place, Checkpoint local, List<VerifierKey> vkeys, Outside outside)
    {
        using var key = new KeyFolder(new RealDisk(), settings.Keys).Load("ledger");
        if (key is null || key.Verifier.ToString() != vkeys[^1].ToString())
        {
            return $"{settings.Keys} does not hold its key";
        }
        if (outside.Known.FirstOrDefault(known => known.Size > local.Size) is { } ahead)
        {
            return $"somebody remembers {ahead.Size} records, the backup holds {local.Size}";
        }
        var tiles = new TileReader(new RealDisk(), place.Tlog, local.Size);
        foreach (var known in outside.Known)
        {
            var proof = known.Size == local.Size || known.Size == 0 ? [] : tiles.ConsistencyWith(known.Size).ToArray();
            if (!MerkleProof.ConsistencyHolds(known.Size, known.Root, local.Size, local.Root, proof))
            {
                return $"it does not lead to a checkpoint over {known.Size} records that somebody remembers";
            }
        }
        return outside.WitnessesAnswered == 0 ? "no witness answered who could say that nothing is missing" : "";
    }

    private static ControlAnswer GoOn(GatewaySettings settings, Checkpoint local, Outside outside, string by, TimeProvider clock)
    {
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(clock));
        var actor = ControlSocket.ActorOf(settings.Data, by, OsAccount.Own(), "restore", clock);
        journal.Group.AddOwn(new OperatorAction(UnixTime.NowNs(clock), actor, OperatorDoing.Restored, local.Size, default));
        journal.Commit();
        journal.AppendStop(clock);
        return ControlAnswer.Yes(
            $"The ledger goes on in {settings.Data} with {local.Size} records: {outside.WitnessesAnswered} witnesses answered, and nobody remembers more."
        );
    }
}
