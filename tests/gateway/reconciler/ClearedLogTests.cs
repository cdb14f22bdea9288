using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Reconciler.Tests;

/// <summary>A log that was cleared begins again at sequence 0 in a new epoch (SPEC clause 6): a place in it is no place in the old one.</summary>
public sealed class ClearedLogTests
{
    private const string Device = "X290001AA";
    private const ulong Second = 1_000_000_000;
    private static readonly ulong Factory = (ulong)new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();
    private static readonly ulong Day = (ulong)Scene.Day.ToUnixTimeSeconds();

    /// <param name="number">Of the new log's epoch; where it is the old one's again, incarnations alone tell them apart, and say nothing of order.</param>
    /// <param name="oldIncarnation">Of the old log.</param>
    /// <param name="newIncarnation">Of the new one.</param>
    [Theory]
    [InlineData(1, 0, 77)]
    [InlineData(0, 5, 77)]
    [InlineData(0, 77, 5)]
    public void A_comparison_of_the_old_log_dates_nothing_in_the_new_one(uint number, ulong oldIncarnation, ulong newIncarnation)
    {
        var (first, second) = (new Epoch(0, oldIncarnation), new Epoch(number, newIncarnation));
        var log = new LogStore();
        var old = Stored(log, 1, first, docked: Day, clock: Day, [.. Enumerable.Range(0, 8).Select(i => Day - 900 + 60 * (ulong)i)]);
        // cleared, and its clock lost, so that it is 26 years behind when it is docked again three weeks later
        var docked = Day + 21 * 86_400;
        var clock = Factory + 9 * 86_400;
        var later = Stored(log, 2, second, docked, clock, [.. Enumerable.Range(0, 12).Select(i => clock - 900 + 60 * (ulong)i)]);
        var inputs = new ReconciliationInputs { Log = log, ClockComparisons = [old, later] };

        var result = Reconciliation.Run(inputs, RuleSet.Standard, Scene.Day.AddDays(30));

        var ofNew = result.Activations.Where(a => a.Epoch == second).ToList();
        Assert.Equal(12, ofNew.Count);
        Assert.All(ofNew, a => Assert.InRange(a.When.LowNs, (long)((docked - 1_000) * Second), (long)(docked * Second)));
        Assert.InRange(result.FromNs, Scene.Day.AddDays(-2).ToUnixTimeMilliseconds() * 1_000_000, (long)(Day * Second));
    }

    /// <summary>One docking: a batch of activations, and the comparison that was made then.</summary>
    private static ClockComparison Stored(LogStore log, uint docking, Epoch lives, ulong docked, ulong clock, ulong[] stamps)
    {
        var leaf = new LeafRef(docking, new LeafHash(docking, 2, 3, 4));
        var number = log.AddBatch(
            new LogBatch
            {
                Device = Device,
                Model = "X2",
                Armoury = "central",
                Epoch = lives,
                ReceivedNs = docked * Second,
                ClockQuality = ClockQuality.TwoSided,
                ClockOffsetNs = ((long)docked - (long)clock) * (long)Second,
                ClockBoundNs = Second,
                DockingSession = docking,
                Leaf = leaf,
            }
        );
        for (var i = 0; i < stamps.Length; i++)
        {
            var record = new EventRecord(
                stamps[i],
                0,
                EventCode.Trigger,
                EventFlags.None,
                2_000,
                1,
                0,
                EventRecord.TemperatureAbsent,
                90,
                0,
                0
            );
            Assert.True(log.Add(number, (ulong)i, record));
        }

        return new ClockComparison(
            Device,
            docking,
            (long)(clock * Second),
            (long)(docked * Second),
            Second,
            ClockQuality.TwoSided,
            new HeldRecord(lives, (ulong)stamps.Length - 1),
            leaf
        );
    }
}
