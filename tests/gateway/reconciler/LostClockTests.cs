using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>A clock that lost its time is compared once, weeks later: the times between rest on how far it may have run away (domain 1.5).</summary>
public sealed class LostClockTests
{
    private const string Device = "X290001AA";
    private const ulong Second = 1_000_000_000;
    private const ulong DaySeconds = 86_400;
    private static readonly ulong Factory = (ulong)new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly ulong Lost = (ulong)Scene.Day.ToUnixTimeSeconds();
    private static readonly ulong Docked = Lost + 20 * DaySeconds;
    private static readonly ulong DockedAgain = Docked + 29 * DaySeconds;

    /// <summary>
    /// The clock gains 500 millionths and was set back among records that an upload cut short did not bring: 29 days later it shows 534 s, not
    /// the 1,252 s that it gained.
    /// </summary>
    [Fact]
    public void What_such_a_clock_shows_later_is_no_measure_of_how_far_it_ran_away()
    {
        var gained = 20 * DaySeconds / 2_000;
        var log = new LogStore();
        var clock = Factory + 20 * DaySeconds + gained;
        var first = Stored(
            log,
            Docked,
            clock,
            0,
            Row(Factory, EventCode.ClockReset, Factory),
            Row(Factory + DaySeconds + DaySeconds / 2_000, EventCode.Trigger),
            Row(clock + 20, EventCode.TimeSync, Docked + 20)
        );
        var second = Stored(log, DockedAgain, DockedAgain + 534, 3, Row(Docked + 2 * DaySeconds, EventCode.Trigger));

        var inputs = new ReconciliationInputs { Log = log, ClockComparisons = [first, second] };
        var result = Reconciliation.Run(inputs, RuleSet.Standard, Scene.Day.AddDays(60));

        var when = result.Activations.Single(a => a.Sequence == 1).When;
        var was = (long)((Lost + DaySeconds) * Second);
        Assert.True(when.LowNs <= was && was <= when.HighNs, $"{when} does not hold {DateTimeOffset.UnixEpoch.AddTicks(was / 100):O}");
    }

    private static EventRecord Row(ulong stamp, EventCode code, ulong argument = 0) =>
        new(stamp, 0, code, EventFlags.None, code == EventCode.Trigger ? 2_000u : 0, 1, 0, EventRecord.TemperatureAbsent, 90, 0, argument);

    private static ClockComparison Stored(LogStore log, ulong docked, ulong clock, ulong from, params EventRecord[] rows)
    {
        var leaf = new LeafRef(docked, new LeafHash(docked, 2, 3, 4));
        var number = log.AddBatch(
            new LogBatch
            {
                Device = Device,
                Model = "X2",
                Armoury = "central",
                ReceivedNs = docked * Second,
                ClockQuality = ClockQuality.TwoSided,
                ClockOffsetNs = ((long)docked - (long)clock) * (long)Second,
                ClockBoundNs = Second,
                DockingSession = (uint)(docked / DaySeconds),
                Leaf = leaf,
            }
        );
        for (var i = 0; i < rows.Length; i++)
        {
            Assert.True(log.Add(number, from + (ulong)i, rows[i]));
        }

        return new ClockComparison(
            Device,
            (uint)(docked / DaySeconds),
            (long)(clock * Second),
            (long)(docked * Second),
            Second,
            ClockQuality.TwoSided,
            new HeldRecord(default, from + (ulong)rows.Length - 1),
            leaf
        );
    }
}
