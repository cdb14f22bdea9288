using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Tests;
using LogCleared = TaserTelemetry.FirmwareProtocol.Messages.LogCleared;
using RangeGone = TaserTelemetry.FirmwareProtocol.Messages.RangeGone;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>What SPEC clauses 6, 8 and 10 promise of docking sessions, against a whole gateway.</summary>
public sealed class SessionRulesTests
{
    private static readonly LogKey Log = new(RunningGateway.Device, LogKind.Event, default);

    [Fact]
    public async Task The_same_hello_gets_the_same_welcome_and_another_one_a_new_session()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var hello = TestDock.HelloOf(RunningGateway.Dock);
        await dock.OpenAsync(hello);
        var first = dock.Session;
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1));
        await dock.OpenAsync(hello);
        Assert.Equal(first, dock.Session);
        await dock.OpenAsync(hello with { MonotonicNs = hello.MonotonicNs + 1 });
        Assert.NotEqual(first, dock.Session);
    }

    [Fact]
    public async Task A_number_used_for_other_bytes_ends_the_session_and_loses_nothing()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var number = await dock.SendBatchAsync(RunningGateway.Device, 1, 2);
        await dock.AckOfAsync(number);
        await dock.PublishAsync(dock.UpTopic, TestDock.Batch(dock.Session, number, RunningGateway.Device, 3, 2));
        var abort = await dock.ReceiveAsync<Abort>();
        Assert.Equal((Reason.FrameNumberReused, ReasonAction.HelloAgain), (abort.Reason, abort.Action));
        Assert.Equal(4UL, Sequences(gateway));
    }

    [Fact]
    public async Task A_second_dock_is_asked_only_for_what_the_first_has_not_brought()
    {
        var other = RunningGateway.Dock with { Dock = "dock-2" };
        await using var gateway = await RunningGateway.StartAsync(settings =>
            settings.Docks.Add(
                new()
                {
                    Name = other.Dock,
                    Force = other.Force,
                    Armoury = other.Armoury,
                }
            )
        );
        await using var first = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await using var second = await TestDock.ConnectAsync(gateway.Mqtt, other);
        var log = Log with { Epoch = new Epoch(1, 7) };
        await first.OpenAsync();
        await first.AckOfAsync(await first.SendBatchAsync(RunningGateway.Device, 4, 3, epoch: log.Epoch));
        await second.OpenAsync();
        await second.EchoAsync();
        await second.DockAsync(log, 0, 10);
        Assert.Equal("0+4, 7+3", (await second.ReceiveAsync<Want>()).Ranges.ToString());
        Assert.Equal("4+3", Text(await second.ReceiveAsync<Receipt>()));
        await second.SendBatchAsync(RunningGateway.Device, 7, 3, epoch: log.Epoch);
        await second.SendBatchAsync(RunningGateway.Device, 0, 4, epoch: log.Epoch);
        Assert.Equal("0+10", Text(await second.ReceiveAsync<Receipt>()));
        Assert.Equal(10UL, Sequences(gateway));
    }

    [Fact]
    public async Task A_log_without_epochs_that_began_again_gets_an_epoch_and_no_receipt_before_it_was_looked_at()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, 10));
        await dock.OpenAsync();
        await dock.EchoAsync();
        await dock.DockAsync(Log, 0, 5);
        Assert.Equal("4+1", (await dock.ReceiveAsync<Want>()).Ranges.ToString());
        await SendAsync(dock, 4, 1, stampBase: 1_790_000_000);
        Assert.Equal("0+4", (await dock.ReceiveAsync<Want>()).Ranges.ToString());
        await SendAsync(dock, 0, 4, stampBase: 1_790_000_000);
        Assert.Equal("0+5", Text(await dock.ReceiveAsync<Receipt>()));
        var opened = Assert.Single(gateway.Leaves<EpochOpened>());
        Assert.Equal((default, 1u, EpochCause.AnchorDiffers), (opened.OldEpoch, opened.NewEpoch.Number, opened.Cause));
        var batches = gateway.Leaves<StoredBatch>().ToList();
        Assert.Equal([default, opened.NewEpoch, opened.NewEpoch], batches.Select(batch => batch.Epoch));
        Assert.All(batches, batch => Assert.Equal(0, batch.VariantRanges.Count));
    }

    [Fact]
    public async Task An_anchor_altered_under_its_own_stamp_is_a_variant_and_opens_no_epoch()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, 10));
        await dock.OpenAsync();
        var verdict = await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 9, 1, durationMs: 1));
        Assert.Equal((Verdict.Stored, Reason.BytesDiffer), (verdict.Verdict, verdict.Reason));
        Assert.Empty(gateway.Leaves<EpochOpened>());
        Assert.Equal(10UL, Sequences(gateway));
    }

    [Fact]
    public async Task A_log_without_epochs_that_goes_on_is_looked_at_once_and_goes_on()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, 10));
        await dock.OpenAsync();
        await dock.EchoAsync();
        await dock.DockAsync(Log, 5, 10);
        Assert.Equal("9+6", (await dock.ReceiveAsync<Want>()).Ranges.ToString());
        await dock.SendBatchAsync(RunningGateway.Device, 9, 6);
        Assert.Equal("5+10", Text(await dock.ReceiveAsync<Receipt>()));
        Assert.Empty(gateway.Leaves<EpochOpened>());
        Assert.Equal(15UL, Sequences(gateway));
    }

    [Fact]
    public async Task A_counter_of_eight_bits_that_turns_over_goes_on_where_it_was()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var log = Log with { Epoch = new Epoch(1, 7) };
        await dock.OpenAsync();
        await dock.EchoAsync();
        await dock.DockAsync(log, 250, 6, sequenceBits: 8);
        Assert.Equal("250+6", (await dock.ReceiveAsync<Want>()).Ranges.ToString());
        await SendAsync(dock, 250, 6, epoch: log.Epoch, sequenceBits: 8);
        Assert.Equal("250+6", Text(await dock.ReceiveAsync<Receipt>()));
        await dock.DockAsync(log, 0, 4, sequenceBits: 8);
        Assert.Equal("0+4", (await dock.ReceiveAsync<Want>()).Ranges.ToString());
        await SendAsync(dock, 0, 4, epoch: log.Epoch, sequenceBits: 8);
        Assert.Equal("0+4", Text(await dock.ReceiveAsync<Receipt>()));
        Assert.Equal([250UL, 256UL], gateway.Leaves<StoredBatch>().Select(batch => batch.First));
        var last = gateway.Leaves<StoredBatch>().Last();
        Assert.Equal(("256+4", 0), (last.NewRanges.ToString(), last.VariantRanges.Count));
    }

    [Fact]
    public async Task What_a_device_no_longer_has_is_a_final_gap_and_what_another_carrier_may_have_is_not()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var log = Log with { Epoch = new Epoch(3, 7) };
        await dock.OpenAsync();
        await dock.SendAsync(new RangeGone(log, new(0, 5), Reason.MemoryUnreadable, "PACK-1"));
        await dock.SendAsync(new RangeGone(log, new(10, 5), Reason.MemoryWrapped, ""));
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 15, 5, epoch: log.Epoch));
        await dock.AckOfAsync(await dock.SendAsync(new LogCleared(log, new Epoch(4, 8), 25, default, "")));
        Assert.Equal(
            [(10UL, 15UL, GapState.Final, GapCause.DeclaredGone), (20UL, 25UL, GapState.Final, GapCause.Cleared)],
            gateway.Leaves<Gap>().Select(gap => (gap.First, gap.Next, gap.State, gap.Cause))
        );
    }

    [Fact]
    public async Task A_log_without_epochs_that_says_it_was_cleared_gets_an_epoch_and_what_follows_is_no_variant()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.EchoAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, 10));
        await dock.AckOfAsync(await dock.SendAsync(new LogCleared(Log, default, 12, default, "")));
        await SendAsync(dock, 0, 5, stampBase: 1_790_000_000);
        await dock.DockAsync(Log, 0, 6);
        Assert.Equal("5+1", (await dock.ReceiveAsync<Want>()).Ranges.ToString());
        var opened = Assert.Single(gateway.Leaves<EpochOpened>());
        Assert.Equal((1u, 12UL, EpochCause.SequenceRestarted), (opened.NewEpoch.Number, opened.Anchor, opened.Cause));
        Assert.Equal([default, opened.NewEpoch], gateway.Leaves<StoredBatch>().Select(batch => batch.Epoch));
        Assert.All(gateway.Leaves<StoredBatch>(), batch => Assert.Equal(0, batch.VariantRanges.Count));
        var lost = Assert.Single(gateway.Leaves<Gap>());
        Assert.Equal((10UL, 12UL, GapState.Final, GapCause.Cleared, default), (lost.First, lost.Next, lost.State, lost.Cause, lost.Epoch));
    }

    [Fact]
    public async Task More_frames_than_the_credit_are_refused_with_their_reason_and_stored_when_they_come_again()
    {
        // A budget of eight frames for a dock: the first eight of many that come in one message are taken, the others are not.
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Limits.CreditBatchesMax = 8);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        Assert.Equal(8, dock.Welcome.Credit.Frames);
        byte[] Frame(uint number) => TestDock.Batch(dock.Session, number, RunningGateway.Device, number, 1);
        await dock.PublishAsync(dock.UpTopic, [.. Enumerable.Range(1, 9).SelectMany(number => Frame((uint)number))]);
        var verdict = await dock.AckOfAsync(9);
        Assert.Equal((Verdict.Refused, Reason.CreditExceeded, ReasonAction.Wait), (verdict.Verdict, verdict.Reason, verdict.Action));
        Assert.Equal(8UL, Sequences(gateway));
        await dock.PublishAsync(dock.UpTopic, Frame(9));
        Assert.Equal(Verdict.Stored, (await dock.AckOfAsync(9)).Verdict);
        Assert.Equal(9UL, Sequences(gateway));
    }

    [Fact]
    public async Task A_dock_that_went_without_a_will_keeps_its_session_for_an_hour_and_one_that_speaks_after_that_says_hello_again()
    {
        var clock = new PushedClock();
        await using var gateway = await RunningGateway.StartAsync(clock: clock);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        clock.Push(TimeSpan.FromMilliseconds(DockingSession.IdleMsMax - 60_000));
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, 1));
        clock.Push(TimeSpan.FromMilliseconds(DockingSession.IdleMsMax - 60_000));
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 1));
        clock.Push(TimeSpan.FromMilliseconds(DockingSession.IdleMsMax + 1));
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().DockingSessions == 0), "the idle session to be over");
        await dock.SendBatchAsync(RunningGateway.Device, 2, 1);
        var abort = await dock.ReceiveAsync<Abort>();
        Assert.Equal((Reason.SessionUnknown, ReasonAction.HelloAgain), (abort.Reason, abort.Action));
        Assert.Equal(3UL, Sequences(gateway));
    }

    [Fact]
    public async Task As_many_docking_sessions_are_open_as_the_limit_says_and_one_more_is_told_to_wait_until_one_ends()
    {
        var other = RunningGateway.Dock with { Dock = "dock-2" };
        await using var gateway = await RunningGateway.StartAsync(settings => settings.Limits.SessionsMax = 1);
        await using var first = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await using var second = await TestDock.ConnectAsync(gateway.Mqtt, other);
        await first.OpenAsync();
        await second.PublishAsync(Topics.Hello(other), FrameWriter.ToArray(0, 0, TestDock.HelloOf(other)));
        var busy = await second.ReceiveAsync<Busy>();
        Assert.Equal(Reason.GatewayBusy, busy.Reason);
        Assert.InRange(busy.WaitMs, 1_000u, (uint)Limits.HoldMsMax);
        await first.PublishAsync(first.UpTopic, FrameWriter.ToArray(first.Session, 0, new Goodbye(Reason.ConversationOver)));
        await second.OpenAsync();
        Assert.Equal(1, gateway.Readiness.Report().DockingSessions);
    }

    [Fact]
    public async Task Packs_in_the_wrong_order_leave_a_gap_that_is_open_until_it_is_filled()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        var epoch = new Epoch(1, 7);
        await dock.OpenAsync();
        await dock.SendBatchAsync(RunningGateway.Device, 0, 2, epoch: epoch);
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 6, 2, epoch: epoch));
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 2, 4, epoch: epoch));
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 8, 1, epoch: epoch));
        Assert.Equal([GapState.Open, GapState.Filled], gateway.Leaves<Gap>().Select(gap => gap.State));
        Assert.All(gateway.Leaves<Gap>(), gap => Assert.Equal((2UL, 6UL), (gap.First, gap.Next)));
    }

    [Fact]
    public async Task Another_gateways_receipt_says_held_elsewhere_and_our_own_for_what_is_not_here_is_told()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, 3));
        using var own = OwnKey(gateway);
        var key = gateway.Leaves<KeyEvent>().Single(k => k.Use == KeyUse.Receipt).Key;
        var keyId = BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(key.Bytes));
        Receipt Of(string name, ulong first, uint count) => new(Log, 1, keyId, name, [new(new(first, count), 0, 0)], default);
        async Task<Reason> Show(Receipt receipt) => (await dock.AckOfAsync(await dock.SendAsync(new ReceiptShown("", receipt)))).Reason;

        Assert.Equal(Reason.HeldElsewhere, await Show(Of("elsewhere", 2, 4)));
        Assert.Equal(Reason.None, await Show(Of("elsewhere", 0, 3)));
        Assert.Equal(Reason.ReceiptNotVerified, await Show(Of(dock.Welcome.Gateway, 0, 3)));
        var missing = Of(dock.Welcome.Gateway, 2, 4).Signed(bytes => own.Sign(bytes));
        Assert.Equal(Reason.ReceiptedButMissing, await Show(missing));
        Assert.Equal(
            [Reason.HeldElsewhere, Reason.None, Reason.ReceiptNotVerified, Reason.ReceiptedButMissing],
            gateway.Leaves<OtherFrame>().Select(frame => (Reason)frame.Reason)
        );
    }

    [Fact]
    public async Task What_a_gateway_whose_key_is_known_receipted_is_an_open_gap_held_elsewhere_until_it_comes_and_a_forged_one_changes_nothing()
    {
        var others = Directory.CreateTempSubdirectory("taser-other-keys-").FullName;
        using var elsewhere = Gateway.Ingest.Trust.ReceiptKey.Open(others, "other").Key;
        var line = TaserTelemetry
            .Ledger.Notes.VerifierKey.From("other/receipt", TaserTelemetry.Ledger.Notes.SignatureType.Ed25519, elsewhere.Public.Bytes)!
            .ToString();
        await using var gateway = await RunningGateway.StartAsync(settings => settings.OtherReceiptKeys = [line]);
        Assert.Contains(gateway.Leaves<KeyEvent>(), key => key.Happening == KeyHappening.Trusted && key.Key == elsewhere.Public);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 0, 3));
        Receipt Of(ulong first, uint count) => new(Log, 1, elsewhere.Id, "gw-other", [new(new(first, count), 0, 0)], default);
        async Task<Reason> Show(Receipt receipt) => (await dock.AckOfAsync(await dock.SendAsync(new ReceiptShown("", receipt)))).Reason;

        using var forger = OwnKey(gateway);
        Assert.Equal(Reason.HeldElsewhere, await Show(Of(1, 5).Signed(bytes => forger.Sign(bytes))));
        Assert.Empty(gateway.Leaves<Gap>());
        Assert.Equal(Reason.HeldElsewhere, await Show(Of(1, 5).Signed(bytes => elsewhere.Sign(bytes))));
        var held = Assert.Single(gateway.Leaves<Gap>());
        Assert.Equal((GapState.Open, GapCause.HeldElsewhere, 3UL, 6UL), (held.State, held.Cause, held.First, held.Next));
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 3, 4));
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 7, 1));
        Assert.Equal([GapState.Open, GapState.Filled], gateway.Leaves<Gap>().Select(gap => gap.State));
        Directory.Delete(others, recursive: true);
    }

    private static Gateway.Ingest.Trust.ReceiptKey OwnKey(RunningGateway gateway) =>
        Gateway.Ingest.Trust.ReceiptKey.Open(Path.Combine(gateway.Folder, "keys"), "").Key;

    private static Task SendAsync(
        TestDock dock,
        ulong first,
        int count,
        Epoch epoch = default,
        ulong stampBase = 1_780_000_000,
        byte sequenceBits = 0
    ) =>
        dock.PublishAsync(
            dock.UpTopic,
            TestDock.Batch(
                dock.Session,
                dock.NextFrame(),
                RunningGateway.Device,
                first,
                count,
                epoch: epoch,
                stampBase: stampBase,
                sequenceBits: sequenceBits
            )
        );

    private static string Text(Receipt receipt) =>
        string.Join(", ", receipt.Ranges.ToArray().Select(range => $"{range.Range.First}+{range.Range.Count}"));

    private static ulong Sequences(RunningGateway gateway) =>
        gateway.Leaves<StoredBatch>().Aggregate(0UL, (sum, batch) => sum + batch.NewRanges.SequenceCount);
}
