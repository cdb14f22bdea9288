using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Returns;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Rules F, and those that need more than one day: each with what it leaves alone.</summary>
public sealed class ProgrammeRuleTests
{
    private static ulong Ns(double minute) => (ulong)Scene.Day.AddMinutes(minute).ToUnixTimeMilliseconds() * 1_000_000;

    private static List<Finding> Of(ReconciliationInputs inputs, string rule, double asOfDays = 10) =>
        Reconciliation
            .Run(inputs, Configuration.RuleSet.Standard, Scene.Day.AddDays(asOfDays))
            .Findings.Where(f => f.RuleId == rule)
            .ToList();

    /// <summary>A scene's inputs with its reports seen through one more question of a form.</summary>
    private static ReconciliationInputs Answered(Scene scene, ReportColumns column, Func<OfficerReport, OfficerReport> answer)
    {
        var inputs = scene.Inputs();
        return inputs with { Reports = inputs.Reports!.Select(answer).ToList(), ReportColumns = inputs.ReportColumns | column };
    }

    private static string[] Rows(int count, int withoutLevel, int month = 0) =>
        Enumerable
            .Range(0, count)
            .Select(i =>
            {
                var at = Scene.At(month * 31 * 1440 + 600 + i * 60);
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"M{month}R{i},1,{at},OFF{i},INC{i},{at},,{(i < withoutLevel ? "" : "Drawn")},"
                );
            })
            .ToArray();

    [Fact]
    public void B08_asks_for_a_justification_only_where_something_is_long_or_repeated()
    {
        static List<Finding> Run(int cycles, bool? justified)
        {
            var scene = Scene.Shift().Use(Scene.Device, 600, cycles: cycles, deploy: true);
            scene.Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(600)},{Scene.Device},Fired,{cycles}");
            return Of(Answered(scene, ReportColumns.Justification, r => r with { JustificationPresent = justified }), "B08");
        }

        Assert.Contains("R1", Assert.Single(Run(5, false)).Subjects.Reports);
        Assert.Empty(Run(5, true));
        Assert.Empty(Run(5, null));
        Assert.Empty(Run(1, false));
    }

    [Fact]
    public void C11_is_a_pack_that_moved_and_a_ticket_of_the_time_between_two_dockings_records_it()
    {
        static List<Finding> Run(string second, double ticketAtMinute)
        {
            var log = new LogStore();
            foreach (var (device, day) in new[] { ("X400001AA", 0), (second, 4) })
            {
                int batch = log.AddBatch(
                    new LogBatch
                    {
                        Device = device,
                        Model = "TASER 7",
                        Carrier = "B1",
                        ReceivedNs = Ns(day * 1440 + 1_000),
                        ClockQuality = ClockQuality.TwoSided,
                    }
                );
                ulong stamp = (ulong)Scene.Day.AddMinutes(day * 1440 + 600).ToUnixTimeSeconds();
                log.Add(
                    batch,
                    (ulong)day,
                    new EventRecord(stamp, 0, EventCode.Light, EventFlags.None, 0, 0, 0, EventRecord.TemperatureAbsent, 90, 255, 0)
                );
            }

            var scene = new Scene();
            scene.Register(
                RegisterKind.Changes,
                $"ChangeRef,DeviceSerial,What,From,To\nCH1,{second},battery-pack,{Scene.At(ticketAtMinute)},{Scene.At(ticketAtMinute + 5)}\n"
            );
            return Of(new ReconciliationInputs { Log = log, Registers = scene.Registers }, "C11");
        }

        Assert.Contains("B1", Assert.Single(Run("X400002BB", 20 * 1440)).Wording);
        Assert.Empty(Run("X400002BB", 2 * 1440));
        Assert.Empty(Run("X400001AA", 20 * 1440));
    }

    [Fact]
    public void D03_foresees_a_full_memory_and_leaves_alone_what_is_docked_in_time()
    {
        static List<Finding> Run(int entries, double asOfDays, int lost = 0)
        {
            var log = new LogStore();
            int batch = log.AddBatch(
                new LogBatch
                {
                    Device = Scene.Device,
                    Model = "X2",
                    ReceivedNs = Ns(1_440),
                    ClockQuality = ClockQuality.TwoSided,
                }
            );
            for (int i = 0; i < entries; i += i == 0 ? 1 + lost : 1)
            {
                ulong stamp = (ulong)Scene.Day.AddSeconds(i * 86_400.0 / entries).ToUnixTimeSeconds();
                log.Add(
                    batch,
                    (ulong)i,
                    new EventRecord(stamp, 0, EventCode.Light, EventFlags.None, 0, 0, 0, EventRecord.TemperatureAbsent, 90, 255, 0)
                );
            }

            return Of(new ReconciliationInputs { Log = log }, "D03", asOfDays);
        }

        // 600 a day: 12,000 of 16,000 is the limit, reached 20 days after the last reading
        Assert.Single(Run(600, 22));
        Assert.Empty(Run(600, 18));
        Assert.Empty(Run(99, 400));
        // what is not here any more was written all the same
        Assert.Single(Run(600, 22, lost: 300));
    }

    [Fact]
    public void D13_is_a_device_taken_out_early_and_not_docked_since()
    {
        static Scene Docked(params (double Minute, bool Complete)[] dockings)
        {
            var scene = Scene.Shift();
            foreach (var (minute, complete) in dockings)
            {
                scene.Dockings.Add(
                    new Docking
                    {
                        Device = Scene.Device,
                        Dock = "dock-a",
                        DockedAtNs = Ns(minute),
                        UndockedAtNs = Ns(minute + 1),
                        Complete = complete,
                        Held = [new SequenceRange(0, 3)],
                    }
                );
            }

            return scene;
        }

        Assert.Contains("dock-a", Docked((1_100, true), (1_300, false)).Only("D13").Wording);
        Docked((1_100, false), (1_300, true)).None("D13");
        Docked((1_100, true)).None("D13");
    }

    [Fact]
    public void E05_lists_what_the_workshop_did_with_the_reason_and_nothing_else()
    {
        static Scene At(double from) =>
            Scene
                .Shift()
                .Use(Scene.Device, 1_100, cycles: 3)
                .Register(
                    RegisterKind.Maintenance,
                    $"DeviceSerial,Kind,At,Until\n{Scene.Device},workshop,{Scene.At(from)},{Scene.At(from + 5)}\n"
                )
                .Reports();

        var finding = At(1_099).Only("E05");
        Assert.Equal(0, finding.Priority);
        Assert.Contains("3 activation(s)", finding.Wording);
        Assert.Contains("workshop", finding.Wording);
        At(1_199).None("E05");
    }

    [Fact]
    public void F01_compares_firing_in_reports_with_deployments_in_logs()
    {
        static Scene With(string level)
        {
            var scene = Scene.Shift().Use(Scene.Device, 600, deploy: true);
            return scene.Reports($"R1,1,{Scene.At(1030)},OFF1,INC1,{Scene.At(600)},{Scene.Device},{level},1");
        }

        Assert.Contains("0 report(s) of firing", With("Red-dot").Only("F01").Wording);
        With("Fired").None("F01");
    }

    /// <summary>The return goes by date (2.7.10): a use that no clock dates is in no quarter.</summary>
    [Fact]
    public void F01_counts_no_use_that_no_clock_dates()
    {
        var scene = Scene.Shift().Use(Scene.Device, 600, deploy: true);
        scene.WithoutClock = true;
        scene.Reports().None("F01");
    }

    [Fact]
    public void F02_alarms_only_when_the_lower_bound_is_above_the_limit()
    {
        Assert.Contains("10 of 20", new Scene().Reports(Rows(20, 10)).Only("F02").Wording);
        // one of five is 20 %, and says nothing: its lower bound is under 5 %
        new Scene()
            .Reports(Rows(5, 1))
            .None("F02");
        new Scene().Reports(Rows(20, 0)).None("F02");
    }

    [Fact]
    public void F03_is_a_step_against_the_months_before_and_needs_seven_of_them()
    {
        static Scene Months(int months, int stepAt)
        {
            var rows = Enumerable.Range(0, months).SelectMany(m => Rows(m >= stepAt ? 60 : 20, 0, m)).ToArray();
            return new Scene { AsOf = Scene.Day.AddDays(months * 31 + 10) }.Reports(rows);
        }

        Assert.Contains(Months(12, 9).Run().Findings, f => f.RuleId == "F03");
        Months(12, 99).None("F03");
        Months(5, 3).None("F03");
        Assert.Contains(
            Months(12, 9).Run().Findings,
            f => f.RuleId == "F03" && f.Wording.Contains("No change register", StringComparison.Ordinal)
        );
        string change = $"ChangeRef,DeviceSerial,What,From,To\nCH1,,report form 3,{Scene.At(200 * 1440)},{Scene.At(400 * 1440)}\n";
        var stated = Months(12, 9).Register(RegisterKind.Changes, change).Run().Findings.First(f => f.RuleId == "F03");
        Assert.Contains("CH1 report form 3", stated.Wording, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(9, true)]
    public void F03_says_that_it_could_not_be_tested_until_one_whole_month_has_its_baseline(int months, bool testable)
    {
        var rows = Enumerable.Range(0, months).SelectMany(m => Rows(20, 0, m)).ToArray();
        var result = new Scene { AsOf = Scene.Day.AddDays(months * 31 + 10) }
            .Reports(rows)
            .Run();
        Assert.Equal(!testable, result.NotTestable.Any(n => n.RuleId == "F03"));
    }

    [Fact]
    public void F04_says_coverage_beside_everything_and_needs_the_asset_register()
    {
        var finding = Scene.Shift().Only("F04");
        Assert.Equal(0, finding.Priority);
        Assert.Contains("device-days", finding.Wording);
        new Scene().Model(Scene.Device, "X2").Test(Scene.Device, 423).None("F04");
    }

    [Fact]
    public void F05_wants_twelve_months_and_says_look_not_conclude()
    {
        static Scene Year(int days, int usesOfOne)
        {
            var issues = new System.Text.StringBuilder("IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt\n");
            var reports = new List<string>();
            for (int day = 0; day < days; day++)
            {
                for (int officer = 0; officer < 10; officer++)
                {
                    issues.Append(
                        CultureInfo.InvariantCulture,
                        $"I{day}-{officer},X29{officer:D6},OFF{officer},operational,{Scene.At(day * 1440 + 420)},{Scene.At(day * 1440 + 900)}\n"
                    );
                    if (officer == 0 ? day % 10 < usesOfOne : day % 100 == 0)
                    {
                        string at = Scene.At(day * 1440 + 500);
                        reports.Add(string.Create(CultureInfo.InvariantCulture, $"R{day}-{officer},1,{at},OFF{officer},,{at},,Drawn,"));
                    }
                }
            }

            return new Scene { AsOf = Scene.Day.AddDays(days) }
                .Register(RegisterKind.Issues, issues.ToString())
                .Reports([.. reports]);
        }

        var finding = Year(370, 3).Only("F05");
        Assert.Equal(["OFF0"], finding.Subjects.Officers);
        Assert.Contains("Look, not conclude", finding.Wording);
        Year(370, 0).None("F05");
        Year(200, 3).None("F05");
    }

    [Fact]
    public void F06_shows_what_is_not_stated_and_holds_small_groups_back()
    {
        var scene = new Scene().Reports(Rows(40, 0));
        int number = 0;
        var finding = Assert.Single(
            Of(
                Answered(
                    scene,
                    ReportColumns.Ethnicity,
                    r =>
                        r with
                        {
                            SubjectEthnicity = number++ switch
                            {
                                < 20 => "White",
                                < 22 => "Other",
                                _ => "",
                            },
                        }
                ),
                "F06"
            )
        );
        Assert.Contains("not stated", finding.Wording);
        Assert.DoesNotContain("Other 5.0 %", finding.Wording);
        Assert.Empty(Of(scene.Inputs(), "F06"));
    }

    [Fact]
    public void F06_also_tells_age_and_mental_health_where_the_reports_state_them_and_a_rate_takes_the_denominator_of_its_own_dimension()
    {
        int number = 0;
        var inputs = Answered(
            new Scene().Reports(Rows(40, 0)),
            ReportColumns.SubjectFactors,
            r =>
                r with
                {
                    SubjectAge = ++number switch
                    {
                        <= 10 => "17",
                        <= 30 => "18-34",
                        _ => "",
                    },
                    MentalHealthFactor = number <= 12 ? true : null,
                }
        );
        var finding = Assert.Single(Of(inputs, "F06"));
        Assert.Contains("by age: 11-17 25.0 %, 18-34 50.0 %, not stated 25.0 %", finding.Wording);
        Assert.Contains("by mental-health factor: not stated 70.0 %, stated 30.0 %", finding.Wording);
        DenominatorRow Row(string dimension, long count) => new(dimension, "18-34", count, "census", default);
        var registers = inputs.Registers with { Denominators = [Row("SubjectEthnicity", 1), Row("SubjectAge", 200_000)] };
        var table = ProgrammeEvidence.Table(
            inputs with
            {
                Registers = registers,
            },
            Reconciliation.Run(inputs, RuleSet.Standard, Scene.Day.AddDays(10)),
            publicVersion: false
        );
        Assert.Equal(10.0, Assert.Single(table.Rows, r => "recorded uses for each 100,000 of census: 18-34".Equals(r[1]))[2]);
    }
}
