using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Audit;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Embedded;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

/// <summary>A store keeps the grade with which a record came; a reader also sees the one that a head gave it later (SPEC clause 13.1).</summary>
public sealed class StoredGradesTests : IDisposable
{
    private readonly Ground folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_activation_is_shown_with_the_best_grade_of_the_heads_that_cover_it_in_its_own_life_of_its_own_log()
    {
        using var store = DuckStore.Open(folder.At("store.duckdb"), new DuckDbSettings(), "a");
        SeriesEvent[] three = [Sample.Event(10), Sample.Event(20), Sample.Event(30)];
        await store.AcceptAsync(Sample.Source(leaf: 0), three, default);
        await store.AcceptAsync(Sample.Source(leaf: 1) with { Grade = "E" }, new[] { Sample.Event(12) }, default);
        var ours = Sample.Source();
        foreach (
            var check in new[]
            {
                Head(ours.Log, ours.Epoch, 10, 21, AuthenticityGrade.B),
                Head(ours.Log, ours.Epoch, 20, 21, AuthenticityGrade.A),
                Head(LogKind.Pulse, ours.Epoch, 30, 40, AuthenticityGrade.A),
                Head(ours.Log, new Epoch(1, 5), 30, 40, AuthenticityGrade.A),
                Head(ours.Log, ours.Epoch, 30, 40, AuthenticityGrade.A) with
                {
                    Result = ChainResult.ChainBroken,
                },
            }
        )
        {
            await store.AcceptAsync(SeriesFacts.Of(2, check)!, default);
        }
        await store.ReachedAsync(3, default);
        await store.FlushAsync(default);
        using var reader = store.OpenReader();
        Assert.Equal(
            [(10UL, "C", "B"), (12, "E", null), (20, "C", "A"), (30, "C", null)],
            StoreQueries.Activations(reader, ours.Device).Rows.Select(row => (row.Sequence, row.Grade, row.VerifiedGrade))
        );
    }

    [Fact]
    public void A_fact_about_a_log_says_in_which_life_of_which_log_its_sequence_counts()
    {
        var buffer = new byte[EventLines.LineBytesMax];
        var fact = SeriesFacts.Of(2, Head(LogKind.Event, new Epoch(3, 9), 10, 21, AuthenticityGrade.B))!;
        var line = System.Text.Encoding.UTF8.GetString(buffer, 0, FactLines.Write(buffer, fact));
        Assert.Contains(
            ",state=verified_b leaf=2i,first=10i,count=11i,log=\"event\",epoch=3i,incarnation=9i ",
            line,
            StringComparison.Ordinal
        );
    }

    private static ChainCheck Head(LogKind log, Epoch epoch, ulong first, ulong next, AuthenticityGrade grade) =>
        new(1_795_305_700_000_000_000, Sample.Source().Device, log, epoch, first, next, default, ChainResult.Verified, grade);
}
