using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Tests.Simulation;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Ledger.Tests;

public sealed class KeyRotationTests
{
    private static readonly LogPlace Place = LogPlace.Ledger("/data");
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly SimulatedDisk disk = new(1);

    [Fact]
    public void In_the_overlap_both_keys_sign_and_afterwards_only_the_new_one()
    {
        var first = AppendAndSign(1);
        var second = new KeyRotation(disk, Place, "/keys").Begin();
        Assert.NotEqual(first.ToString(), second.ToString());
        Assert.Equal(second.ToString(), AppendAndSign(2).ToString());
        Assert.True(Verify(first).KeyIsEstablished);
        Assert.Throws<LogKeyException>(() => new KeyRotation(disk, Place, "/keys").Begin());
        new KeyRotation(disk, Place, "/keys").End();
        AppendAndSign(3);
        Assert.False(Verify(first).IsIntact);
        Assert.False(Verify(first).KeyIsEstablished);
        Assert.True(Verify(first, second).IsIntact);
        Assert.DoesNotContain(disk.Files, file => file.Path.EndsWith("ledger.old.key", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rotation_cut_short_anywhere_is_finished_at_the_next_opening_or_had_not_begun()
    {
        for (var step = 1; ; step++)
        {
            var cut = new SimulatedDisk(step);
            AppendAndSign(1, cut);
            cut.FailPowerAt = cut.Operations + step;
            try
            {
                new KeyRotation(cut, Place, "/keys").Begin();
                Assert.True(step > 1, "the power never failed");
                return;
            }
            catch (PowerFailure)
            {
                cut.LosePower();
            }
            AppendAndSign(2, cut);
            var result = LedgerVerifier.Run(new VerifyOptions(Place) { Disk = cut });
            Assert.True(result.IsIntact, $"step {step}: {string.Join("\n", result.Problems)}");
        }
    }

    [Fact]
    public void A_frozen_log_takes_nothing_more_and_still_verifies()
    {
        var key = AppendAndSign(1);
        new KeyRotation(disk, Place, "/keys").Freeze("the key was found on a stick");
        Assert.Contains("found on a stick", Assert.Throws<LogFrozenException>(() => Open(disk)).Message);
        Assert.True(Verify(key).IsIntact);
    }

    [Fact]
    public void Another_key_or_another_origin_is_refused_with_what_to_do()
    {
        AppendAndSign(1);
        Assert.Contains(
            "fixed at creation",
            Assert.Throws<LogKeyException>(() => TamperEvidentLog.Open(Options(disk) with { Origin = "example.com/other" })).Message
        );
        var elsewhere = new LogOptions(Place, "/other-keys")
        {
            Disk = disk,
            SegmentBytes = 4096,
            PrepareAhead = false,
        };
        Assert.Contains("--keys", Assert.Throws<LogKeyException>(() => TamperEvidentLog.Open(elsewhere)).Message);
        disk.Remove("/keys/ledger.key");
        new KeyFolder(disk, "/keys").Create("ledger", "example.com/other").Dispose();
        Assert.Contains("not this log's", Assert.Throws<LogKeyException>(() => Open(disk)).Message);
    }

    private Notes.VerifierKey AppendAndSign(int seed, SimulatedDisk? on = null)
    {
        using var log = Open(on ?? disk);
        log.Append(SampleItems.Group(new Random(seed), 4));
        Assert.Equal(SignStatus.Signed, log.TrySign(Noon.AddDays(seed), stopping: true).Status);
        return log.Key;
    }

    private static LogOptions Options(IDisk on) =>
        new(Place, "/keys")
        {
            Disk = on,
            SegmentBytes = 4096,
            PrepareAhead = false,
        };

    private static TamperEvidentLog Open(IDisk on) => TamperEvidentLog.Open(Options(on));

    private VerifyResult Verify(params Notes.VerifierKey[] keys) =>
        LedgerVerifier.Run(new VerifyOptions(Place) { Disk = disk, Keys = keys });
}
