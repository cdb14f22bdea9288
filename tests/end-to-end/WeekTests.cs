using System.Buffers.Binary;
using System.Globalization;
using TaserTelemetry.Ledger.Tests.Independent;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>
/// The ledger of a simulated week, judged by three programs that share no code: taser-audit, the verifier in Go over Debian's x/mod, and a
/// shell script with OpenSSL alone. All accept it, and each rejects it after every tampering.
/// </summary>
public sealed class WeekTests
{
    private const string End = "2026-06-08T12:00:00+01:00";
    private const string Devices = "{ x26: 4, x2: 12, x26p: 6, taser7: 12, taser10: 6 }";
    private const string DevicesOfTheWeek = "{ x26: 1, x2: 4, x26p: 3, taser7: 3, taser10: 1 }";

    [Fact]
    public async Task A_simulated_weeks_ledger_is_accepted_by_three_verifiers_and_after_each_tampering_by_none()
    {
        using var ground = new Ground();
        var week = await MakeAsync(ground);
        var earlier = await File.ReadAllTextAsync(week.At("ledger/checkpoint"));
        FolderCopy.Make(ground.At("data"), ground.At("old/data"));
        FolderCopy.Make(ground.At("keys"), ground.At("old/keys"));
        await EnrolAsync(ground, "dock-z", ground.At("gateway.json"));
        Assert.Equal((0, 0, 0), await week.VerdictsAsync());
        foreach (var (name, file, tamper) in Tamperings(week, earlier))
        {
            var aside = ground.At("aside");
            File.Copy(file, aside, overwrite: true);
            tamper(file);
            var verdicts = await week.VerdictsAsync();
            // without any segment taser-audit says that it cannot read the folder (4)
            Assert.True(verdicts is (3 or 4, 3, 3), $"{name}: taser-audit, Go, OpenSSL answered {verdicts}");
            File.Move(aside, file, overwrite: true);
        }
        File.Delete(week.At("journal/00000000000000100000.seg"));
        foreach (var kind in new[] { "ledger/tile/0", "ledger/tile/entries" })
        {
            Swap(week.At($"{kind}/000"), week.At($"{kind}/001"));
            Assert.True(await week.VerdictsAsync() is (3, 3, 3), $"two files of {kind} swapped");
            Swap(week.At($"{kind}/000"), week.At($"{kind}/001"));
        }
        Assert.Equal((0, 0, 0), await week.VerdictsAsync());
        await SeeWhatOnlyMemoryFindsAsync(ground, week.At("ledger/checkpoint"));
        Assert.Equal((0, 0, 0), await week.VerdictsAsync(week.At("ledger/checkpoint")));
    }

    /// <summary>An older copy, and what the real key signs over it: each holds in itself, and not beside a checkpoint that somebody kept.</summary>
    private static async Task SeeWhatOnlyMemoryFindsAsync(Ground ground, string remembered)
    {
        var old = new Week(ground, ground.At("old/data"));
        Assert.Equal((0, 0, 0), await old.VerdictsAsync());
        Assert.Equal((3, 3, 3), await old.VerdictsAsync(remembered));
        var configuration = await File.ReadAllTextAsync(ground.At("gateway.json"));
        foreach (var folder in new[] { "data", "keys" })
        {
            configuration = configuration.Replace(
                $"\"{ground.At(folder)}\"",
                $"\"{ground.At("old/" + folder)}\"",
                StringComparison.Ordinal
            );
        }
        await File.WriteAllTextAsync(ground.At("old/gateway.json"), configuration);
        await EnrolAsync(ground, "dock-of-a-fork", ground.At("old/gateway.json"));
        Assert.Equal((0, 0, 0), await old.VerdictsAsync());
        Assert.Equal((3, 3, 3), await old.VerdictsAsync(remembered));
    }

    private static Task EnrolAsync(Ground ground, string dock, string configuration) =>
        RunAsync(ground, "taser-gateway", "enrol", "dock", dock, "--force", "county", "--armoury", "central", "--config", configuration);

    private static void Swap(string one, string other)
    {
        File.Move(one, one + ".swap");
        File.Move(other, one);
        File.Move(one + ".swap", other);
    }

    private static async Task<Week> MakeAsync(Ground ground)
    {
        var day = await File.ReadAllTextAsync(Path.Combine(Campaign.RepositoryRoot, "simulator", "Scenarios", "one-armoury-day.yaml"));
        // the devices that the day's uses and faults are planted on, and no more: the shell hashes every record in a file of its own
        var week = day.Replace("\ndays: 1\n", "\ndays: 7\n", StringComparison.Ordinal)
            .Replace(Devices, DevicesOfTheWeek, StringComparison.Ordinal);
        Assert.Contains(DevicesOfTheWeek, week);
        await File.WriteAllTextAsync(ground.At("week.yaml"), week);
        var made = await ArmouryDay.MakeAsync(ground, End, ground.At("week.yaml"));
        var configuration = await made.ConfigureAsync(serial: null);
        await RunAsync(ground, "taser-gateway", "ingest", made.Capture, "--config", configuration);
        Assert.Equal(made.Delivered.ToHashSet(), made.Stored().ToHashSet());
        return new Week(ground, made.Data);
    }

    private static async Task RunAsync(Ground ground, string program, params string[] arguments)
    {
        await using var process = RealProcess.StartOurs(program, ground.Folder, arguments);
        Assert.True(await process.WaitForExitAsync() == 0, process.Output + process.Errors);
    }

    private static IEnumerable<(string Name, string File, Action<string> Tamper)> Tamperings(Week week, string earlier)
    {
        var segment = week.At("journal/00000000000000000000.seg");
        var (checkpoint, log) = (week.At("ledger/checkpoint"), week.At("ledger/checkpoints.log"));
        var (received, commit) = Places(segment);
        yield return ("bit in a leaf", segment, file => Flip(file, 128 + 11 + 50));
        yield return ("bit in received bytes", segment, file => Flip(file, received));
        yield return ("bit in a record header", segment, file => Flip(file, 128 + 2));
        yield return ("bit in a commit entry", segment, file => Flip(file, commit + 12));
        yield return ("bit in a segment header", segment, file => Flip(file, 60));
        yield return ("bit in a header's empty part", segment, file => Flip(file, 100));
        yield return ("bit in free space", segment, file => Flip(file, new FileInfo(file).Length - 7));
        yield return ("segment truncated", segment, file => Cut(file, 40_000));
        yield return ("segment emptied", segment, file => Cut(file, 0));
        yield return ("segment deleted", segment, File.Delete);
        yield return ("tile deleted", week.At("ledger/tile/0/001"), File.Delete);
        yield return ("bit in a tile", week.At("ledger/tile/0/000"), file => Flip(file, 77));
        yield return ("bundle truncated", week.At("ledger/tile/entries/001"), file => Cut(file, 500));
        yield return ("bit in a bundle", week.At("ledger/tile/entries/000"), file => Flip(file, 1234));
        yield return ("checkpoint put back", checkpoint, file => File.WriteAllText(file, earlier));
        yield return ("bit in the checkpoint", checkpoint, file => Flip(file, 60));
        yield return ("checkpoint size edited", checkpoint, EditSize);
        yield return ("bit in checkpoints.log", log, file => Flip(file, 90));
        yield return ("checkpoints.log cut", log, file => Cut(file, 10));
        yield return (
            "segment duplicated",
            segment,
            file => File.Copy(file, file.Replace("000000.seg", "100000.seg", StringComparison.Ordinal))
        );
    }

    /// <summary>Offset of a received byte, and of a commit entry, as FORMAT.md clause 3 lays them out.</summary>
    private static (long Received, long Commit) Places(string segment)
    {
        var (received, commit) = (0L, 0L);
        using var file = File.OpenRead(segment);
        Span<byte> header = stackalloc byte[11];
        for (long at = 128; received == 0 || commit == 0; )
        {
            file.Position = at;
            file.ReadExactly(header);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
            var leaf = BinaryPrimitives.ReadUInt16LittleEndian(header[5..]);
            if (header[4] == 255)
            {
                commit = at;
            }
            else if (length > leaf + 40 && received == 0)
            {
                received = at + 11 + leaf + 4 + 32;
            }
            at += 11 + length;
        }
        return (received, commit);
    }

    private static void Flip(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 4));
    }

    private static void Cut(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(length);
    }

    private static void EditSize(string path)
    {
        var lines = File.ReadAllText(path).Split('\n');
        lines[1] = (ulong.Parse(lines[1], CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(path, string.Join('\n', lines));
    }

    private sealed class Week(Ground ground, string data)
    {
        // thousands of small files for a second: where there is a file system in memory, the script works there
        private static readonly Dictionary<string, string> InMemory = Directory.Exists("/dev/shm") ? new() { ["TMPDIR"] = "/dev/shm" } : [];

        public string At(string name) => Path.Combine(data, name);

        /// <summary>Exit codes of taser-audit, the Go verifier and the OpenSSL script: 0 accepted, 3 rejected.</summary>
        /// <param name="remembered">A checkpoint that somebody kept; empty: none.</param>
        public async Task<(int Audit, int Go, int OpenSsl)> VerdictsAsync(string remembered = "")
        {
            string[] kept = remembered.Length > 0 ? [remembered] : [];
            string[] option = [.. kept.SelectMany(file => new[] { "--checkpoint", file })];
            await using var audit = RealProcess.StartOurs("taser-audit", ground.Folder, ["verify", data, .. option]);
            var script = Path.Combine(AppContext.BaseDirectory, "check-ledger.sh");
            await using var shell = RealProcess.Start("sh", ground.Folder, InMemory, [script, data, .. kept]);
            var go = Task.Run(() =>
                GoVerifier.Run(["verify", .. kept.SelectMany(file => new[] { "-checkpoint", file }), At("journal"), At("ledger")]).ExitCode
            );
            return (await audit.WaitForExitAsync(), await go, await shell.WaitForExitAsync());
        }
    }
}
