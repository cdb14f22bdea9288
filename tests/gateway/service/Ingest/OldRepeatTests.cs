using Microsoft.Extensions.DependencyInjection;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>What stands in sealed segments is not kept in memory, and is known all the same.</summary>
public sealed class OldRepeatTests : IDisposable
{
    private const int SegmentBytes = 128 << 10;
    private const int Batches = 150;
    private const int BatchRecords = 100;
    private const int DamagedBytes = 8 << 10;
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task Repeats_and_variants_of_old_records_are_told_from_the_index_and_memory_holds_one_segment()
    {
        await using var gateway = await RunningGateway.StartAsync(Short, ground.Folder);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await FillAsync(dock);
        await IndexedAsync(gateway);
        var journal = JournalOf(gateway);
        Assert.True(SegmentsIn(ground.Folder) > 4, "the journal must have sealed segments");
        Assert.InRange(journal.Known.HeldCount, 0, SegmentBytes / (40 * BatchRecords));
        await OldOnesAreKnownAsync(gateway, dock);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_index_that_is_missing_cut_or_flipped_is_made_again_and_the_repeats_are_told(bool killed)
    {
        await using (var gateway = await RunningGateway.StartAsync(Short, ground.Folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await FillAsync(dock);
            await IndexedAsync(gateway);
            if (killed)
            {
                // as a kill: nothing is said at the end, no snapshot but those of the seals
                gateway.Services.GetRequiredService<FatalEnd>().Report("the power is gone");
            }
        }
        var files = Directory.GetFiles(Path.Combine(ground.Folder, "data", "journal"), "*.idx").Order(StringComparer.Ordinal).ToList();
        Assert.True(files.Count > 3);
        File.Delete(files[0]);
        File.WriteAllBytes(files[1], File.ReadAllBytes(files[1])[..^20]);
        var flipped = File.ReadAllBytes(files[2]);
        flipped[^5] ^= 1;
        File.WriteAllBytes(files[2], flipped);
        await using var again = await RunningGateway.StartAsync(Short, ground.Folder);
        await IndexedAsync(again);
        var journal = JournalOf(again);
        Assert.True(journal.FoldedFrom > journal.Ledger.NextIndex / 2, "a start begins from the newest seal or stop");
        await using var second = await TestDock.ConnectAsync(again.Mqtt, RunningGateway.Dock);
        await second.OpenAsync();
        await OldOnesAreKnownAsync(again, second);
    }

    [Fact]
    public async Task Open_gaps_outlive_a_start_that_reads_no_old_records()
    {
        await using (var gateway = await RunningGateway.StartAsync(Short, ground.Folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 4));
            await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 9, 4));
        }
        Assert.Single(RunningGateway.LeavesIn(ground.Folder), l => l.Leaf is Gap { State: GapState.Open, First: 5, Next: 9 });
        await using var again = await RunningGateway.StartAsync(Short, ground.Folder);
        Assert.True(JournalOf(again).FoldedFrom > 0);
        await using var second = await TestDock.ConnectAsync(again.Mqtt, RunningGateway.Dock);
        await second.OpenAsync();
        await second.AckOfAsync(await second.SendBatchAsync(RunningGateway.Device, 5, 4));
        await again.StopAsync();
        Assert.Single(RunningGateway.LeavesIn(ground.Folder), l => l.Leaf is Gap { State: GapState.Filled, First: 5, Next: 9 });
    }

    [Fact]
    public async Task A_damaged_segment_whose_index_is_gone_ends_a_gateway_and_a_command_with_the_place_and_what_to_do()
    {
        await using (var gateway = await RunningGateway.StartAsync(Short, ground.Folder))
        {
            await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
            await dock.OpenAsync();
            // more than one tile of 256 leaves: the ledger itself no longer reads the first segment at a start
            await FillAsync(dock, 4 * Batches);
            await IndexedAsync(gateway);
        }
        var segment = Directory.GetFiles(ground.At("data", "journal"), "*.seg").Order(StringComparer.Ordinal).First();
        File.Delete(Path.ChangeExtension(segment, ".idx"));
        var bytes = File.ReadAllBytes(segment);
        bytes.AsSpan(bytes.Length / 2, DamagedBytes).Fill(0x5A);
        File.WriteAllBytes(segment, bytes);
        SaysWhereAndWhatToDo(await RunningGateway.EndOfAsync(Short, ground.Folder), segment);
        string[] folders = ["--data", ground.At("data"), "--keys", ground.At("keys")];
        string[] dock9 = ["enrol", "dock", "dock-9", "--force", "f", "--armoury", "a", "--by", "inspector 7"];
        await using var verb = RealProcess.StartOurs("taser-gateway", ground.Folder, [.. dock9, .. folders]);
        var exitCode = await verb.WaitForExitAsync();
        Assert.True(exitCode == 1, $"exit {exitCode}: {verb.Output}{verb.Errors}");
        SaysWhereAndWhatToDo(verb.Errors, segment);
        Assert.DoesNotContain("   at ", verb.Errors, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(segment));
    }

    private static void SaysWhereAndWhatToDo(string words, string segment)
    {
        Assert.Contains(Path.GetFileName(segment), words, StringComparison.Ordinal);
        Assert.Contains("restore this segment from the mirror or a backup", words, StringComparison.Ordinal);
    }

    private static void Short(GatewaySettings settings) => settings.Journal.SegmentBytes = SegmentBytes;

    private static OpenJournal JournalOf(RunningGateway gateway) => gateway.Services.GetRequiredService<JournalService>().Open;

    private static int SegmentsIn(string folder) => Directory.GetFiles(Path.Combine(folder, "data", "journal"), "*.seg").Length;

    private static async Task FillAsync(TestDock dock, int batches = Batches)
    {
        for (var batch = 0; batch < batches; batch++)
        {
            var number = await dock.SendBatchAsync(RunningGateway.Device, 1 + (ulong)(batch * BatchRecords), BatchRecords);
            Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(number)).Verdict);
        }
    }

    private static Task IndexedAsync(RunningGateway gateway)
    {
        var journal = JournalOf(gateway);
        return Ground.UntilAsync(
            () =>
                Task.FromResult(
                    journal.Known.Complete
                        && journal.Ledger.KeyIndex.Missing().Count == 0
                        && journal.Known.MemoryFrom == journal.Ledger.KeyIndex.OpenFirst
                ),
            "the index of every sealed segment"
        );
    }

    /// <summary>Every second batch as it was: nothing new. Then one across two batches that says something else: a variant, and said so.</summary>
    private static async Task OldOnesAreKnownAsync(RunningGateway gateway, TestDock dock)
    {
        var before = gateway.Leaves<StoredBatch>().Count();
        for (var batch = 0; batch < Batches; batch += 2)
        {
            var number = await dock.SendBatchAsync(RunningGateway.Device, 1 + (ulong)(batch * BatchRecords), BatchRecords);
            var same = await dock.AckOfAsync(number);
            Assert.Equal((Verdict.Stored, Reason.None), (same.Verdict, same.Reason));
        }
        Assert.Equal(before, gateway.Leaves<StoredBatch>().Count());
        var changed = await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 51, BatchRecords, durationMs: 1));
        Assert.Equal((Verdict.Stored, Reason.BytesDiffer), (changed.Verdict, changed.Reason));
        var variant = gateway.Leaves<StoredBatch>().Last();
        Assert.Equal((0, 100UL), (variant.NewRanges.Count, variant.VariantRanges.SequenceCount));
    }
}
