using System.CommandLine;

namespace TaserTelemetry.Auditor.Tests;

/// <summary>Every verb that there is, as the real program, watched at the system call that opens a socket.</summary>
public sealed class NoNetworkTests
{
    [Fact]
    public void No_verb_opens_a_socket_but_local_ones_and_none_is_left_out()
    {
        using var day = ReturnsTests.Day();
        var bundle = Path.Combine(day.Root, "bundle.zip");
        string[] period = ["--from", "2026-11-22T08:00:00Z", "--to", "2026-11-22T10:00:00Z"];
        string[][] lines =
        [
            ["verify", day.Data],
            ReturnsTests.Arguments(day, "reconcile"),
            ["evidence", day.Data, "--device", "X29000001", .. period, "--out", bundle],
            ["verify-evidence", bundle, "--compare", bundle],
            [.. ReturnsTests.Arguments(day, "return"), "--year", "2026-27"],
            ReturnsTests.Arguments(day, "programme"),
            [.. ReturnsTests.Arguments(day, "sample"), "--per-stratum", "1"],
            ["sheet", day.Data, "--out", Path.Combine(day.Root, "sheet.html")],
        ];
        var verbs = AuditCommands.Build(new AuditConsole(TextWriter.Null, TextWriter.Null, false), TimeProvider.System).Subcommands;
        Assert.Equal(verbs.Select(verb => verb.Name).Order(), lines.Select(line => line[0]).Order());
        foreach (var arguments in lines)
        {
            var output = Array.IndexOf(arguments, "--out");
            if (output >= 0 && arguments[output + 1].EndsWith("out", StringComparison.Ordinal))
            {
                arguments[output + 1] = Path.Combine(day.Root, "traced-" + arguments[0]);
            }
            var trace = Path.Combine(day.Root, "trace");
            var (exitCode, _, error) = Audit.RunProcess("strace", ["-f", "-e", "trace=socket", "-o", trace, Audit.Program, .. arguments]);
            Assert.True(exitCode == 0, $"{arguments[0]}: {error}");
            Assert.All(
                File.ReadLines(trace).Where(l => l.Contains("socket(", StringComparison.Ordinal)),
                l => Assert.Contains("AF_UNIX", l, StringComparison.Ordinal)
            );
        }
    }
}
