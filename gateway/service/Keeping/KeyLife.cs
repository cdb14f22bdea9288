using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Records;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Keeping;

/// <summary>What happens to the key of a log, each with its leaf in the ledger. The gateway is stopped.</summary>
internal static class KeyLife
{
    public static ControlAnswer Rotate(GatewaySettings settings, KeyUse use, string by, TimeProvider clock) =>
        Guarded(() =>
        {
            // Opening it first recovers what is to be recovered, under the old key alone.
            With(settings, clock, _ => { });
            var key = new KeyRotation(new RealDisk(), PlaceOf(settings, use), settings.Keys).Begin();
            With(settings, clock, journal => Tell(journal, use, KeyHappening.RotatedIn, key, by, clock));
            return ControlAnswer.Yes(
                $"New key: {key}",
                "Both sign from now on. Give the new one to auditors, witnesses and docks, then: taser-gateway keys end-overlap"
            );
        });

    public static ControlAnswer EndOverlap(GatewaySettings settings, KeyUse use, string by, TimeProvider clock) =>
        Guarded(() =>
        {
            var name = PlaceOf(settings, use).KeyName;
            using (var old = new KeyFolder(new RealDisk(), settings.Keys).Load(name + ".old"))
            {
                if (old is null)
                {
                    return ControlAnswer.No($"No overlap is going on for {name}.");
                }
                With(settings, clock, journal => Tell(journal, use, KeyHappening.RotatedOut, old.Verifier, by, clock));
            }
            new KeyRotation(new RealDisk(), PlaceOf(settings, use), settings.Keys).End();
            return ControlAnswer.Yes($"The old key of {name} is destroyed; the new one signs alone.");
        });

    public static ControlAnswer Lost(GatewaySettings settings, string by, TimeProvider clock) =>
        Guarded(() =>
        {
            var place = LogPlace.Ledger(settings.Data);
            using (var key = new KeyFolder(new RealDisk(), settings.Keys).Load("ledger"))
            {
                if (key is not null)
                {
                    return ControlAnswer.No(
                        $"{settings.Keys} holds ledger.key. If somebody else may hold it too: taser-gateway keys compromised"
                    );
                }
            }
            if (!File.Exists(place.CheckpointFile) || Checkpoint.ParseNote(File.ReadAllBytes(place.CheckpointFile)) is not { } last)
            {
                return ControlAnswer.No($"{settings.Data} holds no signed ledger: there is nothing to freeze.");
            }
            var gone = VerifierKey.Parse(File.ReadLines(place.VkeyFile).Last())!;
            return Next(settings, last.Checkpoint, KeyHappening.Lost, gone, UnixTime.NowNs(clock), by, clock);
        });

    public static ControlAnswer Compromised(GatewaySettings settings, DateTimeOffset since, string by, TimeProvider clock) =>
        Guarded(() =>
        {
            Checkpoint? last = null;
            VerifierKey? key = null;
            var sinceNs = UnixTime.ToNs(since);
            With(
                settings,
                clock,
                journal =>
                {
                    key = journal.Ledger.Key;
                    Tell(journal, KeyUse.Ledger, KeyHappening.Compromised, key, by, clock, sinceNs);
                    var actor = ControlSocket.ActorOf(settings.Data, by, OsAccount.Own(), "keys-compromised", clock);
                    journal.Group.AddOwn(new OriginLink(UnixTime.NowNs(clock), actor, OriginEvent.Frozen, default, 0, default));
                },
                journal => last = journal.Ledger.LastCheckpoint
            );
            return Next(settings, last!, KeyHappening.Compromised, key!, sinceNs, by, clock);
        });

    private static ControlAnswer Next(
        GatewaySettings settings,
        Checkpoint last,
        KeyHappening happened,
        VerifierKey key,
        ulong sinceNs,
        string by,
        TimeProvider clock
    )
    {
        var told = new KeyEvent(0, default, KeyUse.Ledger, happened, new PublicKey(KeyAlgorithm.Ed25519, key.Key), key.Id, sinceNs);
        var frozen = NextLog.Begin(settings, last.Origin, last, OriginEvent.Opened, by, told, clock);
        return ControlAnswer.Yes(
            $"The old ledger is frozen in {frozen}: it can be read and verified, and takes nothing more.",
            $"A new one begins in {settings.Data} and cites its checkpoint over {last.Size} records. Give the new public keys to witnesses, auditors and docks: taser-gateway keys"
        );
    }

    private static void Tell(
        OpenJournal journal,
        KeyUse use,
        KeyHappening happened,
        VerifierKey key,
        string by,
        TimeProvider clock,
        ulong sinceNs = 0
    )
    {
        var nowNs = UnixTime.NowNs(clock);
        var actor = ControlSocket.ActorOf(journal.Settings.Data, by, OsAccount.Own(), "keys", clock);
        var leaf = new KeyEvent(
            nowNs,
            actor,
            use,
            happened,
            new PublicKey(KeyAlgorithm.Ed25519, key.Key),
            key.Id,
            sinceNs == 0 ? nowNs : sinceNs
        );
        journal.Group.AddOwn(leaf);
        journal.Commit();
    }

    private static void With(GatewaySettings settings, TimeProvider clock, Action<OpenJournal> act, Action<OpenJournal>? after = null)
    {
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(clock));
        act(journal);
        journal.AppendStop(clock);
        after?.Invoke(journal);
    }

    private static LogPlace PlaceOf(GatewaySettings settings, KeyUse use) =>
        use == KeyUse.Ledger ? LogPlace.Ledger(settings.Data) : LogPlace.Access(settings.Data);

    private static ControlAnswer Guarded(Func<ControlAnswer> act)
    {
        try
        {
            return act();
        }
        catch (Exception refused) when (refused is LogKeyException or LogFrozenException or DiskException)
        {
            return ControlAnswer.No(refused.Message);
        }
    }
}
