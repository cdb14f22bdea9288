using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

public sealed class KeyLifeTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Theory]
    [InlineData(KeyUse.Ledger)]
    [InlineData(KeyUse.Access)]
    public void A_key_is_followed_by_another_that_signs_beside_it_until_the_overlap_ends(KeyUse use)
    {
        var settings = Made();
        var place = use == KeyUse.Ledger ? LogPlace.Ledger(settings.Data) : LogPlace.Access(settings.Data);
        var before = VerifierKey.Parse(File.ReadAllText(place.VkeyFile))!;
        Assert.True(KeyLife.Rotate(settings, use, "an operator", TimeProvider.System).Done);
        Assert.False(KeyLife.Rotate(settings, use, "an operator", TimeProvider.System).Done);
        var after = VerifierKey.Parse(File.ReadLines(place.VkeyFile).Last())!;
        Assert.NotEqual(before.ToString(), after.ToString());
        if (use == KeyUse.Ledger)
        {
            var note = Newest(place);
            Assert.True(note.IsSignedBy(before) && note.IsSignedBy(after));
        }
        Assert.True(KeyLife.EndOverlap(settings, use, "an operator", TimeProvider.System).Done);
        Assert.False(KeyLife.EndOverlap(settings, use, "an operator", TimeProvider.System).Done);
        Made();
        Assert.Equal([], Backup.Verify(settings.Data));
        var told = RunningGateway
            .LeavesIn(ground.Folder)
            .Select(l => l.Leaf)
            .OfType<KeyEvent>()
            .Where(k => k.Use == use)
            .Select(k => k.Happening);
        Assert.Equal([KeyHappening.RotatedIn, KeyHappening.RotatedOut], told.Where(h => h != KeyHappening.Created));
    }

    [Fact]
    public void A_compromised_key_freezes_its_ledger_and_the_next_one_cites_its_last_checkpoint()
    {
        var settings = Made();
        var old = VerifierKey.Parse(File.ReadAllText(LogPlace.Ledger(settings.Data).VkeyFile))!;
        var done = KeyLife.Compromised(settings, TimeProvider.System.GetUtcNow().AddDays(-3), "an operator", TimeProvider.System);
        Assert.True(done.Done, done.Lines[0]);
        var frozen = Directory.GetDirectories(ground.Folder, "data.frozen-*").Single();
        Assert.Equal([], Backup.Verify(frozen));
        var last = Checkpoint.ParseNote(File.ReadAllBytes(LogPlace.Ledger(frozen).CheckpointFile))!.Value.Checkpoint;
        var leaves = RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).ToList();
        var link = Assert.IsType<OriginLink>(leaves[0]);
        Assert.Equal((OriginEvent.Opened, last.Size), (link.Event, link.Size));
        var told = Assert.IsType<KeyEvent>(leaves[1]);
        Assert.Equal((KeyHappening.Compromised, old.Id), (told.Happening, told.KeyId));
        Assert.NotEqual(old.Name, VerifierKey.Parse(File.ReadAllText(LogPlace.Ledger(settings.Data).VkeyFile))!.Name);
        Assert.Equal([], Backup.Verify(settings.Data));
    }

    [Fact]
    public void A_lost_key_freezes_its_ledger_too_and_one_that_is_there_is_not_lost()
    {
        var settings = Made();
        Assert.False(KeyLife.Lost(settings, "an operator", TimeProvider.System).Done);
        File.Delete(Path.Combine(settings.Keys, "ledger.key"));
        var done = KeyLife.Lost(settings, "an operator", TimeProvider.System);
        Assert.True(done.Done, done.Lines[0]);
        var leaves = RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).ToList();
        Assert.Equal(KeyHappening.Lost, Assert.IsType<KeyEvent>(leaves[1]).Happening);
        Made();
    }

    private GatewaySettings Made()
    {
        var settings = RunningGateway.SettingsIn(ground.Folder);
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(TimeProvider.System));
        journal.AppendStop(TimeProvider.System);
        return settings;
    }

    private static SignedNote Newest(LogPlace place) => Checkpoint.ParseNote(File.ReadAllBytes(place.CheckpointFile))!.Value.Note;
}
