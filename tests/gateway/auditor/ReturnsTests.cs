using TaserTelemetry.Evidence.Tests;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Auditor.Tests;

public sealed class ReturnsTests
{
    [Theory]
    [InlineData("--year", "2026-27")]
    [InlineData("--quarter", "2026-27Q3")]
    public void A_return_counts_reports_by_level_and_prints_coverage_beside_them(string option, string period)
    {
        using var day = Day();
        var (exitCode, output, error) = Audit.Run([.. Arguments(day, "return"), option, period]);
        Assert.True(exitCode == 0, error);
        Assert.Contains(period, output, StringComparison.Ordinal);
        Assert.Contains("device-days complete", output, StringComparison.Ordinal);
        var table = File.ReadAllLines(Path.Combine(day.Root, "out", "return.csv"));
        Assert.Contains(table, line => line.Contains(",fired,1,", StringComparison.OrdinalIgnoreCase));
        Assert.True(File.Exists(Path.Combine(day.Root, "out", "coverage.csv")));
    }

    [Theory]
    [InlineData("--year", "2026-28")]
    [InlineData("--year", "2026-27Q3")]
    [InlineData("--quarter", "2026-27Q5")]
    [InlineData("--quarter", "2026-27")]
    public void A_period_that_is_none_exits_with_2(string option, string period)
    {
        using var day = Day();
        Assert.Equal(2, Audit.Run([.. Arguments(day, "return"), option, period]).ExitCode);
        Assert.Equal(2, Audit.Run(Arguments(day, "return")).ExitCode);
        Assert.False(Directory.Exists(Path.Combine(day.Root, "out")));
    }

    [Fact]
    public void Programme_evidence_comes_in_a_full_and_a_public_version()
    {
        using var day = Day();
        var (exitCode, _, error) = Audit.Run(Arguments(day, "programme"));
        Assert.True(exitCode == 0, error);
        Assert.All(
            ["programme.csv", "programme-public.csv", "programme.xlsx", "run.json"],
            f => Assert.True(File.Exists(Path.Combine(day.Root, "out", f)))
        );
    }

    [Fact]
    public void A_sample_is_the_same_for_everybody_who_draws_it_and_says_when_its_root_was_not_witnessed()
    {
        using var day = Day();
        var (exitCode, first, error) = Audit.Run([.. Arguments(day, "sample"), "--per-stratum", "1"]);
        Assert.True(exitCode == 0, error);
        Assert.Contains("no quorum has cosigned", error, StringComparison.Ordinal);
        Assert.Equal(first, Audit.Run([.. Arguments(day, "sample"), "--per-stratum", "1"]).Output);
        Assert.Equal(2, Audit.Run([.. Arguments(day, "sample"), "--per-stratum", "0"]).ExitCode);
    }

    [Fact]
    public void No_verb_over_reports_opens_a_socket_but_local_ones()
    {
        using var day = Day();
        string[][] verbs =
        [
            Arguments(day, "reconcile"),
            [.. Arguments(day, "return"), "--year", "2026-27"],
            Arguments(day, "programme"),
            [.. Arguments(day, "sample"), "--per-stratum", "1"],
        ];
        foreach (var arguments in verbs)
        {
            var output = Array.IndexOf(arguments, "--out");
            arguments[output + 1] = Path.Combine(day.Root, "traced-" + arguments[0]);
            var trace = Path.Combine(day.Root, "trace");
            var (exitCode, _, error) = Audit.RunProcess("strace", ["-f", "-e", "trace=socket", "-o", trace, Audit.Program, .. arguments]);
            Assert.True(exitCode == 0, $"{arguments[0]}: {error}");
            Assert.All(
                File.ReadLines(trace).Where(l => l.Contains("socket(", StringComparison.Ordinal)),
                l => Assert.Contains("AF_UNIX", l, StringComparison.Ordinal)
            );
        }
    }

    private static SampleLedger Day()
    {
        var ledger = new SampleLedger();
        EventRecord[] use =
        [
            SampleLedger.Event(EventCode.Arm, SampleLedger.Morning + 3_600),
            SampleLedger.Event(EventCode.Trigger, SampleLedger.Morning + 3_605, 5_000),
            SampleLedger.Event(EventCode.Deploy, SampleLedger.Morning + 3_605),
            SampleLedger.Event(EventCode.Safe, SampleLedger.Morning + 3_630, 30_000),
        ];
        ledger.AppendBatch("X29000001", 0, use);
        ledger.Finish();
        return ledger;
    }

    private static string[] Arguments(SampleLedger day, string verb)
    {
        var file = Path.Combine(day.Root, "reports.csv");
        File.WriteAllText(
            file,
            "ReportId,Version,SubmittedAt,OfficerRef,IncidentRef,UsedAt,DeviceSerial,Level,Cycles\n"
                + "R1,1,2026-11-22T12:00:00Z,O1,I1,2026-11-22T09:00:00Z,X29000001,Fired,1\n"
        );
        return
        [
            verb,
            day.Data,
            "--reports",
            file,
            "--profile",
            "plain",
            "--as-of",
            "2026-12-24T00:00:00Z",
            "--out",
            Path.Combine(day.Root, "out"),
        ];
    }
}
