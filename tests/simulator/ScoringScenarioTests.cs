using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>
/// The scenario for whoever scores an auditor plants every kind of case often enough, and far more that only looks like it. What is
/// counted here is what happened and what was written; which rule speaks of it is the scorer's.
/// </summary>
public sealed class ScoringScenarioTests
{
    private const int CasesMin = 20;
    private const int LookAlikesMin = 200;

    private static readonly Lazy<(History History, Paperwork Paper)> World = new(() =>
    {
        var history = Runs.Play("scoring");
        return (history, new Paperwork(history));
    });

    private static History Force => World.Value.History;

    [Theory]
    [InlineData("memory-fault")]
    [InlineData("clock-reset")]
    [InlineData("clock-set-back")]
    [InlineData("battery-jump")]
    [InlineData("temperature-jump")]
    [InlineData("pulse-count")]
    [InlineData("arm-row-missing")]
    [InlineData("safe-row-short")]
    [InlineData("upload-cut")]
    [InlineData("tampered")]
    [InlineData("cartridges-exchanged")]
    [InlineData("read-as-live")]
    [InlineData("pack-late")]
    public void Each_fault_happens_often_enough(string what) =>
        Assert.True(Force.Faults.Count(f => f.What == what) >= CasesMin, Counted(Force.Faults, f => f.What));

    [Theory]
    [InlineData("reports.csv", "never-written")]
    [InlineData("reports.csv", "level-wrong")]
    [InlineData("reports.csv", "level-not-stated")]
    [InlineData("reports.csv", "cycles-wrong")]
    [InlineData("reports.csv", "serial-mistyped")]
    [InlineData("reports.csv", "device-exchanged")]
    [InlineData("reports-uk-271-internal.csv", "not-reviewed")]
    [InlineData("reports-uk-271-internal.csv", "tick-wrong")]
    [InlineData("reports-uk-271-internal.csv", "cartridges-fewer")]
    [InlineData("reports-uk-271-internal.csv", "cartridge-mistyped")]
    [InlineData("reports-uk-271-internal.csv", "cartridge-of-another-incident")]
    [InlineData("issues.csv", "not-written")]
    [InlineData("issues.csv", "return-not-written")]
    [InlineData("issues.csv", "officer-of-the-crew-mate")]
    [InlineData("exhibits.csv", "not-written")]
    [InlineData("unintentional.csv", "not-written")]
    [InlineData("changes.csv", "not-written")]
    [InlineData("stocktakes.csv", "miscounted-or-missing")]
    public void Each_slip_of_paper_happens_often_enough_beside_rows_that_are_right(string document, string cause)
    {
        var table = World.Value.Paper.Tables.Single(t => t.Name == document);
        var wrong = table.Corruptions.Where(c => c.Cause == cause).Select(c => c.RowIndex).ToHashSet();
        Assert.True(wrong.Count >= CasesMin, Counted(table.Corruptions, c => c.Cause));
        // a register of what is rare holds as many rows as there were such events
        Assert.True(table.Rows.Count - wrong.Count >= (document == "unintentional.csv" ? 150 : LookAlikesMin), document);
    }

    [Fact]
    public void Heads_receipts_and_translations_are_wrong_often_enough_beside_those_that_are_right()
    {
        var trust = Force.Visits.Select(v => v.Trust).OfType<VisitTrust>().ToList();
        var heads = Force.Visits.Count(v => v.Device.Signs);
        Assert.InRange(trust.Count(t => t.Head == HeadMade.Altered), CasesMin, heads - LookAlikesMin);
        Assert.InRange(trust.Count(t => t.Head == HeadMade.Forked), 10, heads - LookAlikesMin);
        var receipts = trust.Select(t => t.Receipt).OfType<HeldReceipt>().ToLookup(r => r.Of);
        Assert.True(receipts[ReceiptOf.Forgotten].Count() >= CasesMin && receipts[ReceiptOf.Held].Count() >= LookAlikesMin);
        Assert.True(receipts[ReceiptOf.Another].Count() >= CasesMin);
        var again = trust.Select(t => t.Again).OfType<ReadAgain>().ToLookup(a => a.Differing.Count > 0);
        Assert.True(
            again[true].Count() >= CasesMin && again[false].Count() >= LookAlikesMin,
            $"{again[true].Count()} {again[false].Count()}"
        );
        Assert.All(Force.Devices.Where(d => d.Translated), d => Assert.True(d.Model.LogTravelsInPack && !d.Signs));
    }

    [Fact]
    public void Devices_packs_and_cartridges_are_where_the_register_does_not_have_them()
    {
        var registered = Force.Issues.ToDictionary(i => i.Id, i => i.Cartridges.Select(c => c.Serial).ToHashSet());
        Assert.InRange(Force.Uses.Count(u => u.Fired.Exists(c => !registered[u.Issue.Id].Contains(c.Serial))), CasesMin, 200);
        Assert.InRange(Force.Uses.Count(u => u.DeviceBelieved != u.Issue.Device), CasesMin, 200);
        var packs = Force.Visits.Where(v => v.Carrier != v.Device.Serial).GroupBy(v => v.Carrier, v => v.Device).ToList();
        Assert.InRange(packs.Count(p => p.Distinct().Count() > 1), CasesMin, packs.Count - LookAlikesMin);
    }

    [Fact]
    public void Two_devices_run_at_the_same_time_in_some_incidents_and_after_each_other_in_more()
    {
        var shared = Force.Incidents.Where(i => i.Uses.Select(u => u.Issue.Device).Distinct().Count() > 1).ToList();
        Assert.InRange(shared.Count(Overlap), CasesMin, shared.Count - LookAlikesMin);
    }

    [Fact]
    public void Officers_go_out_who_should_not_and_most_who_may()
    {
        var issues = Force.Issues.Where(i => i.Purpose == "operational").ToList();
        foreach (
            var breach in (Func<Issue, bool>[])
                [
                    i => i.Officer.AccreditedUntilUtcMs < i.IssuedUtcMs,
                    i => i.Officer.IsSuspended(i.IssuedUtcMs),
                    i => i.Officer is { Kind: "student", EndorsedUtcMs: < 0 },
                    i => i.Officer is { Kind: "special", HoursSinceTraining: < 200 },
                    i => i.BatteryPercent <= 20,
                    i => i.ReturnedUtcMs > i.ShiftToUtcMs + 1_800_000,
                ]
        )
        {
            Assert.InRange(issues.Count(breach), CasesMin, issues.Count - LookAlikesMin);
        }
    }

    [Fact]
    public void Devices_are_neglected_and_their_records_overwritten()
    {
        Assert.InRange(Force.Devices.Count(d => d.NextCheckUtcMs == long.MaxValue), CasesMin, 100);
        Assert.InRange(Force.Devices.Count(d => d.NeglectedDays > 0), CasesMin, 100);
        Assert.True(Force.Devices.Count(d => d.Events.Lost.Any(l => l.Why == Loss.MemoryWrap)) >= CasesMin);
        Assert.True(Force.Devices.Count(d => Math.Abs(d.Clock.DriftPpm) > 200) >= CasesMin);
        Assert.Equal(24, Force.Armouries.SelectMany(a => a.Docks).Count(d => d.Clock == "free-running"));
        Assert.Equal(240, Force.Armouries.SelectMany(a => a.Docks).Count(d => d.Clock == "disciplined"));
    }

    [Fact]
    public void Faults_are_found_and_mended_and_some_devices_go_out_before()
    {
        var open = Force.Notes.Where(n => n.Kind == "fault").ToLookup(IssuedWhileOpen);
        Assert.True(open[true].Count() >= CasesMin && open[false].Count() >= 100, $"{open[true].Count()} of {Force.Notes.Count}");
        var wet = Force.Notes.Where(n => n.Kind == "wet-or-dropped").ToLookup(n => CheckedBeforeNextIssue(n));
        Assert.True(wet[false].Count() >= CasesMin && wet[true].Count() >= LookAlikesMin, $"{wet[false].Count()} {wet[true].Count()}");
    }

    [Fact]
    public void Tests_are_made_wrongly_and_bursts_are_in_no_training_list()
    {
        var tests = Force.Activations.Where(a => a.Purpose == Purpose.FunctionTest).ToList();
        Assert.InRange(tests.Count(a => a.DurationMs > 6_000), CasesMin, 1_000);
        var perIssue = Force.Issues.ToDictionary(
            i => i,
            i => tests.Count(t => t.Device == i.Device && t.StartUtcMs >= i.IssuedUtcMs && t.StartUtcMs < i.IssuedUtcMs + 1_800_000)
        );
        Assert.InRange(perIssue.Values.Count(n => n > 3), CasesMin, 1_000);
        Assert.InRange(perIssue.Values.Count(n => n == 0), CasesMin, 5_000);
        var listed = Force.Training.SelectMany(t => t.Devices.Select(d => (d, t.FromUtcMs, t.ToUtcMs))).ToLookup(x => x.d);
        var unlisted = Force.Activations.Where(a =>
            a.Purpose == Purpose.Training && !listed[a.Device].Any(t => t.FromUtcMs <= a.StartUtcMs && a.StartUtcMs < t.ToUtcMs)
        );
        Assert.True(unlisted.Select(a => (a.Device, a.StartUtcMs / 3_600_000)).Distinct().Count() >= CasesMin);
    }

    private static bool Overlap(Incident incident)
    {
        var all = incident.Uses.SelectMany(u => u.Activations).ToList();
        return all.Exists(a =>
            all.Exists(b =>
                a.Device != b.Device && a.StartUtcMs < b.StartUtcMs + b.DurationMs && b.StartUtcMs < a.StartUtcMs + a.DurationMs
            )
        );
    }

    private static bool IssuedWhileOpen(WorkshopNote note) =>
        Force.Issues.Any(i => i.Device == note.Device && note.FromUtcMs < i.IssuedUtcMs && i.IssuedUtcMs < note.UntilUtcMs);

    private static bool CheckedBeforeNextIssue(WorkshopNote note)
    {
        var next = Force.Issues.Where(i => i.Device == note.Device && i.IssuedUtcMs > note.FromUtcMs).Select(i => i.IssuedUtcMs);
        var until = next.DefaultIfEmpty(long.MaxValue).Min();
        return Force.Activations.Count(a =>
                a.Device == note.Device && a.Purpose == Purpose.Maintenance && a.StartUtcMs > note.FromUtcMs && a.StartUtcMs < until
            ) >= 3;
    }

    private static string Counted<T>(IEnumerable<T> of, Func<T, string> by) =>
        string.Join(", ", of.GroupBy(by).Select(g => $"{g.Key} {g.Count()}"));
}
