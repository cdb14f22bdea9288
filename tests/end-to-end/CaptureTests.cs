using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>An armoury without a network: its docks are captured, and the capture is brought in half a year later.</summary>
public sealed class CaptureTests
{
    private const string End = "2026-06-01T12:00:00+01:00";

    [Fact]
    public async Task A_capture_brought_in_months_later_is_reconciled_at_its_own_times()
    {
        using var ground = new Ground();
        var day = await ArmouryDay.MakeAsync(ground, End);
        var configuration = await day.ConfigureAsync(serial: null);
        await using (var ingest = RealProcess.StartOurs("taser-gateway", ground.Folder, "ingest", day.Capture, "--config", configuration))
        {
            Assert.True(await ingest.WaitForExitAsync() == 0, ingest.Output + ingest.Errors);
        }

        Assert.Equal(day.Delivered.ToHashSet(), day.Stored().ToHashSet());
        var findings = await ReconcileAsync(ground, day);
        // what is planted in the day, and nothing that says its devices were not docked: they were, at the times the capture claims
        Assert.Equal(
            ["A01a", "A01b", "A02"],
            findings.Where(rule => rule is "D06" || rule.StartsWith("A0", StringComparison.Ordinal)).Order()
        );
    }

    private static async Task<List<string>> ReconcileAsync(Ground ground, ArmouryDay day)
    {
        await using var audit = RealProcess.StartOurs(
            "taser-audit",
            ground.Folder,
            [
                "reconcile",
                day.Data,
                "--reports",
                Path.Combine(day.Documents, "reports.csv"),
                "--profile",
                "plain",
                "--inputs",
                day.Documents,
                "--as-of",
                End,
                "--out",
                ground.At("findings"),
            ]
        );
        Assert.True(await audit.WaitForExitAsync() == 0, audit.Output + audit.Errors);
        var rows = await File.ReadAllLinesAsync(ground.At("findings/findings.csv"));
        var rule = rows[0].Split(',').ToList().IndexOf("Rule");
        return [.. rows.Skip(1).Select(row => row.Split(',')[rule])];
    }
}
