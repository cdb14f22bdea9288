using System.Text.Json;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>What people decide on a run stays with it through later runs, and what vanished is told with its cause: by real processes.</summary>
public sealed class DecisionTests : IDisposable
{
    private const string End = "2026-06-01T12:00:00+01:00";
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task Decisions_survive_a_re_run_say_when_their_facts_changed_and_vanished_findings_are_told_with_the_cause()
    {
        var day = await ArmouryDay.MakeAsync(ground, End);
        var configuration = await day.ConfigureAsync(serial: null);
        await OursAsync("taser-gateway", 0, "ingest", day.Capture, "--config", configuration);
        var first = await ReconcileAsync(day, "first");
        Assert.Equal(0, first.GetProperty("account").GetProperty("uses").GetProperty("examined").GetInt32());
        var finding = Findings(first).First(f => f.GetProperty("rule").GetString() == "A01a").GetProperty("id").GetString()!;
        var other = Findings(first).First(f => f.GetProperty("rule").GetString() == "A02").GetProperty("id").GetString()!;
        var use = first.GetProperty("uses")[0].GetProperty("useId").GetString()!;
        string[] by = ["--run", ground.At("first"), "--by", "inspector 7", "--config", configuration];
        string[] comment = ["--outcome", "explained", "--comment", "The register was late."];
        await OursAsync("taser-gateway", 0, ["decide", finding, .. comment, .. by]);
        await OursAsync("taser-gateway", 0, ["decide", other, "--outcome", "referred", .. by]);
        await OursAsync("taser-gateway", 0, ["examine", use, "--outcome", "in-order", .. by]);
        await OursAsync("taser-gateway", 0, "append-run", ground.At("first"), "--by", "inspector 7", "--config", configuration);
        Assert.Contains(
            "before",
            (await OursAsync("taser-gateway", 1, "append-run", ground.At("first"), "--by", "i", "--config", configuration)).Errors,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "is no outcome",
            (await OursAsync("taser-gateway", 1, ["decide", finding, "--outcome", "guilty", .. by])).Errors,
            StringComparison.Ordinal
        );
        await OursAsync("taser-gateway", 2, ["decide", "0123456789abcdef", "--outcome", "explained", .. by]);

        var again = await ReconcileAsync(day, "again");
        Assert.Equal(1, again.GetProperty("account").GetProperty("uses").GetProperty("examined").GetInt32());
        Assert.Equal(
            [
                ("Finding", finding, "explained", "FactsUnchanged"),
                ("Finding", other, "referred", "FactsUnchanged"),
                ("Use", use, "in-order", "FactsUnchanged"),
            ],
            Decisions(again).Order().Select(d => d)
        );
        Assert.Contains(
            "with the comment “The register was late.”",
            await File.ReadAllTextAsync(ground.At("again", "report.html")),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "The register was late.",
            again
                .GetProperty("decisions")
                .EnumerateArray()
                .Single(d => d.GetProperty("id").GetString() == finding)
                .GetProperty("commentText")
                .GetString()
        );
        await GoesWithItsReportAsync(day, first, other, configuration);
        await StillSoundAndNamelessAsync(day);
        await UnreadableRecordsAreSaidAsync(day);
    }

    /// <summary>Comments are no part of the ledger: a run goes on without them, and says so.</summary>
    private async Task UnreadableRecordsAreSaidAsync(ArmouryDay day)
    {
        await File.WriteAllTextAsync(Path.Combine(day.Data, "records", "records.db"), "no database");
        Assert.Contains("records cannot be read", (await RunAsync(day, "without")).Errors, StringComparison.Ordinal);
        Assert.Contains(
            "that this copy of them does not have",
            await File.ReadAllTextAsync(ground.At("without", "report.html")),
            StringComparison.Ordinal
        );
    }

    /// <summary>The report behind one finding goes: the finding does too, and both the next run's trace and the decision's line say so.</summary>
    private async Task GoesWithItsReportAsync(ArmouryDay day, JsonElement first, string other, string configuration)
    {
        var reports = Path.Combine(day.Documents, "reports.csv");
        var row = Findings(first).First(f => f.GetProperty("id").GetString() == other).GetProperty("rows")[0].GetString()!;
        var lines = (await File.ReadAllLinesAsync(reports)).ToList();
        lines.RemoveAt(int.Parse(row[(row.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture) - 1);
        await File.WriteAllLinesAsync(reports, lines);
        var later = await ReconcileAsync(day, "later");
        Assert.Contains(Decisions(later), d => d.Code == "referred" && d.Standing == "NoLongerRaised");
        var appended = await OursAsync(
            "taser-gateway",
            0,
            "append-run",
            ground.At("later"),
            "--by",
            "inspector 7",
            "--config",
            configuration
        );
        Assert.Contains($"{other} A02: reports.csv was changed", appended.Output, StringComparison.Ordinal);
    }

    private static async Task StillSoundAndNamelessAsync(ArmouryDay day)
    {
        await using var verify = await day.VerifyAsync();
        Assert.Equal(0, await verify.WaitForExitAsync());
        var journal = Directory.EnumerateFiles(Path.Combine(day.Data, "journal")).SelectMany(File.ReadAllBytes).ToArray();
        Assert.Equal(-1, journal.AsSpan().IndexOf("register was late"u8));
        Assert.Equal(-1, journal.AsSpan().IndexOf("inspector"u8));
    }

    private static IEnumerable<JsonElement> Findings(JsonElement result) =>
        result
            .GetProperty("cases")
            .EnumerateArray()
            .SelectMany(c => c.GetProperty("consequences").EnumerateArray().Prepend(c.GetProperty("primary")));

    private static List<(string Subject, string Id, string Code, string Standing)> Decisions(JsonElement result) =>
        [
            .. result
                .GetProperty("decisions")
                .EnumerateArray()
                .Select(d =>
                    (
                        d.GetProperty("subject").GetString()!,
                        d.GetProperty("id").GetString()!,
                        d.GetProperty("code").GetString()!,
                        d.GetProperty("standing").GetString()!
                    )
                ),
        ];

    private Task<(string Output, string Errors)> RunAsync(ArmouryDay day, string folder)
    {
        string[] inputs = ["--reports", Path.Combine(day.Documents, "reports.csv"), "--profile", "plain", "--inputs", day.Documents];
        return OursAsync("taser-audit", 0, ["reconcile", day.Data, .. inputs, "--as-of", End, "--out", ground.At(folder)]);
    }

    private async Task<JsonElement> ReconcileAsync(ArmouryDay day, string folder)
    {
        await RunAsync(day, folder);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(ground.At(folder, "result.json")));
        return document.RootElement.Clone();
    }

    private async Task<(string Output, string Errors)> OursAsync(string program, int exitCode, params string[] arguments)
    {
        await using var process = RealProcess.StartOurs(program, ground.Folder, arguments);
        var ended = await process.WaitForExitAsync();
        Assert.True(ended == exitCode, $"{string.Join(' ', arguments)} ended with {ended}:\n{process.Output}{process.Errors}");
        return (process.Output, process.Errors);
    }
}
