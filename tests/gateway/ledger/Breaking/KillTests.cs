using System.Diagnostics;
using TaserTelemetry.Ledger.Tests.Independent;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Ledger.Tests.Breaking;

/// <summary>Real processes on the real disk, killed at random moments or given errors at their system calls.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static string Self => typeof(ChildWriter).Assembly.Location;

    [Fact, Trait("Campaign", "ledger-kill")]
    public void Killed_at_random_moments_nothing_acknowledged_is_missing_or_doubled()
    {
        var oracle = new Oracle(folder);
        var random = new Random((int)Campaign.Seed);
        var kills = Campaign.Is("ledger-kill") ? 200 : 10;
        for (var kill = 0; kill < kills; kill++)
        {
            using var child = Process.Start(
                new ProcessStartInfo("dotnet", [Self, .. oracle.Arguments(1_000_000)]) { RedirectStandardOutput = true }
            )!;
            for (var lines = random.Next(0, 60); lines >= 0 && child.StandardOutput.ReadLine() is { } line; lines--)
                oracle.Hear(line);
            child.Kill();
            while (child.StandardOutput.ReadLine() is { } line)
                oracle.Hear(line);
            child.WaitForExit();
            if (kill % 3 == 2 || kill == kills - 1)
                oracle.Judge($"kill {kill}");
        }
        if (Campaign.Is("ledger-kill"))
            Console.WriteLine($"CAMPAIGN ledger-kill seed {Campaign.Seed}: {kills} kills, nothing acknowledged missing or doubled");
    }

    [Fact, Trait("Campaign", "ledger-faults")]
    public void Errors_and_kills_at_each_system_call_of_a_commit_are_survived()
    {
        var oracle = new Oracle(folder);
        var random = new Random((int)Campaign.Seed);
        string[] calls = ["openat", "pwrite64", "fdatasync", "fsync", "rename"];
        string[] faults = ["error=EIO", "error=ENOSPC", "signal=SIGKILL"];
        var (runs, hits) = (0, 0);
        var rounds = Campaign.Is("ledger-faults") ? 20 : 1;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var call in calls)
            {
                foreach (var fault in faults)
                {
                    runs++;
                    hits += Inject(oracle, call, fault, round == 0 && rounds > 1 ? 1 : random.Next(1, call == "rename" ? 25 : 60)) ? 1 : 0;
                }
            }
        }
        // a full disk is outlived, and a run may end before its call comes; but most faults must have hit something
        Assert.True(hits * 3 >= runs, $"{hits} of {runs} children ended early: the faults do not reach them");
        if (Campaign.Is("ledger-faults"))
            Console.WriteLine(
                $"CAMPAIGN ledger-faults seed {Campaign.Seed}: {runs} faults injected, {hits} ended the writer, all survived"
            );
    }

    /// <summary>Whether the child felt it: it ended with an error, or was killed.</summary>
    private bool Inject(Oracle oracle, string call, string fault, int when)
    {
        var inject = $"inject={call}:{fault}:when={when}" + (fault == "error=ENOSPC" ? $"..{when + 3}" : "");
        List<string> arguments = ["-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null", "-e", $"trace={call}", "-e", inject];
        foreach (var path in Paths())
            arguments.AddRange(["-P", path]);
        var (exitCode, output) = GoVerifier.Start("strace", [.. arguments, "dotnet", Self, .. oracle.Arguments(40)], null, "");
        Assert.DoesNotContain("strace:", output);
        foreach (var line in output.Split('\n'))
            oracle.Hear(line);
        oracle.Judge($"{call} {fault} {when}");
        return exitCode != 0;
    }

    /// <summary>strace looks at calls on these paths alone, so that the runtime's own files are left in peace.</summary>
    private IEnumerable<string> Paths()
    {
        string In(params string[] parts) => Path.Combine([folder.Path, .. parts]);
        yield return In("data", "journal");
        yield return In("data", "journal", "next.tmp");
        foreach (var copy in Directory.Exists(In("data", "journal")) ? Directory.GetFiles(In("data", "journal"), "*.seg") : [])
            yield return copy + ".tmp";
        yield return In("data", "ledger");
        yield return In("data", "ledger", "checkpoint.tmp");
        yield return In("data", "ledger", "checkpoints.log");
        yield return In("data", "ledger", "ledger.vkey.tmp");
        yield return In("keys");
        yield return In("keys", "ledger.last.tmp");
        if (!Directory.Exists(In("data", "journal")))
            yield break;
        foreach (var segment in Directory.GetFiles(In("data", "journal"), "*.seg"))
            yield return segment;
    }
}
