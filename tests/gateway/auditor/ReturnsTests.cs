using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
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
        Assert.Contains($"Return for {period}", File.ReadAllText(Path.Combine(day.Root, "out", "return.html")), StringComparison.Ordinal);
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
            ["programme.csv", "programme.html", "programme-public.csv", "programme-public.html", "programme.xlsx", "run.json"],
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
    public void What_was_disposed_of_stands_beside_the_numbers_of_every_verb()
    {
        using var day = new SampleLedger();
        day.AppendBatch("X29000001", 0, [SampleLedger.Event(EventCode.Trigger, SampleLedger.Morning + 60, 5_000)]);
        day.AppendBatch("X29000002", 0, [SampleLedger.Event(EventCode.Arm, SampleLedger.Morning + 60)]);
        var gone = new Evidence.Leaves.SequenceRanges(new SequenceRange(0, 1));
        var (asked, agreed) = (new ActorId(1, 1), new ActorId(2, 2));
        day.Append(new Disposal(SampleLedger.Morning * SampleLedger.SecondNs, asked, agreed, 1, RetentionClass.Activation, gone, 500));
        day.Sign();
        day.Log.EraseReceived(index => index == 0);
        day.Finish();
        string[][] verbs =
        [
            Arguments(day, "reconcile"),
            [.. Arguments(day, "return"), "--year", "2026-27"],
            Arguments(day, "programme"),
            Arguments(day, "sample"),
        ];
        foreach (var arguments in verbs)
        {
            var folder = Path.Combine(day.Root, "disposed-" + arguments[0]);
            arguments[Array.IndexOf(arguments, "--out") + 1] = folder;
            var (exitCode, output, error) = Audit.Run(arguments);
            Assert.True(exitCode == 0, error);
            Assert.Contains("Disposed     1 records", output, StringComparison.Ordinal);
            var rows = File.ReadAllLines(Path.Combine(folder, "disposed.csv"));
            Assert.StartsWith("Activation,2026-11,1,", rows[1], StringComparison.Ordinal);
            Assert.Equal(2, rows.Length);
        }
        var report = File.ReadAllText(Path.Combine(day.Root, "disposed-reconcile", "report.html"));
        Assert.Contains("Raw bytes disposed of under a retention policy", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reconcile")]
    [InlineData("return", "--year", "2026-27")]
    [InlineData("programme")]
    [InlineData("sample")]
    public void Without_reports_every_verb_runs_and_says_what_is_not_testable(params string[] verb)
    {
        using var day = Day();
        string[] arguments = [verb[0], day.Data, "--as-of", "2026-12-24T00:00:00Z", "--out", Path.Combine(day.Root, "out"), .. verb[1..]];
        var (exitCode, _, error) = Audit.Run(arguments);
        Assert.True(exitCode == 0, error);
        using var run = JsonDocument.Parse(File.ReadAllText(Path.Combine(day.Root, "out", "run.json")));
        Assert.Equal("none", run.RootElement.GetProperty("profile").GetString());
        var silent = run.RootElement.GetProperty("rulesNotTestable").EnumerateArray().Select(r => r.GetString()).ToList();
        Assert.All((string[])["A01a", "A02", "A04", "F03"], rule => Assert.Contains(rule, silent));
    }

    [Fact]
    public void Reports_without_a_profile_are_refused_with_the_names_of_those_there_are()
    {
        using var day = Day();
        string[] arguments = [.. Arguments(day, "reconcile").Where(a => a is not ("--profile" or "plain"))];
        var (exitCode, _, error) = Audit.Run(arguments);
        Assert.Equal(2, exitCode);
        Assert.Contains("uk-271-internal", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_comes_back_gives_error_rates_with_intervals_and_only_of_what_was_drawn()
    {
        using var day = Day();
        Assert.Equal(0, Audit.Run(Arguments(day, "sample")).ExitCode);
        var sample = File.ReadAllLines(Path.Combine(day.Root, "out", "sample.csv"));
        var back = Path.Combine(day.Root, "back.csv");
        var added = sample[1].Split(',') is var cells
            ? string.Join(',', cells[0], cells[1], "2", "X29000009/0-0/0", cells[4], cells[5])
            : "";
        File.WriteAllLines(back, [sample[0] + ",Wrong", sample[1] + ",yes", sample[1] + ",no", added + ",no", sample[1] + ",perhaps"]);
        string[] again = [.. Arguments(day, "sample"), "--adjudicated", back];
        var disposed = Path.Combine(day.Root, "out", "disposed.csv");
        File.Delete(disposed); // of the draw: the rates bring their own
        var (exitCode, _, error) = Audit.Run(again);
        Assert.True(exitCode == 0, error);
        Assert.StartsWith(
            cells[0] + ",1,1,1,1,1,",
            File.ReadAllLines(Path.Combine(day.Root, "out", "error-rates.csv"))[1],
            StringComparison.Ordinal
        );
        Assert.True(File.Exists(disposed), "what was disposed of stands beside the rates, too");
        Assert.Contains("stands more than once", error, StringComparison.Ordinal);
        Assert.Contains("not drawn", error, StringComparison.Ordinal);
        Assert.Contains("neither yes nor no", error, StringComparison.Ordinal);
        File.WriteAllText(
            back,
            (sample[0] + ",Wrong\n" + sample[1] + ",yes\n").Replace(cells[5], new string('0', 64), StringComparison.Ordinal)
        );
        (exitCode, _, error) = Audit.Run(again);
        Assert.Equal(4, exitCode);
        Assert.Contains("never signed", error, StringComparison.Ordinal);
    }

    /// <summary>One use with its report.</summary>
    internal static SampleLedger Day()
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

    internal static string[] Arguments(SampleLedger day, string verb)
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
