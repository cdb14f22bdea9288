using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Tests;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Notes;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Auditor.Tests;

public sealed class VerifyTests
{
    [Fact]
    public void Without_a_policy_an_intact_ledger_is_self_consistent_only()
    {
        using var ledger = Audit.Ledger();
        var (exitCode, output, error) = Audit.Run("verify", ledger.Data);
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("self-consistent only; key and history not established", output, StringComparison.Ordinal);
        Assert.Contains("established: self\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_remembered_checkpoint_establishes_the_history_as_file_and_as_root()
    {
        using var ledger = Audit.Ledger();
        var checkpoint = Path.Combine(ledger.Data, "ledger", "checkpoint");
        var parsed = Checkpoint.ParseNote(File.ReadAllBytes(checkpoint))!.Value.Checkpoint;
        var policy = WritePolicy(ledger, "quorum none");
        foreach (string[] memory in new[] { new[] { "--checkpoint", checkpoint }, ["--root", $"{parsed.Size}:{parsed.Root}"] })
        {
            var json = VerifyJson(0, ["verify", ledger.Data, "--json", "--policy", policy, "--require", "remembered", .. memory]);
            Assert.Equal(["self", "remembered"], Names(json));
            Assert.Equal("policy", json.GetProperty("keyFrom").GetString());
        }
    }

    [Fact]
    public void What_is_required_and_not_established_exits_with_5()
    {
        using var ledger = Audit.Ledger();
        Assert.Equal(5, Audit.Run("verify", ledger.Data, "--require", "remembered").ExitCode);
        var policy = WritePolicy(ledger, $"witness w1 {Witness(1).Vkey}\nquorum w1");
        Assert.Equal(5, Audit.Run("verify", ledger.Data, "--policy", policy, "--require", "witnessed").ExitCode);
        Assert.Equal(2, Audit.Run("verify", ledger.Data, "--require", "witnessed").ExitCode);
    }

    [Fact]
    public void A_quorum_of_cosignatures_establishes_that_it_was_witnessed_and_one_too_few_does_not()
    {
        using var ledger = Audit.Ledger();
        var checkpoint = Path.Combine(ledger.Data, "ledger", "checkpoint");
        var policy = WritePolicy(ledger, $"witness w1 {Witness(1).Vkey}\nwitness w2 {Witness(2).Vkey}\ngroup two 2 w1 w2\nquorum two");
        File.AppendAllText(checkpoint, Witness(1).Line(checkpoint));
        Assert.Equal(5, Audit.Run("verify", ledger.Data, "--policy", policy, "--require", "witnessed").ExitCode);
        File.AppendAllText(checkpoint, Witness(2).Line(checkpoint));
        var json = VerifyJson(0, ["verify", ledger.Data, "--policy", policy, "--require", "witnessed", "--json"]);
        Assert.Equal(["self", "witnessed"], Names(json));
        Assert.Equal(5, json.GetProperty("witnessedSize").GetInt32());
        Assert.Equal(["w1", "w2"], json.GetProperty("witnessedBy").EnumerateArray().Select(w => w.GetString()));
    }

    [Fact]
    public void A_root_that_was_never_signed_here_exits_with_3_and_is_named()
    {
        using var ledger = Audit.Ledger();
        var other = $"3:{Hash256.From(new byte[32])}";
        var (exitCode, output, _) = Audit.Run("verify", ledger.Data, "--root", other);
        Assert.Equal(3, exitCode);
        Assert.Contains(other, output, StringComparison.Ordinal);
        Assert.Contains("CHANGED OR DAMAGED", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flipped_bit_anywhere_in_used_journal_or_ledger_exits_with_3_and_says_where()
    {
        using var ledger = Audit.Ledger(2);
        var random = new Random(20);
        foreach (var file in Directory.GetFiles(ledger.Data, "*", SearchOption.AllDirectories))
        {
            var length = new FileInfo(file).Length;
            for (var n = 0; n < 12 && length > 0 && !IsDerivedLeftover(file); n++)
            {
                var used = file.EndsWith(".seg", StringComparison.Ordinal) ? Math.Min(length, 2_000) : length;
                var at = n == 0 ? length - 1 : random.NextInt64(used);
                Flip(file, at, random.Next(8));
                var json = VerifyJson(3, ["verify", ledger.Data, "--json"], $"{file} byte {at}");
                Assert.NotEmpty(json.GetProperty("problems").EnumerateArray());
                Assert.Empty(Names(json));
                Undo(file);
            }
        }
        Assert.Equal(0, Audit.Run("verify", ledger.Data).ExitCode);
    }

    [Fact]
    public void Zeroed_bytes_are_damage_unless_a_disposal_leaf_covers_them()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, [SampleLedger.Event(EventCode.Arm, SampleLedger.Morning)]);
        ledger.AppendBatch("X29000001", 1, [SampleLedger.Event(EventCode.Arm, SampleLedger.Morning)]);
        ledger.Append(
            new Disposal(
                1,
                new ActorId(1, 1),
                new ActorId(2, 2),
                1,
                RetentionClass.Routine,
                new SequenceRanges(new SequenceRange(1, 1)),
                100
            )
        );
        ledger.Finish();
        ZeroLastPart(ledger.Data, 1);
        var json = VerifyJson(0, ["verify", ledger.Data, "--json"]);
        Assert.Equal(1, json.GetProperty("disposedRecords").GetInt32());
        ZeroLastPart(ledger.Data, 0);
        json = VerifyJson(3, ["verify", ledger.Data, "--json"]);
        Assert.Contains(json.GetProperty("problems").EnumerateArray(), p => p.GetProperty("index").GetInt32() == 0);
    }

    [Fact]
    public void A_folder_that_cannot_be_audited_exits_with_4_and_says_what_to_do()
    {
        using var ledger = Audit.Ledger(1);
        var empty = Directory.CreateDirectory(Path.Combine(ledger.Root, "empty")).FullName;
        Expect(4, "does not exist", "verify", Path.Combine(ledger.Root, "nowhere"));
        Expect(4, "is empty", "verify", empty);
        Expect(4, $"Did you mean {ledger.Data}?", "verify", ledger.Root);
        Expect(4, $"Did you mean {ledger.Data}?", "verify", Path.Combine(ledger.Data, "journal"));
        Expect(4, "is a file", "verify", Path.Combine(ledger.Data, "ledger", "checkpoint"));
        Expect(4, "nowhere.policy", "verify", ledger.Data, "--policy", Path.Combine(ledger.Root, "nowhere.policy"));
    }

    [Fact]
    public void Wrong_usage_exits_with_2_and_suggests_the_right_word()
    {
        using var ledger = Audit.Ledger(1);
        Expect(2, "verify", "verfy", ledger.Data);
        Expect(2, "--policy", "verify", ledger.Data, "--polcy", "x");
        Expect(2, "SIZE:BASE64", "verify", ledger.Data, "--root", "12");
        Expect(2, "Required argument", "verify");
        Expect(2, "remembered", "verify", ledger.Data, "--require", "all");
        var policy = Path.Combine(ledger.Root, "policy");
        File.WriteAllText(policy, "log nonsense\nquorum none\n");
        Expect(2, "line 1", "verify", ledger.Data, "--policy", policy);
    }

    [Fact]
    public void A_ledger_verified_changes_by_not_one_byte_and_opens_no_socket_but_local_ones()
    {
        using var ledger = Audit.Ledger();
        var before = Fingerprint(ledger.Data);
        var trace = Path.Combine(ledger.Root, "trace");
        var (exitCode, output, error) = Audit.RunProcess(
            "strace",
            "-f",
            "-e",
            "trace=socket",
            "-o",
            trace,
            Audit.Program,
            "verify",
            ledger.Data
        );
        Assert.True(exitCode == 0, error);
        Assert.Contains("INTACT", output, StringComparison.Ordinal);
        Assert.All(
            File.ReadLines(trace).Where(l => l.Contains("socket(", StringComparison.Ordinal)),
            l => Assert.Contains("AF_UNIX", l, StringComparison.Ordinal)
        );
        Assert.Equal(before, Fingerprint(ledger.Data));
    }

    /// <summary>A witness of a fixed seed: its vkey, and how it cosigns a checkpoint file.</summary>
    private static (string Vkey, Func<string, string> Line) Witness(byte seed)
    {
        var key = SigningKey.FromSeed($"witness.example/{seed}", [.. Enumerable.Repeat(seed, 32)]);
        var verifier = VerifierKey.From(key.Verifier.Name, SignatureType.CosignatureV1, key.Verifier.Key)!;
        return (verifier.ToString(), Cosign);

        string Cosign(string file)
        {
            const ulong Time = 1_795_340_000;
            var text = SignedNote.Parse(File.ReadAllBytes(file))!.Text;
            var time = new byte[8];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(time, Time);
            return new NoteSignature(
                verifier.Name,
                verifier.Id,
                (byte[])[.. time, .. key.Sign(Cosignature.Message(Time, text))]
            ).ToString();
        }
    }

    private static void Expect(int exitCode, string said, params string[] args)
    {
        var (actual, output, error) = Audit.Run(args);
        Assert.True(actual == exitCode, $"exit {actual}: {error}");
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.Equal("", output);
    }

    private static JsonElement VerifyJson(int exitCode, string[] args, string about = "")
    {
        var (actual, output, error) = Audit.Run(args);
        Assert.True(actual == exitCode, $"{about}: exit {actual}, not {exitCode}: {output}{error}");
        var json = JsonDocument.Parse(output).RootElement;
        Assert.Equal("taser-audit/verify/1", json.GetProperty("schema").GetString());
        Assert.Equal(exitCode, json.GetProperty("exitCode").GetInt32());
        return json;
    }

    private static IEnumerable<string?> Names(JsonElement json) =>
        json.GetProperty("established").EnumerateArray().Select(e => e.GetString());

    private static string WritePolicy(SampleLedger ledger, string rest)
    {
        var file = Path.Combine(ledger.Root, "policy.txt");
        File.WriteAllText(
            file,
            $"# the force's policy\nlog {File.ReadAllText(Path.Combine(ledger.Data, "ledger", "ledger.vkey"))}{rest}\n"
        );
        return file;
    }

    /// <summary>Snapshots are derived and read by the gateway alone; partial tiles of older checkpoints may be deleted at any time.</summary>
    private static bool IsDerivedLeftover(string file) =>
        file.EndsWith(".snap", StringComparison.Ordinal) || file.EndsWith(".p/1", StringComparison.Ordinal);

    private static void Flip(string file, long at, int bit)
    {
        File.Copy(file, file + "~");
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= (byte)(1 << bit);
        File.WriteAllBytes(file, bytes);
        File.Move(file + "~", Path.Combine(Path.GetTempPath(), Path.GetFileName(file) + "~"), true);
    }

    private static void Undo(string file) => File.Move(Path.Combine(Path.GetTempPath(), Path.GetFileName(file) + "~"), file, true);

    private static string Fingerprint(string folder) =>
        string.Join(
            '\n',
            Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f =>
                    $"{f} {File.GetLastWriteTimeUtc(f):O} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f)))}"
                )
        );

    /// <summary>Zeroes salt, received bytes and their CRC of a record, as a disposal does.</summary>
    private static void ZeroLastPart(string data, ulong index)
    {
        using var reader = Ledger.Journals.JournalReader.Open(new Ledger.Disks.RealDisk(), Path.Combine(data, "journal"), index);
        Assert.Equal(Ledger.Journals.ReadStatus.Record, reader.Read());
        var start = reader.Offset + 11 + reader.Leaf.Length + 4;
        var length = 32 + reader.Received.Length + 4;
        using var file = File.OpenWrite(Path.Combine(data, "journal", $"{reader.Segment:D20}.seg"));
        file.Position = start;
        file.Write(new byte[length]);
    }
}
