using System.IO.Compression;
using TaserTelemetry.Evidence.Bundles;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Tests;
using TaserTelemetry.FirmwareProtocol.Records;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Auditor.Tests;

public sealed class EvidenceTests
{
    private static readonly string[] Period = ["--from", "2026-11-22T08:00:00Z", "--to", "2026-11-22T09:00:00Z"];

    [Fact]
    public void A_bundle_holds_the_sessions_of_one_device_whole_with_the_record_before_and_after_and_nobody_elses()
    {
        using var ledger = Sessions();
        var file = Make(ledger);
        var (exitCode, output, error) = Audit.Run("verify-evidence", file);
        Assert.True(exitCode == 0, output + error);
        Assert.Contains("complete from sequence 0 to 29", output, StringComparison.Ordinal);
        using var zip = ZipFile.OpenRead(file);
        var leaves = zip.Entries.Where(e => e.FullName.StartsWith("leaves/", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            ["00000000000000000000", "00000000000000000001", "00000000000000000003", "00000000000000000004"],
            leaves.Select(e => Path.GetFileNameWithoutExtension(e.Name))
        );
        var all = string.Concat(zip.Entries.Select(e => System.Text.Encoding.Latin1.GetString(Read(e))));
        Assert.DoesNotContain("X29000002", all, StringComparison.Ordinal);
        Assert.Contains("WHAT IS NOT PROVEN", all, StringComparison.Ordinal);
    }

    [Fact]
    public void Python_and_OpenSSL_alone_accept_what_was_unpacked_and_reject_any_changed_record()
    {
        using var ledger = Sessions();
        var folder = Path.Combine(ledger.Root, "unpacked");
        ZipFile.ExtractToDirectory(Make(ledger), folder);
        Expect(0, folder, "python3", "checks/check.py");
        Expect(0, folder, "sh", "checks/check.sh");
        Flip(Directory.GetFiles(Path.Combine(folder, "received"))[1], 30);
        Expect(3, folder, "python3", "checks/check.py");
        Expect(3, folder, "sh", "checks/check.sh");
        Flip(Directory.GetFiles(Path.Combine(folder, "received"))[1], 30);
        Flip(Path.Combine(folder, "checkpoint.txt"), 3);
        Expect(3, folder, "python3", "checks/check.py");
        Expect(3, folder, "sh", "checks/check.sh");
    }

    [Fact]
    public void Every_file_of_a_bundle_changed_removed_or_added_is_noticed()
    {
        using var ledger = Sessions();
        var original = File.ReadAllBytes(Make(ledger));
        string[] free = ["README.txt", "checks/check.py", "checks/check.sh", "known-faults.json"];
        foreach (var name in Names(original).Except(free))
        {
            Assert.NotEqual(0, CheckChanged(ledger, original, name, bytes => [.. bytes[..^3], (byte)(bytes[^3] ^ 1), .. bytes[^2..]]));
            Assert.NotEqual(0, CheckChanged(ledger, original, name, _ => null));
        }
        Assert.Equal(3, CheckChanged(ledger, original, "received/extra.bin", _ => [1, 2, 3]));
        Assert.Equal(0, CheckChanged(ledger, original, "README.txt", bytes => bytes));
    }

    [Fact]
    public void The_same_bundle_twice_is_the_same_bytes_and_is_never_overwritten()
    {
        using var ledger = Sessions();
        var first = Make(ledger);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(Make(ledger, "second.zip")));
        Assert.Equal(2, Audit.Run(["evidence", ledger.Data, "--device", "X29000001", .. Period, "--out", first]).ExitCode);
    }

    [Fact]
    public void What_is_withheld_is_shown_to_exist_and_the_bundle_no_longer_claims_to_be_complete()
    {
        using var ledger = Sessions();
        var bytesWithheld = Make(ledger, "a.zip", "--redact", "bytes:1");
        var (exitCode, output, _) = Audit.Run("verify-evidence", bytesWithheld);
        Assert.Equal(0, exitCode);
        Assert.Contains("not shown complete, because the raw bytes of leaf 1 are withheld", output, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Names(File.ReadAllBytes(bytesWithheld)),
            n => n.Contains("01.bin", StringComparison.Ordinal) || n.Contains("01.salt", StringComparison.Ordinal)
        );
        var leafWithheld = Make(ledger, "b.zip", "--redact", "leaf:0-1");
        Assert.Equal(0, Audit.Run("verify-evidence", leafWithheld).ExitCode);
        var names = Names(File.ReadAllBytes(leafWithheld));
        Assert.DoesNotContain("leaves/00000000000000000001.leaf", names);
        Assert.Contains("proofs/00000000000000000001.tlog-proof", names);
        Assert.Equal(
            2,
            Audit.Run(["evidence", ledger.Data, "--device", "X29000001", .. Period, "--out", "c.zip", "--redact", "names"]).ExitCode
        );
    }

    [Fact]
    public void A_hole_in_the_log_is_said_in_the_sentence_of_completeness()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(0, 10));
        ledger.AppendBatch("X29000001", 15, Events(20, 10));
        ledger.Finish();
        var (_, output, _) = Audit.Run("verify-evidence", Make(ledger));
        Assert.Contains(
            "from sequence 0 to 24 not shown complete, because sequences 10 to 14 are not here",
            output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_differing_record_brings_its_other_copy_along()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(-50_000, 10), change: b => b with { Arrival = b.Arrival with { SessionId = 7 } });
        ledger.AppendBatch(
            "X29000001",
            5,
            Events(0, 10),
            new SequenceRanges(new SequenceRange(10, 5)),
            b => b with { VariantRanges = new SequenceRanges(new SequenceRange(5, 5)) }
        );
        ledger.Finish();
        var file = Make(ledger);
        Assert.Contains("leaves/00000000000000000000.leaf", Names(File.ReadAllBytes(file)));
        var (exitCode, output, _) = Audit.Run("verify-evidence", file);
        Assert.Equal(0, exitCode);
        Assert.Contains("differ from an earlier copy", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_with_another_key_does_not_accept_the_bundle_and_an_unknown_device_makes_none()
    {
        using var ledger = Sessions();
        var policy = Path.Combine(ledger.Root, "policy");
        File.WriteAllText(policy, $"log {File.ReadAllText(Path.Combine(ledger.Data, "ledger", "ledger.vkey"))}quorum none\n");
        var file = Make(ledger);
        var (exitCode, output, _) = Audit.Run("verify-evidence", file, "--policy", policy);
        Assert.Equal(0, exitCode);
        Assert.Contains("as your policy names it", output, StringComparison.Ordinal);
        using var other = Audit.Ledger(1);
        File.WriteAllText(policy, $"log {File.ReadAllText(Path.Combine(other.Data, "ledger", "ledger.vkey"))}quorum none\n");
        Assert.Equal(3, Audit.Run("verify-evidence", file, "--policy", policy).ExitCode);
        var (unknown, _, error) = Audit.Run([
            "evidence",
            ledger.Data,
            "--device",
            "x29000001",
            .. Period,
            "--out",
            Path.Combine(ledger.Root, "no.zip"),
        ]);
        Assert.Equal(4, unknown);
        Assert.Contains("no record of device x29000001", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(ledger.Root, "no.zip")));
    }

    [Fact]
    public void Two_downloads_of_a_device_are_compared_record_by_record()
    {
        using var ledger = Sessions();
        var first = Make(ledger, "first.zip");
        var (exitCode, output, _) = Audit.Run("verify-evidence", first, "--compare", Make(ledger, "second.zip", "--redact", "bytes:3"));
        Assert.Equal(0, exitCode);
        Assert.Contains("AGREE.", output, StringComparison.Ordinal);
        Assert.Contains("5 in the first, 0 in the second", output, StringComparison.Ordinal);
        // another gateway read the same device, and one record of it is another
        using var other = new SampleLedger();
        other.AppendBatch("X29000001", 10, [.. Events(60, 4), SampleLedger.Event(EventCode.Trigger, SampleLedger.Morning + 64, 9_000)]);
        other.Finish();
        (exitCode, output, _) = Audit.Run("verify-evidence", first, "--compare", Make(other));
        Assert.Equal(3, exitCode);
        Assert.Contains("4 records alike in every byte, 1 that differ", output, StringComparison.Ordinal);
        Assert.Contains("differs: Event log, epoch 1, sequence 14", output, StringComparison.Ordinal);
        var stranger = Path.Combine(other.Root, "stranger.zip");
        Assert.Equal(0, Audit.Run(["evidence", ledger.Data, "--device", "X29000002", .. Period, "--out", stranger]).ExitCode);
        Assert.Equal(2, Audit.Run("verify-evidence", first, "--compare", stranger).ExitCode);
    }

    [Fact]
    public void Holds_on_the_period_and_disposals_of_what_was_recorded_in_it_are_in_the_bundle()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(60, 10));
        ulong Ns(int hours) => (SampleLedger.Morning + (ulong)(hours * 3_600)) * SampleLedger.SecondNs;
        Hold Held(string device, int from, int to) =>
            new(Ns(20), new ActorId(1, 1), ledger.Log.NextIndex, device, Ns(from), Ns(to), Standing.InForce, 0, default);
        ledger.Append(Held("X29000001", 0, 2));
        ledger.Append(Held("", 0, 2));
        ledger.Append(Held("", 5, 6));
        ledger.Append(Held("X29000002", 0, 2));
        var gone = new SequenceRanges(new SequenceRange(0, 1));
        ledger.Append(new Disposal(Ns(21), new ActorId(1, 1), new ActorId(2, 2), 1, RetentionClass.Activation, gone, 500));
        ledger.Sign();
        ledger.Log.EraseReceived(index => index == 0);
        ledger.Finish();
        var file = Make(ledger);
        var leaves = Names(File.ReadAllBytes(file)).Where(n => n.StartsWith("leaves/", StringComparison.Ordinal));
        Assert.Equal([0, 1, 2, 5], leaves.Select(n => int.Parse(Path.GetFileNameWithoutExtension(n), null)));
        var (exitCode, output, _) = Audit.Run("verify-evidence", file);
        Assert.Equal(0, exitCode);
        Assert.Contains("the raw bytes of leaf 0 were disposed of under a retention policy", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bundle_says_who_made_it_on_what_authority_and_what_is_known_to_be_wrong_with_the_decoder()
    {
        using var ledger = Sessions();
        using var zip = ZipFile.OpenRead(Make(ledger, "a.zip", "--by", "evidence officer 7", "--authority", "court order 12"));
        string Text(string name) => System.Text.Encoding.UTF8.GetString(Read(zip.GetEntry(name)!));
        var readme = Text("README.txt");
        Assert.Contains("Made by     evidence officer 7 (a name as given", readme, StringComparison.Ordinal);
        Assert.Contains("Authority   court order 12", readme, StringComparison.Ordinal);
        Assert.Contains("Parser version 1: none known.", readme, StringComparison.Ordinal);
        var told = ParserFaults.Parse(Text("known-faults.json"));
        Assert.Equal(ParserFaults.All.Select(p => p.Version), told!.Select(p => p.Version));
        var fault = new ParserFault("7", "2026-12-01", "durations are doubled", 2);
        Assert.Empty(ParserFaults.NotIn([new ParserVersionFaults(1, [fault])], [1]));
    }

    [Fact]
    public void A_signed_head_that_held_after_the_session_raises_the_grade_that_the_bundle_shows()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(0, 10), change: b => b with { Epoch = default, Grade = AuthenticityGrade.D });
        ledger.Append(new ChainCheck(1, "X29000001", LogKind.Event, default, 0, 10, default, ChainResult.Verified, AuthenticityGrade.A));
        ledger.Finish();
        var file = Make(ledger);
        using var zip = ZipFile.OpenRead(file);
        using var manifest = System.Text.Json.JsonDocument.Parse(Read(zip.GetEntry("bundle.json")!));
        var reading = Assert.Single(manifest.RootElement.GetProperty("readings").EnumerateArray().ToList());
        Assert.Equal(["A"], reading.GetProperty("grades").EnumerateArray().Select(grade => grade.GetString()));
        Assert.Equal(0, Audit.Run("verify-evidence", file).ExitCode);
    }

    [Fact]
    public void A_file_that_is_no_bundle_exits_with_4()
    {
        using var ledger = Audit.Ledger(1);
        Assert.Equal(4, Audit.Run("verify-evidence", Path.Combine(ledger.Data, "ledger", "checkpoint")).ExitCode);
        Assert.Equal(4, Audit.Run("verify-evidence", Path.Combine(ledger.Root, "nowhere.zip")).ExitCode);
    }

    /// <summary>Leaf 0: the record before, in an older session; 1: in the period; 2: another device; 3: same session, later; 4: the record after.</summary>
    private static SampleLedger Sessions()
    {
        var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(-90_000, 10), change: b => b with { Arrival = b.Arrival with { SessionId = 7 } });
        ledger.AppendBatch("X29000001", 10, Events(60, 5));
        ledger.AppendBatch("X29000002", 0, Events(60, 5));
        ledger.AppendBatch("X29000001", 15, Events(8_000, 5));
        ledger.AppendBatch("X29000001", 20, Events(20_000, 10), change: b => b with { Arrival = b.Arrival with { SessionId = 9 } });
        ledger.AppendBatch("X29000001", 30, Events(30_000, 10), change: b => b with { Arrival = b.Arrival with { SessionId = 10 } });
        ledger.Finish();
        return ledger;
    }

    private static EventRecord[] Events(long second, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => SampleLedger.Event(EventCode.Trigger, (ulong)((long)SampleLedger.Morning + second + i), 5_000)),
        ];

    private static string Make(SampleLedger ledger, string name = "bundle.zip", params string[] more)
    {
        var file = Path.Combine(ledger.Root, name);
        var (exitCode, _, error) = Audit.Run(["evidence", ledger.Data, "--device", "X29000001", .. Period, "--out", file, .. more]);
        Assert.True(exitCode == 0, error);
        return file;
    }

    private static int CheckChanged(SampleLedger ledger, byte[] original, string name, Func<byte[], byte[]?> change)
    {
        var file = Path.Combine(ledger.Root, "changed.zip");
        File.WriteAllBytes(file, original);
        using (var zip = ZipFile.Open(file, ZipArchiveMode.Update))
        {
            var before = zip.GetEntry(name) is { } entry ? Read(entry) : [];
            zip.GetEntry(name)?.Delete();
            if (change(before) is { } after)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(after);
            }
        }
        return Audit.Run("verify-evidence", file).ExitCode;
    }

    private static List<string> Names(byte[] bundle)
    {
        using var zip = new ZipArchive(new MemoryStream(bundle));
        return [.. zip.Entries.Select(e => e.FullName)];
    }

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private static void Expect(int exitCode, string folder, string program, string script)
    {
        var (actual, output, error) = Audit.RunProcess("env", "-C", folder, program, script);
        Assert.True(actual == exitCode, $"{program} {script}: exit {actual}: {output}{error}");
    }
}
