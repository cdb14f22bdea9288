using System.Globalization;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Trees;
using TaserTelemetry.Ledger.Verifying;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Ledger.Tests.Independent;

/// <summary>One ledger that we wrote, and what can be done to it: our verifier and the one in Go must always agree.</summary>
public sealed class BothVerifiersTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder folder = new();
    private readonly LogPlace place;
    private readonly List<JournalItem> items = [];
    private string earlier = "";

    public BothVerifiersTests()
    {
        place = LogPlace.Ledger(folder.Data);
        Write(1, 700);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_untouched_ledger_is_accepted_by_all_three()
    {
        Assert.Equal([], Ours().Problems);
        AssertGoAccepts();
        Assert.Equal(0, Shell().ExitCode);
    }

    public static TheoryData<string> Tamperings => [.. Tricks.Keys];

    [Theory]
    [MemberData(nameof(Tamperings))]
    public void Every_tampering_is_rejected_by_both(string tampering)
    {
        Tamper(tampering);
        Assert.NotEmpty(Ours().Problems);
        var (exitCode, output) = Go();
        Assert.True(exitCode == 3, output);
    }

    [Theory]
    [InlineData("bit in the checkpoint")]
    [InlineData("checkpoint size edited")]
    public void A_changed_checkpoint_is_rejected_by_the_shell_script(string tampering)
    {
        Tamper(tampering);
        Assert.Equal(3, Shell().ExitCode);
    }

    [Fact]
    public void A_roll_back_to_an_older_copy_is_found_with_a_remembered_checkpoint_and_only_so()
    {
        var old = Path.Combine(folder.Path, "old");
        FolderCopy.Make(folder.Data, old);
        Write(2, 300);
        var remembered = Path.Combine(folder.Path, "remembered");
        File.Copy(place.CheckpointFile, remembered);
        Directory.Delete(folder.Data, recursive: true);
        FolderCopy.Make(old, folder.Data);
        Assert.Equal([], Ours().Problems);
        Assert.Contains(Ours(remembered).Problems, problem => problem.Area == VerifyArea.Remembered);
        AssertGoAccepts();
        Assert.Equal(3, Go(remembered).ExitCode);
        Assert.Equal((0, true), Says(WholeByShell(), "accepted"));
        Assert.Equal((3, true), Says(WholeByShell(remembered), "an older copy was put back"));
        Assert.Throws<LogRestoredException>(Open);
    }

    [Fact]
    public void A_fork_signed_with_the_real_key_is_found_with_a_remembered_checkpoint()
    {
        var remembered = Path.Combine(folder.Path, "remembered");
        File.Copy(place.CheckpointFile, remembered);
        Directory.Delete(folder.Data, recursive: true);
        File.Delete(Path.Combine(folder.Keys, "ledger.last"));
        Write(99, 1500);
        Assert.Equal([], Ours().Problems);
        Assert.Contains(Ours(remembered).Problems, problem => problem.Area == VerifyArea.Remembered);
        AssertGoAccepts();
        Assert.Equal(3, Go(remembered).ExitCode);
        Assert.Equal((0, true), Says(WholeByShell(), "accepted"));
        Assert.Equal((3, true), Says(WholeByShell(remembered), "another one was signed"));
    }

    [Fact]
    public void A_remembered_checkpoint_that_the_ledger_leads_to_is_accepted_by_all_three()
    {
        var remembered = Path.Combine(folder.Path, "remembered");
        File.Copy(place.CheckpointFile, remembered);
        Write(2, 300);
        Assert.Equal([], Ours(remembered).Problems);
        Assert.Equal(0, Go(remembered).ExitCode);
        Assert.Equal((0, true), Says(WholeByShell(remembered), "accepted"));
    }

    [Fact]
    public void A_proof_of_one_leaf_is_accepted_offline_by_both_and_no_other_leaf_with_it()
    {
        var note = Checkpoint.ParseNote(File.ReadAllBytes(place.CheckpointFile))!.Value;
        var reader = new TileReader(new RealDisk(), place.Tlog, note.Checkpoint.Size);
        Assert.Equal(note.Checkpoint.Root, reader.Root());
        var key = VerifierKey.Parse(File.ReadAllText(place.VkeyFile))!;
        foreach (var index in new ulong[] { 0, 255, 256, 511, 640, note.Checkpoint.Size - 1 })
        {
            var proof = new TlogProof(index, reader.Inclusion(index), note.Note);
            var parsed = TlogProof.Parse(System.Text.Encoding.UTF8.GetBytes(proof.ToString()))!;
            Assert.True(parsed.Holds(items[(int)index].Leaf.Span, key));
            Assert.False(parsed.Holds(items[(int)index ^ 1].Leaf.Span, key));
            var (leafFile, proofFile) = (Path.Combine(folder.Path, "leaf"), Path.Combine(folder.Path, "leaf.tlog-proof"));
            File.WriteAllBytes(leafFile, items[(int)index].Leaf.ToArray());
            File.WriteAllText(proofFile, proof.ToString());
            Assert.Equal(0, GoVerifier.Run("proof", "-vkey", key.ToString(), leafFile, proofFile).ExitCode);
            File.WriteAllBytes(leafFile, items[(int)index ^ 1].Leaf.ToArray());
            Assert.Equal(3, GoVerifier.Run("proof", "-vkey", key.ToString(), leafFile, proofFile).ExitCode);
        }
    }

    [Fact]
    public void A_private_key_under_DATA_is_reported()
    {
        File.Copy(Path.Combine(folder.Keys, "ledger.key"), Path.Combine(folder.Data, "records-backup"));
        Assert.Contains(Ours().Problems, problem => problem.Area == VerifyArea.PrivateKey && problem.File == "records-backup");
    }

    private TamperEvidentLog Open() => TamperEvidentLog.Open(new LogOptions(place, folder.Keys) { SegmentBytes = 64 << 10 });

    private void Write(int seed, int records)
    {
        var random = new Random(seed);
        using var log = Open();
        var time = Noon;
        for (var left = records; left > 0; )
        {
            var group = SampleItems.Group(random, Math.Min(left, random.Next(1, 60)));
            Assert.Equal(AppendStatus.Durable, log.Append(group).Status);
            items.AddRange(group);
            left -= group.Length;
            time += TimeSpan.FromSeconds(11);
            log.TrySign(time);
            if (earlier.Length == 0)
                earlier = File.ReadAllText(place.CheckpointFile);
        }
        log.TrySign(time, stopping: true);
    }

    private static readonly Dictionary<string, Action<BothVerifiersTests>> Tricks = new()
    {
        ["bit in a leaf"] = test => Flip(test.Segment(1), 128 + 11 + 50),
        ["bit in received bytes"] = test => Flip(test.Segment(1), FirstReceivedByte(test.Segment(1))),
        ["bit in a record header"] = test => Flip(test.Segment(1), 128 + 2),
        ["bit in a commit entry"] = test => Flip(test.Segment(1), CommitEntryOf(test.Segment(1)) + 12),
        ["bit in a segment header"] = test => Flip(test.Segment(2), 60),
        ["bit in a header's empty part"] = test => Flip(test.Segment(2), 100),
        ["bit in free space"] = test => Flip(test.Segment(^1), (int)new FileInfo(test.Segment(^1)).Length - 7),
        ["segment deleted"] = test => File.Delete(test.Segment(2)),
        ["first segment deleted"] = test => File.Delete(test.Segment(0)),
        ["segments swapped"] = test => Swap(test.Segment(1), test.Segment(2)),
        ["segment duplicated"] = test => File.Copy(test.Segment(1), Path.Combine(test.place.Journal, JournalFormat.SegmentName(100_000))),
        ["segment truncated"] = test => Cut(test.Segment(1), 40_000),
        ["segment emptied"] = test => Cut(test.Segment(1), 0),
        ["tile deleted"] = test => File.Delete(test.InTlog("tile/0/001")),
        ["bit in a tile"] = test => Flip(test.InTlog("tile/0/000"), 77),
        ["bit in a level-1 tile"] = test => Flip(test.InTlog("tile/1/000.p/2"), 3),
        ["bundle truncated"] = test => Cut(test.InTlog("tile/entries/001"), 500),
        ["bit in a bundle"] = test => Flip(test.InTlog("tile/entries/000"), 1234),
        ["checkpoint put back"] = test => File.WriteAllText(test.place.CheckpointFile, test.earlier),
        ["bit in the checkpoint"] = test => Flip(test.place.CheckpointFile, 60),
        ["bit in checkpoints.log"] = test => Flip(test.place.CheckpointsLog, 90),
        ["checkpoints.log cut"] = test => Cut(test.place.CheckpointsLog, 10),
        ["checkpoint size edited"] = test => test.EditSize(),
    };

    private void Tamper(string tampering) => Tricks[tampering](this);

    private string InTlog(string name) => Path.Combine(place.Tlog, name);

    private string Segment(Index index)
    {
        var segments = Directory.GetFiles(place.Journal, "*.seg").Order(StringComparer.Ordinal).ToArray();
        Assert.True(segments.Length > 3);
        return segments[index];
    }

    private static void Swap(string one, string other)
    {
        File.Move(one, one + "x");
        File.Move(other, one);
        File.Move(one + "x", other);
    }

    private void EditSize()
    {
        var lines = File.ReadAllText(place.CheckpointFile).Split('\n');
        lines[1] = (ulong.Parse(lines[1], CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(place.CheckpointFile, string.Join('\n', lines));
    }

    private static int FirstReceivedByte(string segment)
    {
        var bytes = File.ReadAllBytes(segment);
        for (var at = 128; ; )
        {
            RecordWalk.ReadHeader(bytes.AsSpan(at), out var header, out _);
            if (header.Kind != RecordKind.Commit && header.ReceivedBytes > 0)
                return at + header.LeafPartEnd + 32;
            at += header.TotalBytes;
        }
    }

    private static int CommitEntryOf(string segment)
    {
        var bytes = File.ReadAllBytes(segment);
        for (var at = 128; ; )
        {
            RecordWalk.ReadHeader(bytes.AsSpan(at), out var header, out _);
            if (header.Kind == RecordKind.Commit)
                return at;
            at += header.TotalBytes;
        }
    }

    private VerifyResult Ours(string? remembered = null)
    {
        var note = remembered is null ? null : Checkpoint.ParseNote(File.ReadAllBytes(remembered))?.Checkpoint;
        return LedgerVerifier.Run(
            new VerifyOptions(place)
            {
                Data = folder.Data,
                Remembered = note is null ? [] : [new RememberedCheckpoint(note.Size, note.Root, "remembered")],
            }
        );
    }

    private (int ExitCode, string Output) Go(string? remembered = null) =>
        remembered is null
            ? GoVerifier.Run("verify", place.Journal, place.Tlog)
            : GoVerifier.Run("verify", "-checkpoint", remembered, place.Journal, place.Tlog);

    private void AssertGoAccepts()
    {
        var (exitCode, output) = Go();
        Assert.True(exitCode == 0, output);
    }

    private (int ExitCode, string Output) Shell() =>
        GoVerifier.Start(Path.Combine(AppContext.BaseDirectory, "check-checkpoint.sh"), [place.VkeyFile, place.CheckpointFile], null, "");

    /// <summary>The script that checks a whole ledger, with OpenSSL alone.</summary>
    private (int ExitCode, string Output) WholeByShell(params string[] remembered) =>
        GoVerifier.Start("sh", [Path.Combine(AppContext.BaseDirectory, "check-ledger.sh"), folder.Data, .. remembered], null, "");

    private static (int ExitCode, bool SaysSo) Says((int ExitCode, string Output) verdict, string words) =>
        (verdict.ExitCode, verdict.Output.Contains(words, StringComparison.Ordinal));

    private static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 4;
        File.WriteAllBytes(file, bytes);
    }

    private static void Cut(string file, int length)
    {
        using var stream = File.OpenWrite(file);
        stream.SetLength(length);
    }
}
