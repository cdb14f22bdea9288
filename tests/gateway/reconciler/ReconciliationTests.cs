using System.Text;
using CsCheck;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Returns;
using TaserTelemetry.Reconciler.Statistics;

namespace TaserTelemetry.Reconciler.Tests;

public sealed class ReconciliationTests
{
    [Fact]
    public void The_same_inputs_twice_give_identical_bytes()
    {
        Assert.Equal(Bytes(RuleScenes.Everything().Run()), Bytes(RuleScenes.Everything().Run()));
    }

    [Fact]
    public void The_order_in_which_entries_come_changes_nothing_and_a_key_that_comes_twice_counts_once()
    {
        var inputs = RuleScenes.Everything().Inputs();
        var turned = new Reconciler.Inputs.LogStore();
        var entries = inputs.Log.EntriesOf(0);
        int batch = turned.AddBatch(inputs.Log.Batches[0]);
        foreach (var entry in entries.Reverse().Concat(entries))
        {
            turned.Add(batch, entry.Sequence, entry.Event);
        }

        var asOf = Scene.Day.AddDays(10);
        Assert.Equal(
            Bytes(Reconciliation.Run(inputs, RuleSet.Standard, asOf)),
            Bytes(Reconciliation.Run(inputs with { Log = turned }, RuleSet.Standard, asOf))
        );
    }

    [Fact]
    public void The_account_adds_up_whatever_is_handed_in()
    {
        Gen.Select(Gen.Int[0, 1_300], Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 6])
            .Array[0, 8]
            .Sample(
                acts =>
                {
                    var scene = Scene.Shift();
                    foreach (var (minute, cycles, deploy, _) in acts.OrderBy(a => a.Item1))
                    {
                        scene.Use(
                            Scene.Device,
                            minute,
                            1_000u + (uint)minute * 7,
                            deploy ? EventCode.Trigger : EventCode.Arc,
                            deploy,
                            cycles
                        );
                    }

                    scene.Reports(
                        acts.Select(
                                (a, i) =>
                                    $"R{i},1,,OFF1,,{Scene.At(a.Item1 + a.Item4)},{(a.Item4 == 5 ? "X2" : Scene.Device)},{(a.Item3 ? "Fired" : "Aimed")},{a.Item2}"
                            )
                            .ToArray()
                    );
                    Assert.True(scene.Run().Account.AddsUp);
                },
                iter: 60
            );
    }

    [Fact]
    public void The_assignment_is_the_best_of_all()
    {
        Gen.Int[0, 100]
            .Array[4]
            .Array[1, 5]
            .Sample(costs =>
            {
                var rows = costs
                    .Select(r =>
                        (IReadOnlyList<AssignmentEdge>)r.Select((c, i) => new AssignmentEdge(i, c)).Where(e => e.Cost < 80).ToList()
                    )
                    .ToList();
                var solved = MinCostAssignment.Solve(rows, 4, 60);
                Assert.Equal(solved.Where(c => c >= 0).Count(), solved.Where(c => c >= 0).Distinct().Count());
                Assert.Equal(
                    Best(rows, 0, new bool[4]),
                    solved.Select((c, r) => c < 0 ? 60 : rows[r].First(e => e.Column == c).Cost).Sum()
                );
            });
    }

    /// <summary>
    /// A clock that has begun again at its factory date may do so twice: a comparison behind missing records is of the last time only
    /// (domain 1.5).
    /// </summary>
    [Fact]
    public void A_clock_that_was_lost_is_not_timed_across_missing_records()
    {
        static Scene Lost()
        {
            var factory = (ulong)new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
            var scene = new Scene
            {
                ClockBehindSeconds = (int)(Scene.Day - DateTimeOffset.FromUnixTimeSeconds((long)factory)).TotalSeconds,
            };
            scene.Model(Scene.Device, "X2").Write(Scene.Device, 0, EventCode.Trigger, 15_000, stamp: factory + 36_000);
            for (uint i = 1; i <= 3; i++)
            {
                scene.Write(Scene.Device, 0, EventCode.Light, argument: i, stamp: factory + 36_000 + 60 * i);
            }

            scene.WithoutClock = true;
            scene.Comparisons.Add(
                new ClockComparison(
                    Scene.Device,
                    0,
                    (long)(factory + 80_000) * 1_000_000_000,
                    Scene.Day.AddSeconds(80_000).ToUnixTimeSeconds() * 1_000_000_000,
                    1_000_000_000,
                    ClockQuality.TwoSided,
                    new HeldRecord(default, 1),
                    default
                )
            );
            return scene.Reports();
        }

        Lost().Only("A01a");
        Lost().Lose(Scene.Device, 2).None("A01a");
    }

    [Fact]
    public void Serials_are_graded_and_never_silently_equal()
    {
        Assert.True(SerialIndex.OneSlip("X290001AA", "X29001AA"));
        Assert.True(SerialIndex.OneSlip("X290001AA", "X920001AA"));
        Assert.False(SerialIndex.OneSlip("X290001AA", "X290002AB"));
        Assert.Equal("X290001AA", SerialIndex.Normal("x29-0001 aa#"));
    }

    [Fact]
    public void The_method_published_in_2025_is_a_parameter_set_and_excuses_only_there()
    {
        var scene = Scene.Shift().Use(Scene.Device, 700, 1_000, EventCode.Arc, cycles: 3).Reports();
        scene.Only("A01a");
        scene.Rules = RuleSet.Published2025;
        scene.None("A01a");
        Assert.Contains(scene.Run().Account.ActivationsExcused, r => r.Reason.Contains("published-2025", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_set_with_a_slip_is_refused_and_one_left_half_empty_keeps_the_defaults()
    {
        Assert.Contains("line 1", RuleSet.Parse(Scene.Stream("{\"incidentGapMinuets\": 2}")).Error, StringComparison.Ordinal);
        var (set, error) = RuleSet.Parse(Scene.Stream("{\"name\": \"force\", \"incidentGapMinutes\": 2}"));
        Assert.Null(error);
        Assert.Equal((2, 24, "force"), (set!.IncidentGapMinutes, set.ReportingWindowHours, set.Name));
        Assert.NotEqual(RuleSet.Standard.Sha256(), set.Sha256());
    }

    [Fact]
    public void All_that_is_wrong_with_a_rule_set_is_said_at_once_by_the_names_that_were_written()
    {
        const string Json = """
            {
              "incidentGapMinutes": -5, "cycleMsMax": 4294967295, "matchThreshold": 1.4, "candidateFloor": 0.9, "disabledRules": ["A02", "A99"],
              "levelOrder": ["Drawn", "Aimed", "Arced", "RedDot", "DriveStun", "AngledDriveStun", "Fired", "Fired"],
              "models": [{ "name": "X9", "bays": 0 }]
            }
            """;
        string[] expected =
        [
            "incidentGapMinutes is -5, and must lie from 0 to 1440",
            "matchThreshold is 1.4, and must lie from 0 to 1",
            "cycleMsMax is 4294967295, and must lie from 0 to 600000",
            "models, X9: bays is 0, and must lie from 1 to 100",
            "levelOrder must name each of the seven levels once",
            "disabledRules: there is no rule A99",
        ];
        Assert.Equal(expected, RuleSet.Parse(Scene.Stream(Json)).Error!.Split("; "));
        Assert.Equal(
            "candidateFloor (0.6) must not exceed matchThreshold (0.55)",
            RuleSet.Parse(Scene.Stream("{\"candidateFloor\": 0.6}")).Error
        );
        Assert.Empty(RuleSetFaults.Of(RuleSet.Standard));
        Assert.Empty(RuleSetFaults.Of(RuleSet.Published2025));
        Assert.Empty(RuleSetFaults.Of(RuleSet.Standard with { Models = ModelCapabilities.Known }));
    }

    [Fact]
    public void A_rule_that_is_switched_off_is_named()
    {
        var scene = RuleScenes.Everything();
        scene.Rules = scene.Rules with { DisabledRules = ["A01a"] };
        Assert.Contains(scene.Run().NotTestable, n => n is { RuleId: "A01a", Count: 0 });
    }

    [Fact]
    public void A_report_submitted_after_the_as_of_time_did_not_exist_then()
    {
        var scene = Scene
            .Shift()
            .Use(Scene.Device, 600, deploy: true)
            .Reports($"R1,1,{Scene.At(4_000)},OFF1,INC1,{Scene.At(602)},{Scene.Device},Fired,1");
        scene.AsOf = Scene.Day.AddMinutes(3_000);
        scene.Only("A01a");
        scene.AsOf = Scene.Day.AddMinutes(4_001);
        scene.None("A01a");
    }

    [Fact]
    public void The_readable_report_opens_with_the_account_then_coverage_then_cases_and_needs_no_script()
    {
        using var html = new MemoryStream();
        HtmlOutput.Write(RuleScenes.Everything().Run(), html);
        string text = Encoding.UTF8.GetString(html.ToArray());
        int account = text.IndexOf("id=\"account\"", StringComparison.Ordinal);
        int coverage = text.IndexOf("id=\"coverage\"", StringComparison.Ordinal);
        int cases = text.IndexOf("id=\"cases\"", StringComparison.Ordinal);
        Assert.True(0 < account && account < coverage && coverage < cases);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http-equiv", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<svg role=\"img\"", text, StringComparison.Ordinal);
        Assert.Contains("<caption>", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-27", "2026-03-31T23:00:00Z", "2027-03-31T23:00:00Z")]
    [InlineData("2026-27Q3", "2026-09-30T23:00:00Z", "2027-01-01T00:00:00Z")]
    public void Years_run_from_April_to_March(string name, string from, string to)
    {
        var (fromNs, toNs) = StatutoryReturn.PeriodOf(name)!.Value;
        Assert.Equal((from, to), (Reconciler.Time.TimeInterval.Text(fromNs), Reconciler.Time.TimeInterval.Text(toNs)));
        Assert.Null(StatutoryReturn.PeriodOf("2026-28"));
        Assert.Null(StatutoryReturn.PeriodOf("2026-27Q5"));
    }

    [Fact]
    public void The_return_says_where_a_level_is_not_observable_and_computes_no_difference_there()
    {
        var scene = RuleScenes.Everything();
        var table = StatutoryReturn.Of(scene.Inputs(), RuleSet.Standard, scene.AsOf, "2026-27").Table();
        var aimed = table.Rows.Single(r => Equals(r[2], "aimed"));
        Assert.Equal(("not observable", ""), (aimed[4], aimed[5]));
        Assert.IsType<int>(table.Rows.Single(r => Equals(r[2], "fired"))[5]);
    }

    [Fact]
    public void Nobody_can_steer_the_audit_sample_and_what_is_newer_than_the_checkpoint_is_left_out()
    {
        var result = RuleScenes.Everything().Run();
        byte[] root = new byte[32];
        var sample = AuditSample.Draw(result, root, 1_000, 2);
        Assert.All(sample.Strata, s => Assert.True(s.Drawn.Count <= 2));
        Assert.Equal(sample.Strata.SelectMany(s => s.Drawn), AuditSample.Draw(result, root, 1_000, 2).Strata.SelectMany(s => s.Drawn));
        Assert.Empty(AuditSample.Draw(result, root, 0, 2).Strata);
    }

    [Fact]
    public void Bounds_are_those_of_the_textbook()
    {
        Assert.Equal(0.0253, Proportion.ExactLower95(1, 1) is var one ? Math.Round(one, 4) : 0, 3);
        Assert.Equal((0.0552, 0.1744), (Math.Round(Proportion.Wilson95(10, 100).Low, 4), Math.Round(Proportion.Wilson95(10, 100).High, 4)));
        Assert.Equal([null, null, 50], Suppression.Hide([3, 7, 50]));
        Assert.Equal([null, null, 0], Suppression.Hide([3, 4, 0]));
    }

    private static long Best(List<IReadOnlyList<AssignmentEdge>> rows, int row, bool[] taken)
    {
        if (row == rows.Count)
        {
            return 0;
        }

        long best = 60 + Best(rows, row + 1, taken);
        foreach (var edge in rows[row].Where(e => !taken[e.Column]))
        {
            taken[edge.Column] = true;
            best = Math.Min(best, edge.Cost + Best(rows, row + 1, taken));
            taken[edge.Column] = false;
        }

        return best;
    }

    private static byte[] Bytes(ReconciliationResult result)
    {
        using var all = new MemoryStream();
        JsonOutput.Write(result, all);
        HtmlOutput.Write(result, all);
        foreach (var table in ResultTables.All(result))
        {
            CsvOutput.Write(table, all);
        }

        using var book = new MemoryStream();
        XlsxOutput.Write(ResultTables.All(result), book);
        return [.. all.ToArray(), .. book.ToArray()];
    }
}
