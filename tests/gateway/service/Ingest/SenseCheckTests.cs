using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Ingest.Judging;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class SenseCheckTests
{
    private const ulong Now = 1_780_000_000;
    private static readonly EventRecord Plain = new(
        Now,
        0,
        EventCode.Light,
        EventFlags.None,
        0,
        0,
        0,
        EventRecord.TemperatureAbsent,
        EventRecord.ByteAbsent,
        EventRecord.ByteAbsent,
        0
    );

    [Fact]
    public void An_activation_behind_safe_is_marked_and_one_of_a_model_without_arm_rows_is_not()
    {
        Assert.Equal(BatchMarks.OutsideArmed, Of(Is(EventCode.Arm), Is(EventCode.Safe), Is(EventCode.Trigger)));
        Assert.Equal(
            BatchMarks.None,
            Of(Is(EventCode.Arm), Is(EventCode.Trigger), Is(EventCode.Safe), Is(EventCode.Arm), Is(EventCode.Arc))
        );
        Assert.Equal(BatchMarks.None, Of(Is(EventCode.Trigger), Is(EventCode.Trigger)));
    }

    [Fact]
    public void A_battery_that_rises_without_a_change_is_marked_above_two_points()
    {
        EventRecord At(byte percent) => Plain with { BatteryPercent = percent };
        Assert.Equal(BatchMarks.None, Of(At(80), At(82)));
        Assert.Equal(BatchMarks.BatteryRose, Of(At(80), Plain, At(83)));
        Assert.Equal(BatchMarks.None, Of(At(80), Is(EventCode.BatteryInsert), At(100)));
        Assert.Equal(BatchMarks.None, Of(At(80), Is(EventCode.DockConnect), At(100)));
    }

    [Fact]
    public void A_pulse_count_is_held_against_the_activation_before_it()
    {
        EventRecord Pulses(ulong count) => Is(EventCode.PulseBlock) with { Argument = count };
        var fiveSeconds = Is(EventCode.Trigger) with { DurationMs = 5_000 };
        Assert.Equal(BatchMarks.None, Of(fiveSeconds, Pulses(95)));
        Assert.Equal(BatchMarks.None, Of(fiveSeconds, Pulses(25)));
        Assert.Equal(BatchMarks.PulsesOff, Of(fiveSeconds, Pulses(24)));
        Assert.Equal(BatchMarks.None, Of(fiveSeconds, Pulses(300)));
        Assert.Equal(BatchMarks.PulsesOff, Of(fiveSeconds, Pulses(301)));
        Assert.Equal(BatchMarks.None, Of(Pulses(1_000)));
    }

    [Fact]
    public void Time_that_goes_back_is_marked_unless_a_setting_or_a_start_says_why()
    {
        EventRecord At(ulong stamp) => Plain with { Stamp = stamp };
        EventRecord Since(uint ms) => Plain with { MonotonicMs = ms };
        Assert.Equal(BatchMarks.TimeBackwards, Of(At(Now), At(Now - 1)));
        Assert.Equal(BatchMarks.None, Of(At(Now), Is(EventCode.TimeSync) with { Argument = Now - 100 }, At(Now - 99)));
        Assert.Equal(BatchMarks.TimeBackwards, Of(At(Now), Is(EventCode.TimeSync) with { Argument = Now - 100 }, At(Now - 101)));
        Assert.Equal(BatchMarks.None, Of(At(Now), At(EventRecord.StampAbsent), At(Now)));
        Assert.Equal(BatchMarks.TimeBackwards, Of(Since(9), Since(8)));
        Assert.Equal(BatchMarks.None, Of(Since(9), Is(EventCode.BatteryInsert), Since(8)));
    }

    [Fact]
    public void A_stamp_may_lie_two_days_after_receipt_and_no_second_more()
    {
        Assert.Equal(BatchMarks.None, Of(Plain with { Stamp = Now + SenseCheck.AheadSecondsMax }));
        Assert.Equal(BatchMarks.StampAhead, Of(Plain with { Stamp = Now + SenseCheck.AheadSecondsMax + 1 }));
    }

    [Fact]
    public async Task Doubtful_records_are_stored_and_marked_and_the_dock_is_told()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        var number = dock.NextFrame();
        EventRecord[] records = [Is(EventCode.Safe) with { Stamp = 1_000_000 }, Is(EventCode.Trigger) with { Stamp = 1_000_000 }];
        await dock.PublishAsync(dock.UpTopic, Batch(dock.Session, number, RunningGateway.Device, records));
        var told = await dock.AckOfAsync(number);
        Assert.Equal((Verdict.Stored, Reason.RecordDoubtful), (told.Verdict, told.Reason));
        var stored = Assert.Single(gateway.Leaves<StoredBatch>());
        Assert.Equal(BatchMarks.OutsideArmed, stored.Marks & MarkGroups.Doubtful);
        Assert.Equal(2UL, stored.NewRanges.SequenceCount);
    }

    private static EventRecord Is(EventCode code) => Plain with { Code = code };

    private static BatchMarks Of(params EventRecord[] records)
    {
        var frame = FrameReader.Read(Batch(1, 1, "X1", records), Limits.MqttPayloadBytesMax).Frame;
        Assert.True(RecordBatch.Decode(frame, out var batch).IsNone);
        return SenseCheck.Of(batch, Now * 1_000_000_000);
    }

    private static byte[] Batch(uint session, uint number, string device, EventRecord[] records)
    {
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var log = new LogKey(device, LogKind.Event, default);
        var writer = new RecordBatchWriter(
            buffer,
            Limits.MqttPayloadBytesMax,
            new RecordBatchHeader(log, 1, "", "T-7", "1.0", StampUnit.Seconds, 1_000, 0, 0, 0, 0)
        );
        foreach (var record in records)
        {
            Assert.True(writer.TryAdd(record));
        }
        return buffer[..writer.Finish(session, number)];
    }
}
