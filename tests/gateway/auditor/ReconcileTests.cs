using System.Text.Json;
using TaserTelemetry.Evidence.Tests;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Auditor.Tests;

public sealed class ReconcileTests
{
    private const string ReportColumns = "ReportId,Version,SubmittedAt,OfficerRef,IncidentRef,UsedAt,DeviceSerial,Level,Cycles\n";

    [Fact]
    public void An_activation_without_a_report_is_a_finding_that_cites_its_leaf_and_all_outputs_are_there()
    {
        using var day = Day();
        var output = Path.Combine(day.Root, "out");
        var (exitCode, text, error) = Audit.Run(Arguments(day, output, Report("X29000001", 9)));
        Assert.True(exitCode == 0, error);
        Assert.Contains("Reads of this copy are not logged here.", error, StringComparison.Ordinal);
        Assert.Contains("1 matched", text, StringComparison.Ordinal);
        Assert.Equal(
            ["account.csv", "activations.csv", "coverage.csv", "findings.csv", "report.html", "result.json", "result.xlsx", "run.json"],
            Names(output)
                .Intersect([
                    "account.csv",
                    "activations.csv",
                    "coverage.csv",
                    "findings.csv",
                    "report.html",
                    "result.json",
                    "result.xlsx",
                    "run.json",
                ])
        );
        var findings = File.ReadAllText(Path.Combine(output, "findings.csv"));
        Assert.Contains("A01a", findings, StringComparison.Ordinal);
        Assert.Contains("X29000002", findings, StringComparison.Ordinal);
        using var reader = Evidence.Reading.EvidenceReader.Open(day.Data, 1);
        reader.Read();
        Assert.Contains(
            reader.Reference.LeafHash.ToString(),
            File.ReadAllText(Path.Combine(output, "result.json")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_same_run_twice_gives_the_same_bytes_in_every_file()
    {
        using var day = Day();
        var reports = Report("X29000001", 9);
        var (first, second) = (Path.Combine(day.Root, "a"), Path.Combine(day.Root, "b"));
        Assert.Equal(0, Audit.Run(Arguments(day, first, reports)).ExitCode);
        Assert.Equal(0, Audit.Run(Arguments(day, second, reports)).ExitCode);
        Assert.All(
            Names(first),
            name => Assert.Equal(File.ReadAllBytes(Path.Combine(first, name)), File.ReadAllBytes(Path.Combine(second, name)))
        );
    }

    [Fact]
    public void Run_json_says_what_the_run_rests_on()
    {
        using var day = Day();
        var output = Path.Combine(day.Root, "out");
        var (exitCode, text, _) = Audit.Run([.. Arguments(day, output, Report("X29000001", 9)), "--json"]);
        Assert.Equal(0, exitCode);
        var run = JsonDocument.Parse(text).RootElement;
        Assert.Equal(text.TrimEnd(), File.ReadAllText(Path.Combine(output, "run.json")).TrimEnd());
        Assert.Equal("taser-audit/run/1", run.GetProperty("schema").GetString());
        Assert.Equal("2026-11-24T00:00:00Z", run.GetProperty("asOf").GetString());
        Assert.Equal(2, run.GetProperty("ledgers")[0].GetProperty("size").GetInt32());
        Assert.Equal("self", run.GetProperty("ledgers")[0].GetProperty("established")[0].GetString());
        foreach (var file in run.GetProperty("outputs").EnumerateArray())
        {
            var bytes = File.ReadAllBytes(Path.Combine(output, file.GetProperty("file").GetString()!));
            Assert.Equal(
                Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)),
                file.GetProperty("sha256").GetString()
            );
        }
    }

    [Fact]
    public void A_damaged_ledger_is_not_reconciled()
    {
        using var day = Day();
        var segment = Directory.GetFiles(Path.Combine(day.Data, "journal"), "*.seg")[0];
        var bytes = File.ReadAllBytes(segment);
        bytes[400] ^= 1;
        File.WriteAllBytes(segment, bytes);
        var output = Path.Combine(day.Root, "out");
        var (exitCode, _, error) = Audit.Run(Arguments(day, output, Report("X29000001", 9)));
        Assert.Equal(3, exitCode);
        Assert.Contains("nothing was reconciled", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(output));
    }

    [Fact]
    public void Wrong_options_are_all_named_at_once_and_exit_with_2()
    {
        using var day = Day();
        var arguments = Arguments(day, day.Data, Report("X29000001", 9), profile: "plane");
        var (exitCode, _, error) = Audit.Run([.. arguments, "--rules", "none", "--from", "yesterday"]);
        Assert.Equal(2, exitCode);
        Assert.Contains("--profile plane", error, StringComparison.Ordinal);
        Assert.Contains("--rules none", error, StringComparison.Ordinal);
        Assert.Contains("--from yesterday", error, StringComparison.Ordinal);
        Assert.Contains("holds other files", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_that_cannot_be_read_exit_with_4_and_rows_that_cannot_are_listed()
    {
        using var day = Day();
        var output = Path.Combine(day.Root, "out");
        var missing = Arguments(day, output, "");
        File.Delete(missing[3]);
        Assert.Equal(4, Audit.Run(missing).ExitCode);
        Assert.Equal(0, Audit.Run(Arguments(day, output, Report("X29000001", 9) + "R2,1,,O1,I1,last night,X29000001,Fired,1\n")).ExitCode);
        Assert.Contains("last night", File.ReadAllText(Path.Combine(output, "rejects.csv")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-22", false)]
    [InlineData("2019-03-04", true)]
    public void Reports_years_older_than_the_logs_get_a_hint_to_name_the_period(string day, bool hinted)
    {
        using var logs = Day();
        var arguments = Arguments(
            logs,
            Path.Combine(logs.Root, "out"),
            Report("X29000001", 9).Replace("2026-11-22", day, StringComparison.Ordinal)
        );
        var (exitCode, text, error) = Audit.Run(arguments);
        Assert.True(exitCode == 0, error);
        Assert.Equal(hinted, text.Contains("--from leaves them out", StringComparison.Ordinal));
        Assert.DoesNotContain("Hint", Audit.Run([.. arguments, "--from", "2026-11-20T00:00:00Z"]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_register_under_a_wrong_name_an_empty_and_a_missing_inputs_folder_are_said()
    {
        using var day = Day();
        var arguments = Arguments(day, Path.Combine(day.Root, "out"), Report("X29000001", 9));
        var inputs = arguments[7];
        File.Move(Path.Combine(inputs, "issues.csv"), Path.Combine(inputs, "isues.csv"));
        var misnamed = Audit.Run(arguments);
        Assert.Equal(0, misnamed.ExitCode);
        Assert.Contains("isues.csv: no register has this name. Registers are devices, issues,", misnamed.Output, StringComparison.Ordinal);
        File.Delete(Path.Combine(inputs, "isues.csv"));
        Assert.Contains($"nothing in {inputs}", Audit.Run(arguments).Output, StringComparison.Ordinal);
        Directory.Delete(inputs);
        var missing = Audit.Run(arguments);
        Assert.Equal(4, missing.ExitCode);
        Assert.Contains($"--inputs {inputs}: there is no such folder.", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Reconciling_opens_no_socket_but_local_ones_and_leaves_data_as_it_was()
    {
        using var day = Day();
        var trace = Path.Combine(day.Root, "trace");
        var arguments = Arguments(day, Path.Combine(day.Root, "out"), Report("X29000001", 9));
        var before = Directory.GetFiles(day.Data, "*", SearchOption.AllDirectories).Select(File.GetLastWriteTimeUtc).ToList();
        var (exitCode, _, error) = Audit.RunProcess("strace", ["-f", "-e", "trace=socket", "-o", trace, Audit.Program, .. arguments]);
        Assert.True(exitCode == 0, error);
        Assert.All(
            File.ReadLines(trace).Where(l => l.Contains("socket(", StringComparison.Ordinal)),
            l => Assert.Contains("AF_UNIX", l, StringComparison.Ordinal)
        );
        Assert.Equal(before, Directory.GetFiles(day.Data, "*", SearchOption.AllDirectories).Select(File.GetLastWriteTimeUtc));
    }

    /// <summary>Two devices, each armed and used once in the forenoon, two minutes apart.</summary>
    private static SampleLedger Day()
    {
        var ledger = new SampleLedger();
        foreach (var (device, minute) in new[] { ("X29000001", 60UL), ("X29000002", 62UL) })
        {
            var second = SampleLedger.Morning + (minute * 60);
            ledger.AppendBatch(
                device,
                0,
                [
                    SampleLedger.Event(EventCode.Arm, second),
                    SampleLedger.Event(EventCode.Trigger, second + 5, 5_000),
                    SampleLedger.Event(EventCode.Deploy, second + 5),
                    SampleLedger.Event(EventCode.Safe, second + 30, 30_000),
                ]
            );
        }
        ledger.Finish();
        return ledger;
    }

    private static string Report(string device, int hour) =>
        $"R1,1,2026-11-22T12:00:00Z,O1,I1,2026-11-22T{hour:D2}:00:00Z,{device},Fired,1\n";

    private static string[] Arguments(SampleLedger day, string output, string reports, string profile = "plain")
    {
        var inputs = Directory.CreateDirectory(Path.Combine(day.Root, "inputs")).FullName;
        var file = Path.Combine(day.Root, "reports.csv");
        File.WriteAllText(file, ReportColumns + reports);
        File.WriteAllText(
            Path.Combine(inputs, "issues.csv"),
            "IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt,Cartridges\n"
                + "1,X29000001,O1,operational,2026-11-22T06:00:00Z,2026-11-22T16:00:00Z,2\n"
                + "2,X29000002,O2,operational,2026-11-22T06:00:00Z,2026-11-22T16:00:00Z,2\n"
        );
        return
        [
            "reconcile",
            day.Data,
            "--reports",
            file,
            "--profile",
            profile,
            "--inputs",
            inputs,
            "--as-of",
            "2026-11-24T00:00:00Z",
            "--out",
            output,
        ];
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
