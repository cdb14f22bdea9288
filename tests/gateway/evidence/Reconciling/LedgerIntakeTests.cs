using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reconciling;
using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Inputs;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Evidence.Tests.Reconciling;

public sealed class LedgerIntakeTests
{
    private static readonly Arrival Arrival = new(
        SampleLedger.Morning * SampleLedger.SecondNs,
        1,
        ArrivalVia.Mqtt,
        0,
        1,
        new Place("kent", "maidstone", "dock-1")
    );

    [Fact]
    public void Events_and_pulses_of_all_batches_are_taken_in_once_and_carry_their_leaf()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(5));
        ledger.AppendBatch("X29000001", 3, Events(4), new SequenceRanges(new SequenceRange(5, 2)));
        ledger.AppendBatch("X29000001", 0, Events(3), change: b => b with { Log = LogKind.Pulse });
        ledger.AppendBatch("X29000001", 0, Events(3), change: b => b with { Log = LogKind.Engineering });
        var intake = Take(ledger);
        Assert.Equal(new IntakeCounts(4, 10, 0, 0, 0, 0), intake.Counts);
        Assert.Equal(10, intake.Log.Count);
        Assert.Equal([LogKind.Event, LogKind.Event, LogKind.Pulse], intake.Log.Batches.Select(b => b.Log));
        Assert.Equal([0UL, 1, 2], intake.Log.Batches.Select(b => b.Leaf.Index));
        Assert.Equal("1.4", intake.Log.Batches[0].Firmware);
        Assert.Equal(1_000_000_000UL, intake.Log.Batches[0].StampUnitNs);
    }

    [Fact]
    public void A_clock_reading_becomes_a_comparison_that_knows_the_newest_sequence_of_its_docking()
    {
        using var ledger = new SampleLedger();
        var reading = new TaserTelemetry.Evidence.Leaves.ClockReading(
            Arrival,
            "X29000001",
            ClockOrder.BeforeSync,
            SampleLedger.Morning,
            1,
            1_000,
            0,
            0,
            9,
            new ClockBasis(2_000_000_000, 5, TaserTelemetry.Evidence.Leaves.ClockQuality.TwoSided)
        );
        ledger.Append(reading, [1]);
        ledger.Append(
            new TaserTelemetry.Evidence.Leaves.Docked(
                Arrival,
                "X29000001",
                "",
                "X2",
                new HeldLogs(new HeldLog(LogKind.Event, new Epoch(1, 7), 10, 50))
            ),
            [1]
        );
        ledger.Append(new TaserTelemetry.Evidence.Leaves.Undocked(Arrival, "X29000001", "", 192, false), [1]);
        ledger.Append(reading with { Clock = default }, [1]);
        ledger.Append(reading with { DeviceStamp = ulong.MaxValue - 1 }, [1]);
        var intake = Take(ledger);
        var comparison = Assert.Single(intake.ClockComparisons);
        Assert.Equal(new HeldRecord(new Epoch(1, 7), 49), comparison.Newest);
        Assert.Equal(2_000_000_000, comparison.UtcNs - comparison.DeviceTimeNs);
        var docking = Assert.Single(intake.Dockings);
        Assert.Equal((false, Arrival.ReceivedNs), (docking.Complete, docking.UndockedAtNs));
        Assert.Equal([new SequenceRange(10, 40)], docking.Held);
        Assert.Equal(IntegrityFactKind.UploadIncomplete, Assert.Single(intake.IntegrityFacts).Kind);
    }

    [Fact]
    public void Many_differing_records_of_a_session_are_one_note_and_a_single_one_is_another_kind()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch(
            "X29000001",
            0,
            Events(5),
            default(SequenceRanges),
            b => b with { VariantRanges = new SequenceRanges(new SequenceRange(1, 1)) }
        );
        ledger.AppendBatch(
            "X29000001",
            0,
            Events(5),
            default(SequenceRanges),
            b => b with { VariantRanges = new SequenceRanges(new SequenceRange(2, 3)) }
        );
        ledger.AppendBatch(
            "X29000002",
            0,
            Events(5),
            default(SequenceRanges),
            b => b with { VariantRanges = new SequenceRanges(new SequenceRange(1, 1)) }
        );
        ledger.AppendBatch(
            "X29000003",
            0,
            Events(5),
            default(SequenceRanges),
            b => b with { VariantRanges = new SequenceRanges(new SequenceRange(1, 1)), Marks = BatchMarks.Retranslated }
        );
        var facts = Take(ledger).IntegrityFacts;
        Assert.Equal(
            [(IntegrityFactKind.LogForked, 4u, 0UL), (IntegrityFactKind.Variant, 1u, 2UL), (IntegrityFactKind.Retranslated, 1u, 3UL)],
            facts.Select(f => (f.Kind, f.Count, f.Leaf.Index))
        );
    }

    [Fact]
    public void A_chain_that_does_not_go_on_is_noted_with_the_dock_and_the_session_that_brought_its_head()
    {
        using var ledger = new SampleLedger();
        var brought = Arrival with { SessionId = 41 };
        var head = new TaserTelemetry.Evidence.Leaves.SessionHead(
            brought,
            "X29000001",
            LogKind.Event,
            default,
            0,
            5,
            KeyAlgorithm.Ed25519,
            TaserTelemetry.Evidence.Leaves.AuthenticityGrade.B,
            HeadProof.Counter,
            1,
            7,
            BatchMarks.None
        );
        var later = SampleLedger.Morning * SampleLedger.SecondNs * 2;
        ledger.Append(head, [1]);
        ledger.Append(head with { Counter = 2 }, [1]);
        var results = new[] { ChainResult.Verified, ChainResult.NotContinued };
        for (var i = 0; i < results.Length; i++)
        {
            var of = new LeafReference((ulong)i, default);
            var grade = TaserTelemetry.Evidence.Leaves.AuthenticityGrade.D;
            ledger.Append(new ChainCheck(later, "X29000001", LogKind.Event, default, 0, 5, of, results[i], grade), []);
        }
        var fact = Assert.Single(Take(ledger).IntegrityFacts);
        Assert.Equal((IntegrityFactKind.NotExtending, "dock-1", 41UL, 3UL), (fact.Kind, fact.Dock, fact.DockingSession, fact.Leaf.Index));
    }

    [Fact]
    public void Failed_frames_are_counted_against_all_of_their_session_and_an_unknown_dock_is_noted_once()
    {
        using var ledger = new SampleLedger();
        ledger.AppendBatch("X29000001", 0, Events(2));
        ledger.AppendBatch("X29000001", 2, Events(2));
        ledger.Append(
            new Quarantined(Arrival, QuarantineKind.BadFrame, (ushort)Reason.FrameCheckWrong, 9, "", true),
            [1, 2],
            Ledger.Journals.RecordKind.Quarantined
        );
        var stranger = Arrival with { SessionId = 0, Place = new Place("", "", "dock-9") };
        for (var i = 0; i < 3; i++)
        {
            ledger.Append(
                new Quarantined(stranger, QuarantineKind.Frame, (ushort)Reason.DockUnknown, 9, "X29000009", false),
                [3, (byte)i],
                Ledger.Journals.RecordKind.Quarantined
            );
        }
        var facts = Take(ledger).IntegrityFacts;
        Assert.Equal(
            [(IntegrityFactKind.UploadIncomplete, 1u, 3u), (IntegrityFactKind.DockUnknown, 1u, 0u)],
            facts.Select(f => (f.Kind, f.Count, f.OutOf))
        );
    }

    [Fact]
    public void A_gap_stands_in_its_last_state_since_it_was_first_seen()
    {
        using var ledger = new SampleLedger();
        ledger.Append(
            new Gap(
                5,
                "X29000001",
                LogKind.Event,
                new Epoch(1, 7),
                10,
                20,
                TaserTelemetry.Evidence.Leaves.GapState.Open,
                TaserTelemetry.Evidence.Leaves.GapCause.NotDelivered
            )
        );
        ledger.Append(
            new Gap(
                9,
                "X29000001",
                LogKind.Event,
                new Epoch(1, 7),
                10,
                20,
                TaserTelemetry.Evidence.Leaves.GapState.Final,
                TaserTelemetry.Evidence.Leaves.GapCause.Overwritten
            )
        );
        var gap = Assert.Single(Take(ledger).Gaps);
        Assert.Equal(
            (Reconciler.Inputs.GapState.Final, Reconciler.Inputs.GapCause.OldestPassed, 5UL, 1UL),
            (gap.State, gap.Cause, gap.SinceNs, gap.Leaf.Index)
        );
    }

    [Fact]
    public void Records_that_a_verified_head_covers_have_its_grade_and_no_others()
    {
        using var ledger = new SampleLedger();
        static StoredBatch Unsigned(StoredBatch batch) =>
            batch with
            {
                Epoch = default,
                Grade = TaserTelemetry.Evidence.Leaves.AuthenticityGrade.D,
            };
        ledger.AppendBatch("X29000001", 0, Events(5), change: Unsigned);
        ledger.AppendBatch("X29000001", 5, Events(5), change: Unsigned);
        ledger.AppendBatch("X29000002", 0, Events(5), change: Unsigned);
        void Check(ulong next, ChainResult result, TaserTelemetry.Evidence.Leaves.AuthenticityGrade grade) =>
            ledger.Append(new ChainCheck(1, "X29000001", LogKind.Event, default, 0, next, default, result, grade));
        Check(9, ChainResult.Verified, TaserTelemetry.Evidence.Leaves.AuthenticityGrade.B);
        Check(10, ChainResult.ChainBroken, TaserTelemetry.Evidence.Leaves.AuthenticityGrade.D);
        var grades = Take(ledger).Log.Batches.Select(b => b.Grade.ToString());
        Assert.Equal(["B", "D", "D"], grades);
    }

    [Fact]
    public void Cartridge_serials_come_out_of_blocks_and_a_block_said_again_counts_once()
    {
        using var ledger = new SampleLedger();
        var content = new byte[256];
        var length = BlockContent.WriteSerials(
            content,
            [new PartSerial(SerialOf.Cartridge, 1, "25", "C620A1234"), new PartSerial(SerialOf.BatteryPack, 255, "", "B1")]
        );
        var frame = new byte[1_024];
        var key = new LogKey("X29000001", LogKind.Event, new Epoch(1, 7));
        var bytes = Block.Write(frame, 1, 1, new BlockHeader(key, 12, 1, 1, BlockKind.Serials, ""), content.AsSpan(0, length));
        // said again in a later docking session, it is stored again and counts once
        for (var said = 0; said < 2; said++)
        {
            ledger.Append(
                new StoredBlock(
                    Arrival,
                    "X29000001",
                    LogKind.Event,
                    key.Epoch,
                    12,
                    1,
                    1,
                    (byte)BlockKind.Serials,
                    LeafVerdict.Stored,
                    0,
                    BatchMarks.None,
                    TaserTelemetry.Evidence.Leaves.AuthenticityGrade.D
                ),
                frame[..bytes]
            );
        }

        var reading = Assert.Single(Take(ledger).CartridgeReadings);
        Assert.Equal(("X29000001", 12UL, 1, "C620A1234"), (reading.Device, reading.Sequence, reading.Bay, reading.CartridgeSerial));
    }

    private static LedgerIntake Take(SampleLedger ledger)
    {
        var intake = new LedgerIntake();
        using var reader = intake.Open(ledger.Finish());
        Assert.Null(intake.Add(reader));
        return intake;
    }

    private static EventRecord[] Events(int count) =>
        [.. Enumerable.Range(0, count).Select(i => SampleLedger.Event(EventCode.Trigger, SampleLedger.Morning + (ulong)i, 5_000))];
}
