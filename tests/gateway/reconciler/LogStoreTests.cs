using CsCheck;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Output;

namespace TaserTelemetry.Reconciler.Tests;

public sealed class LogStoreTests
{
    [Fact]
    public void A_run_that_lets_go_of_the_log_finds_the_same_and_a_second_run_over_it_is_refused()
    {
        var kept = RuleScenes.Everything().Inputs();
        var letGo = RuleScenes.Everything().Inputs() with { LetsGoOfLog = true };
        var asOf = Scene.Day.AddDays(10);
        Assert.Equal(Bytes(Reconciliation.Run(kept, RuleSet.Standard, asOf)), Bytes(Reconciliation.Run(letGo, RuleSet.Standard, asOf)));
        Assert.Equal(kept.Log.Count, letGo.Log.Count);
        var refused = Assert.ThrowsAny<Exception>(() => Reconciliation.Run(letGo, RuleSet.Standard, asOf));
        Assert.Contains("let go", refused.ToString(), StringComparison.Ordinal);
        Reconciliation.Run(kept, RuleSet.Standard, asOf);
    }

    [Fact]
    public void Entries_come_out_as_they_went_in_whatever_they_hold()
    {
        var field = Gen.OneOf(Gen.ULong[0, 3], Gen.ULong, Gen.Const(ulong.MaxValue), Gen.Const(1UL << 63));
        var entry = Gen.Select(field.Array[8], Gen.OneOf(Gen.Int[0, 3], Gen.Const(int.MaxValue)), (f, batch) => Entry(f, batch));
        entry
            .Array[0, 2_000]
            .Sample(
                entries =>
                {
                    var packed = new PackedEntries();
                    foreach (var e in entries)
                    {
                        packed.Add(e);
                    }

                    Assert.Equal(entries.Length, packed.Count);
                    Assert.Equal(entries, packed.ToArray());
                },
                iter: 100
            );
    }

    private static StoredEntry Entry(ulong[] f, int batch)
    {
        var record = new EventRecord(
            f[0],
            (uint)(f[1] & uint.MaxValue),
            (EventCode)(f[2] & ushort.MaxValue),
            (EventFlags)(f[2] >> 48),
            (uint)(f[3] >> 32),
            (uint)(f[4] & uint.MaxValue),
            (uint)(f[5] & uint.MaxValue),
            unchecked((short)(f[6] & ushort.MaxValue)),
            (byte)(f[6] >> 56),
            (byte)(f[3] & byte.MaxValue),
            f[6]
        );
        return new StoredEntry(record, f[7], batch);
    }

    [Fact]
    public void A_cell_that_comes_again_is_the_same_string_and_more_values_than_are_remembered_stay_right()
    {
        var repeated = new RepeatedText();
        string first = repeated.Of(new string("OFF1"));
        Assert.Same(first, repeated.Of(string.Concat("OF", "F", 1)));
        for (int i = 0; i <= RepeatedText.Places; i++)
        {
            string text = FormattableString.Invariant($"X29{i:D6}");
            Assert.Equal(text, repeated.Of(text));
        }
    }

    [Fact]
    public void A_report_that_names_no_device_is_not_said_to_name_an_unknown_one()
    {
        var scene = Scene.Shift().Reports($"R1,1,,,N1,{Scene.At(600)},,Fired,1", $"R2,1,,,N2,{Scene.At(600)},X99ZZZZZZ,Fired,1");
        var reports = scene.Run().Reports;
        Assert.Equal(
            "no device serial is stated, and none was on issue to the officer as far as is known",
            reports.Single(r => r.ReportId == "R1").Reason
        );
        Assert.Equal("the device serial is that of no known device", reports.Single(r => r.ReportId == "R2").Reason);
    }

    private static byte[] Bytes(ReconciliationResult result)
    {
        using var stream = new MemoryStream();
        JsonOutput.Write(result, stream);
        HtmlOutput.Write(result, stream);
        return stream.ToArray();
    }
}
