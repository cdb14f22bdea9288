using System.Text.Json;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

public sealed class OneArmouryDayTests
{
    [Fact]
    public void It_has_three_docks_and_forty_devices_of_every_family()
    {
        var history = Runs.Play("one-armoury-day");
        Assert.Equal(["dock-a", "dock-b", "dock-c"], history.Armouries.Single().Docks.Select(d => d.Name));
        Assert.Equal(["mqtt", "mqtt", "serial"], history.Armouries.Single().Docks.Select(d => d.Transport));
        Assert.Equal(40, history.Devices.Count());
        Assert.Equal(5, history.Devices.Select(d => d.Model).Distinct().Count());
    }

    [Fact]
    public void It_has_a_gap_a_reset_clock_and_a_pack_docked_before_an_older_one()
    {
        var history = Runs.Play("one-armoury-day");
        Assert.Contains(history.Devices, d => d.Events.Lost.Any(l => l.Why == Loss.MemoryFault) && d.Events.Delivered.Runs.Count == 2);
        Assert.Contains(history.Faults, f => f.What == "clock-reset");
        var late = history.Faults.Single(f => f.What == "pack-late").Device;
        var firsts = history.Visits.Where(v => v.Device == late && v.Held.Count > 0).Select(v => v.Held[0].Range.First).ToList();
        Assert.NotEqual(firsts.Order(), firsts);
    }

    [Fact]
    public void Everything_that_is_not_lost_is_delivered()
    {
        foreach (var log in Runs.Play("one-armoury-day").Devices.SelectMany(d => d.Logs))
        {
            Assert.Equal(log.Next, log.Delivered.Total + (ulong)log.Lost.Sum(l => l.Range.Count));
        }
    }

    [Fact]
    public void The_expected_findings_name_what_the_truth_says_of_seed_one()
    {
        var truth = Runs.TruthJson("one-armoury-day");
        var written = truth.GetProperty("corruptions").EnumerateArray().ToList();
        var missing = written
            .Where(c => Text(c, "cause") == "never-written" && Text(c, "document") == "reports.csv")
            .Select(c => Text(c, "row"))
            .ToHashSet();
        var uses = truth.GetProperty("uses").EnumerateArray().ToList();
        var unreported = uses.Where(u => missing.Contains($"R{u.GetProperty("id").GetInt32():D6}")).ToList();
        var overstated = written.Where(c => Text(c, "cause") == "level-above-what-happened").Select(c => Text(c, "row")).Distinct();
        var expected = unreported
            .Select(u => (Text(u, "level") == "Fired" ? "A01a " : "A01b ") + Text(u, "device"))
            .Concat(overstated.Select(r => "A02 " + r));

        using var file = typeof(ForceHistory).Assembly.GetManifestResourceStream("expected-findings.one-armoury-day")!;
        var findings = JsonDocument.Parse(file).RootElement.GetProperty("findings").EnumerateArray();
        Assert.Equal(
            expected.Order(),
            findings
                .Select(f => Text(f, "rule") + " " + (f.TryGetProperty("report", out var report) ? report.GetString() : Text(f, "device")))
                .Order()
        );
    }

    [Fact]
    public void Every_other_activation_is_a_test_within_a_quarter_of_an_hour_of_issue_or_has_a_report()
    {
        var history = Runs.Play("one-armoury-day");
        foreach (var test in history.Activations.Where(a => a.Purpose == Purpose.FunctionTest))
        {
            var issue = history.Issues.Single(i =>
                i.Device == test.Device && i.IssuedUtcMs <= test.StartUtcMs && test.StartUtcMs < i.ReturnedUtcMs
            );
            Assert.InRange(test.StartUtcMs - issue.IssuedUtcMs, 0, 15 * 60_000);
            Assert.InRange(test.DurationMs, 1_000, 5_000);
        }

        Assert.All(history.Activations.Where(a => a.Purpose != Purpose.FunctionTest), a => Assert.NotNull(a.Use));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
