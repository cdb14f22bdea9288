using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>Rules D: the log itself.</summary>
public sealed class IntegrityRuleTests
{
    private static readonly LogKey Log = new(Scene.Device, LogKind.Event, default);

    private static Scene Hole()
    {
        var scene = Scene
            .Shift()
            .Write(Scene.Device, 600, EventCode.Light)
            .Write(Scene.Device, 601, EventCode.Light)
            .Write(Scene.Device, 602, EventCode.Light);
        return scene.Lose(Scene.Device, 4);
    }

    private static ulong Ns(double minute) => (ulong)Scene.Day.AddMinutes(minute).ToUnixTimeMilliseconds() * 1_000_000;

    private static IntegrityFact Fact(IntegrityFactKind kind, uint count = 1) =>
        new(
            kind,
            Scene.Device,
            "dock-a",
            1,
            new SequenceRange(3, 2),
            LogKind.Event,
            default,
            Ns(900),
            count,
            0,
            new LeafRef(7, new LeafHash(1, 2, 3, 4))
        );

    [Fact]
    public void D01_is_a_final_gap_and_an_open_one_is_coverage()
    {
        var open = Hole();
        open.None("D01");
        Assert.Contains(open.Run().NotTestable, n => n.RuleId == "D01");
        var final = Hole();
        final.Gaps.Add(new GapFact(Log, new SequenceRange(4, 1), GapState.Final, GapCause.DeclaredGone, Ns(700), default));
        final.Only("D01");
        var late = Hole();
        late.AsOf = Scene.Day.AddDays(40);
        late.Only("D01");
    }

    [Fact]
    public void D01_counts_the_days_from_when_the_hole_could_be_seen_whatever_comes_behind_it_later()
    {
        var scene = Hole().Write(Scene.Device, 603, EventCode.Light);
        scene.NewestComesDaysLater = 35;
        scene.AsOf = Scene.Day.AddDays(28);
        scene.None("D01");
        scene.AsOf = Scene.Day.AddDays(40);
        scene.Only("D01");
    }

    [Fact]
    public void D01_says_of_a_range_that_another_gateway_receipted_that_it_is_missing_here_and_never_that_it_is_lost()
    {
        var elsewhere = Hole();
        elsewhere.AsOf = Scene.Day.AddDays(40);
        elsewhere.Gaps.Add(new GapFact(Log, new SequenceRange(4, 1), GapState.Open, GapCause.HeldElsewhere, Ns(700), default));
        elsewhere.None("D01");
        Assert.Contains(
            elsewhere.Run().NotTestable,
            n => n.RuleId == "D01" && n.ToString().Contains("another gateway", StringComparison.Ordinal)
        );
        var other = Hole();
        other.AsOf = Scene.Day.AddDays(40);
        other.Gaps.Add(new GapFact(Log, new SequenceRange(5, 1), GapState.Open, GapCause.HeldElsewhere, Ns(700), default));
        other.Only("D01");
    }

    [Fact]
    public void D01_follows_a_later_full_reading_and_D02_takes_the_block_that_wraps()
    {
        var reread = Hole();
        reread.Dockings.Add(
            new Docking
            {
                Device = Scene.Device,
                DockedAtNs = Ns(1_300),
                Held = [new SequenceRange(0, 4), new SequenceRange(5, 1)],
            }
        );
        reread.Only("D01");

        var wrapped = Scene.Shift();
        for (int i = 0; i < 4_002; i++)
        {
            wrapped.Write(Scene.Device, 500 + i / 60.0, EventCode.Light);
        }

        for (int i = 4; i < 4_004; i++)
        {
            wrapped.Lose(Scene.Device, i);
        }

        wrapped.Gaps.Add(new GapFact(Log, new SequenceRange(4, 4_000), GapState.Final, GapCause.OldestPassed, Ns(700), default));
        for (int i = 4_004; i > 4; i--)
        {
            wrapped.Lose(Scene.Device, i - 1);
        }

        wrapped.Only("D02");
        wrapped.None("D01");
    }

    [Fact]
    public void D04_and_D05_are_one_a_device_and_quarter()
    {
        var scene = Scene.Shift();
        ulong Stamp(double minute) => (ulong)Scene.Day.AddMinutes(minute).ToUnixTimeSeconds();
        scene.Write(Scene.Device, 430, EventCode.TimeSync, argument: Stamp(430));
        scene.Write(Scene.Device, 431, EventCode.TimeSync, argument: Stamp(431) + 500);
        scene.Write(Scene.Device, 0, EventCode.TimeSync, argument: Stamp(441), stamp: Stamp(440) + 560);
        Assert.Equal(2, scene.Only("D04").FactCount);
        scene.None("D05");

        var reset = Scene.Shift().Write(Scene.Device, 500, EventCode.ClockReset, argument: 946_684_800);
        reset.Write(Scene.Device, 0, EventCode.Light, stamp: 946_684_900);
        reset
            .Write(Scene.Device, 0, EventCode.TimeSync, argument: Stamp(510), stamp: 946_685_000)
            .Write(Scene.Device, 511, EventCode.Light);
        reset.Only("D05");
        reset.None("D07");
    }

    [Fact]
    public void D06_counts_days_without_docking()
    {
        var scene = Scene.Shift();
        scene.AsOf = Scene.Day.AddDays(32);
        scene.Only("D06");
        scene.AsOf = Scene.Day.AddDays(29);
        scene.None("D06");
    }

    [Fact]
    public void D07_is_time_going_back_with_no_setting()
    {
        Scene.Shift().Write(Scene.Device, 500, EventCode.Light).Write(Scene.Device, 490, EventCode.Light).Only("D07");
        Scene
            .Shift()
            .Write(Scene.Device, 500, EventCode.TimeSync, argument: (ulong)Scene.Day.AddMinutes(490).ToUnixTimeSeconds())
            .Write(Scene.Device, 491, EventCode.Light)
            .None("D07");
    }

    [Fact]
    public void D08_is_one_record_with_two_contents_across_ledgers_and_D16_many()
    {
        static LogStore Two(int differing)
        {
            var log = new LogStore();
            for (int copy = 0; copy < 2; copy++)
            {
                int batch = log.AddBatch(
                    new LogBatch
                    {
                        Device = Scene.Device,
                        Model = "X2",
                        ReceivedNs = Ns(1_000),
                        Leaf = new LeafRef((ulong)copy, default),
                    }
                );
                for (ulong s = 0; s < 5; s++)
                {
                    uint duration = copy == 1 && s < (ulong)differing ? 9u : 1u;
                    log.Add(
                        batch,
                        s,
                        new EventRecord(
                            1_780_000_000 + s,
                            0,
                            EventCode.Light,
                            EventFlags.None,
                            duration,
                            0,
                            0,
                            EventRecord.TemperatureAbsent,
                            90,
                            255,
                            0
                        )
                    );
                }
            }

            return log;
        }

        static IReadOnlyList<string> Rules(LogStore log) =>
            Reconciliation
                .Run(new ReconciliationInputs { Log = log, IntegrityFacts = [] }, Configuration.RuleSet.Standard, Scene.Day.AddDays(9))
                .Findings.Where(f => f.RuleId is "D08" or "D16")
                .Select(f => f.RuleId)
                .ToList();

        Assert.Empty(Rules(Two(0)));
        Assert.Equal(["D08"], Rules(Two(1)));
        Assert.Equal(["D16"], Rules(Two(3)));
    }

    [Fact]
    public void D09_is_an_activation_outside_an_armed_session_unless_the_record_before_it_is_missing()
    {
        Scene.Shift().Write(Scene.Device, 500, EventCode.Trigger, 5_000).Only("D09");
        var missing = Scene.Shift().Write(Scene.Device, 499, EventCode.Arm).Write(Scene.Device, 500, EventCode.Trigger, 5_000);
        missing.Lose(Scene.Device, 3).None("D09");
    }

    [Fact]
    public void D11_leaves_docking_and_pack_changes_alone()
    {
        Scene
            .Shift()
            .Write(Scene.Device, 900, EventCode.Light, battery: 40)
            .Write(Scene.Device, 901, EventCode.Light, battery: 60)
            .Only("D11");
        Scene
            .Shift()
            .Write(Scene.Device, 900, EventCode.Light, battery: 40)
            .Write(Scene.Device, 901, EventCode.BatteryInsert, battery: 90)
            .Write(Scene.Device, 902, EventCode.Light, battery: 90)
            .None("D11");
        Scene
            .Shift()
            .Write(Scene.Device, 900, EventCode.Light, battery: 40)
            .Write(Scene.Device, 901, EventCode.Light, battery: 45)
            .None("D11");
    }

    [Fact]
    public void D12_wants_a_ticket_for_a_change_of_firmware()
    {
        static Scene With(double from) =>
            Scene
                .Shift()
                .Write(Scene.Device, 900, EventCode.FirmwareUpdate)
                .Register(
                    RegisterKind.Changes,
                    $"ChangeRef,DeviceSerial,What,From,To\nC1,{Scene.Device},firmware,{Scene.At(from)},{Scene.At(from + 60)}\n"
                );
        With(1_000).Only("D12");
        With(880).None("D12");
    }

    [Theory]
    [InlineData(IntegrityFactKind.Variant, "D08")]
    [InlineData(IntegrityFactKind.LogForked, "D16")]
    [InlineData(IntegrityFactKind.Retranslated, "D17")]
    [InlineData(IntegrityFactKind.ReceiptedButMissing, "D18")]
    [InlineData(IntegrityFactKind.UploadIncomplete, "D13")]
    [InlineData(IntegrityFactKind.DockUnknown, "D14")]
    [InlineData(IntegrityFactKind.DockClockUnsynchronised, "D14")]
    [InlineData(IntegrityFactKind.DockCertificateExpired, "D14")]
    [InlineData(IntegrityFactKind.NotExtending, "D15")]
    public void What_the_gateway_noted_becomes_its_finding_with_the_leaf(IntegrityFactKind kind, string rule)
    {
        var scene = Scene.Shift();
        scene.Integrity.Add(Fact(kind));
        var finding = scene.Only(rule);
        Assert.Contains(finding.Facts, f => f.Leaf.Index == 7);
        Scene.Shift().None(rule);
    }

    [Fact]
    public void D10_compares_pulses_with_the_duration_and_its_rounding()
    {
        static IReadOnlyList<string> Rules(ulong pulses)
        {
            var log = new LogStore();
            int batch = log.AddBatch(
                new LogBatch
                {
                    Device = Scene.Device,
                    Model = "X2",
                    ReceivedNs = Ns(1_000),
                    ClockQuality = ClockQuality.TwoSided,
                }
            );
            ulong stamp = (ulong)Scene.Day.AddMinutes(600).ToUnixTimeSeconds();
            log.Add(
                batch,
                0,
                new EventRecord(stamp, 0, EventCode.Trigger, EventFlags.None, 5_000, 1, 0, EventRecord.TemperatureAbsent, 90, 0, 0)
            );
            int other = log.AddBatch(
                new LogBatch
                {
                    Device = Scene.Device,
                    Model = "X2",
                    Log = LogKind.Pulse,
                    ReceivedNs = Ns(1_000),
                }
            );
            log.Add(
                other,
                0,
                new EventRecord(stamp, 0, EventCode.PulseBlock, EventFlags.None, 5_000, 1, 0, EventRecord.TemperatureAbsent, 90, 0, pulses)
            );
            return Reconciliation
                .Run(new ReconciliationInputs { Log = log }, Configuration.RuleSet.Standard, Scene.Day.AddDays(9))
                .Findings.Where(f => f.RuleId == "D10")
                .Select(f => f.RuleId)
                .ToList();
        }

        Assert.Empty(Rules(95));
        Assert.Equal(["D10"], Rules(60));
    }
}
