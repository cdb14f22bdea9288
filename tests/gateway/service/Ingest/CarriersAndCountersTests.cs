using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Trust;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>Packs that bring a part of a log, counters that are narrower than a sequence, and translators (SPEC clauses 6.2, 7.1, 8.9, 13.7).</summary>
public sealed class CarriersAndCountersTests
{
    private const byte CounterBits = 8;
    private static readonly LogKey Log = new(RunningGateway.Device, LogKind.Event, new Epoch(1, 7));

    [Fact]
    public async Task What_a_pack_does_not_hold_is_an_open_gap_and_what_the_device_itself_no_longer_holds_is_final()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.SendBatchAsync(RunningGateway.Device, 0, 50, epoch: Log.Epoch);
        await dock.DockAsync(Log, 100, 50, carrier: "PACK-2");
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 100, 50, epoch: Log.Epoch));
        await dock.OpenAsync();
        Assert.Equal([(50UL, 100UL, GapState.Open, GapCause.NotDelivered)], Gaps(gateway));

        await dock.DockAsync(Log, 100, 50);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 150, 1, epoch: Log.Epoch));
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 151, 1, epoch: Log.Epoch));
        Assert.Equal((50UL, 100UL, GapState.Final, GapCause.Overwritten), Gaps(gateway)[^1]);
    }

    [Fact]
    public async Task What_a_device_says_in_a_second_Docked_of_one_session_takes_nothing_back_of_what_it_said_in_the_first()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.SendBatchAsync(RunningGateway.Device, 0, 50, epoch: Log.Epoch);
        // More than 16 ranges are held: the lowest are said first, and the device goes before all of it was sent.
        await dock.DockAsync(Log, 50, 50);
        await dock.DockAsync(Log, 100, 50);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 100, 50, epoch: Log.Epoch));
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 150, 1, epoch: Log.Epoch));
        Assert.Equal([(50UL, 100UL, GapState.Open, GapCause.NotDelivered)], Gaps(gateway));
    }

    [Fact]
    public async Task Our_receipt_for_numbers_of_a_counter_that_turned_over_is_missed_only_where_no_turn_has_them_in_its_leaves()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.EchoAsync();
        await SendAsync(dock, 250, 6);
        await SendAsync(dock, 0, 4);
        await dock.DockAsync(Log, 0, 4, CounterBits);
        var given = await dock.ReceiveAsync<Receipt>();
        Assert.Equal(new SequenceRange(0, 4), given.Ranges[0].Range);
        Assert.Equal(Reason.None, await ShowAsync(dock, given));

        // The counter goes round once more: its 0 is now nearest to a number that has not come yet.
        await SendAsync(dock, 4, 126);
        await SendAsync(dock, 130, 126);
        Assert.Equal([250UL, 256, 260, 386], gateway.Leaves<StoredBatch>().Select(batch => batch.First));
        Assert.Equal(Reason.None, await ShowAsync(dock, given));
        using var key = Gateway.Ingest.Trust.ReceiptKey.Open(Path.Combine(gateway.Folder, "keys"), "").Key;
        var range = given.Ranges[0];
        var ofAnotherTurn = new Receipt(
            given.Log,
            given.IssuedUtcNs,
            given.KeyId,
            given.Gateway,
            [range with { LeafFirst = range.LeafFirst + 1, LeafLast = range.LeafLast + 1 }],
            default
        );
        Assert.Equal(Reason.ReceiptedButMissing, await ShowAsync(dock, ofAnotherTurn.Signed(bytes => key.Sign(bytes))));
    }

    [Theory]
    [InlineData(7, 2, Reason.Retranslated, BatchMarks.Variant | BatchMarks.Retranslated)]
    [InlineData(7, 1, Reason.BytesDiffer, BatchMarks.Variant)]
    [InlineData(8, 2, Reason.BytesDiffer, BatchMarks.Variant)]
    [InlineData(0, 0, Reason.BytesDiffer, BatchMarks.Variant)]
    public async Task A_record_that_another_version_of_its_translator_gives_otherwise_is_told_from_one_that_was_altered(
        ushort id,
        ushort version,
        Reason told,
        BatchMarks marks
    )
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        async Task<FrameVerdict> SendTranslatedAsync(uint durationMs, (ushort, ushort) translator)
        {
            var number = dock.NextFrame();
            var (session, device) = (dock.Session, RunningGateway.Device);
            await dock.PublishAsync(
                dock.UpTopic,
                TestDock.Batch(session, number, device, 1, 3, durationMs, Log.Epoch, translator: translator)
            );
            return await dock.AckOfAsync(number);
        }

        Assert.Equal(Reason.None, (await SendTranslatedAsync(5_000, (7, 1))).Reason);
        Assert.Equal(told, (await SendTranslatedAsync(4_000, (id, version))).Reason);
        var last = gateway.Leaves<StoredBatch>().Last();
        Assert.Equal(marks, last.Marks & (BatchMarks.Variant | BatchMarks.Retranslated));
    }

    [Fact]
    public async Task A_pack_that_brings_what_the_device_no_longer_holds_is_marked_late()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.DockAsync(Log, 100, 50);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 100, 50, epoch: Log.Epoch));
        foreach (var first in new[] { 0UL, 150UL })
        {
            var number = dock.NextFrame();
            var batch = TestDock.Batch(dock.Session, number, RunningGateway.Device, first, 10, epoch: Log.Epoch, carrier: "PACK-1");
            await dock.PublishAsync(dock.UpTopic, batch);
            await dock.AckOfAsync(number);
        }
        Assert.Equal([false, true, false], gateway.Leaves<StoredBatch>().Select(batch => batch.Marks.HasFlag(BatchMarks.LateCarrier)));
    }

    private static async Task<Reason> ShowAsync(TestDock dock, Receipt receipt) =>
        (await dock.AckOfAsync(await dock.SendAsync(new ReceiptShown("", receipt)))).Reason;

    private static async Task SendAsync(TestDock dock, ulong first, int count)
    {
        var number = dock.NextFrame();
        var batch = TestDock.Batch(dock.Session, number, RunningGateway.Device, first, count, epoch: Log.Epoch, sequenceBits: CounterBits);
        await dock.PublishAsync(dock.UpTopic, batch);
        await dock.AckOfAsync(number);
    }

    private static List<(ulong First, ulong Next, GapState State, GapCause Cause)> Gaps(RunningGateway gateway) =>
        [.. gateway.Leaves<Gap>().Select(gap => (gap.First, gap.Next, gap.State, gap.Cause))];
}
