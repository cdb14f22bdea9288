using NSec.Cryptography;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Trust;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Demo;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Captures;
using TaserTelemetry.Tests;
using SignatureAlgorithm = TaserTelemetry.FirmwareProtocol.Messages.SignatureAlgorithm;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class CaptureImportTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public void A_capture_imported_twice_counts_once_and_names_its_file()
    {
        WriteCapture(ground.At("day.cap"), cutBytes: 0);
        Assert.Equal(("whole", 2L, 2L), Import("day.cap"));
        Assert.Equal("whole", Import("day.cap").End);
        var leaves = RunningGateway.LeavesIn(ground.Folder);
        var batches = leaves.Select(l => l.Leaf).OfType<StoredBatch>().ToList();
        Assert.Equal(2, batches.Count);
        Assert.All(batches, b => Assert.Equal(ArrivalVia.Capture, b.Arrival.Via));
        Assert.IsType<Import>(leaves[(int)batches[0].Arrival.ImportLeaf].Leaf);
    }

    [Fact]
    public void A_capture_that_was_cut_short_gives_what_came_before_the_cut()
    {
        WriteCapture(ground.At("cut.cap"), cutBytes: 3);
        var (end, _, stored) = Import("cut.cap");
        Assert.StartsWith("cut short", end, StringComparison.Ordinal);
        Assert.Equal(1, stored);
    }

    [Fact]
    public void A_hole_in_a_log_that_a_capture_shows_to_have_begun_again_is_a_gap_of_the_epoch_it_was_given()
    {
        WriteBatches("before.cap", (0, 10, 1_780_000_000));
        WriteBatches("after.cap", (9, 1, 1_790_000_000), (0, 4, 1_790_000_000), (12, 2, 1_790_000_000));
        Import("before.cap");
        Import("after.cap");
        var leaves = RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).ToList();
        var opened = Assert.Single(leaves.OfType<EpochOpened>());
        Assert.Equal(
            [(4UL, 9UL), (10, 12)],
            leaves.OfType<Gap>().Where(gap => gap.Epoch == opened.NewEpoch).Select(gap => (gap.First, gap.Next))
        );
    }

    [Fact]
    public void A_captures_heads_are_checked_when_its_import_ends_and_no_gateway_has_to_start_for_it()
    {
        using var key = Key.Create(NSec.Cryptography.SignatureAlgorithm.Ed25519);
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        var frame = TestDock.Batch(1, 1, RunningGateway.Device, 1, 10);
        Assert.True(RecordBatch.Decode(FrameReader.Read(frame, Limits.MqttPayloadBytesMax).Frame, out var batch).IsNone);
        var start = HashChain.Start(log, 1);
        using (var stream = File.Create(ground.At("heads.cap")))
        {
            var writer = new CaptureWriter(stream, 1);
            void Write(byte[] bytes) =>
                writer.Write(1_790_000_000_000_000_000, Transport.Mqtt, CaptureDirection.Up, RunningGateway.Dock, bytes);
            Write(frame);
            foreach (var (counter, end) in new[] { (1UL, HashChain.Over(start, batch)), (2UL, start) })
            {
                var head = new Wire.SessionHead(HeadGrade.B, log, 1, start, 11, end, counter, default, 0, RunningGateway.Device, default);
                Write(
                    FrameWriter.ToArray(
                        1,
                        (uint)counter + 1,
                        head.Signed(bytes => new(SignatureAlgorithm.Ed25519, NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(key, bytes)))
                    )
                );
            }
        }
        Import("heads.cap", s => s.Devices[0].PublicKey = Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));
        Assert.Equal(
            [ChainResult.Verified, ChainResult.ChainBroken],
            RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).OfType<ChainCheck>().Select(check => check.Result)
        );
    }

    [Fact]
    public void Of_many_heads_of_one_log_each_is_judged_by_what_came_of_the_one_before()
    {
        const int Heads = 5;
        using var key = Key.Create(NSec.Cryptography.SignatureAlgorithm.Ed25519);
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        using (var stream = File.Create(ground.At("many.cap")))
        {
            var writer = new CaptureWriter(stream, 1);
            void Write(byte[] bytes) =>
                writer.Write(1_790_000_000_000_000_000, Transport.Mqtt, CaptureDirection.Up, RunningGateway.Dock, bytes);
            for (var i = 0u; i < Heads; i++)
            {
                var first = 1 + 10UL * i;
                var frame = TestDock.Batch(1, 2 * i + 1, RunningGateway.Device, first, 10);
                Assert.True(RecordBatch.Decode(FrameReader.Read(frame, Limits.MqttPayloadBytesMax).Frame, out var batch).IsNone);
                // the fourth goes on from where the chain never was
                var start = HashChain.Start(log, i == 3 ? 99 : first);
                var head = new Wire.SessionHead(
                    HeadGrade.B,
                    log,
                    first,
                    start,
                    first + 10,
                    HashChain.Over(start, batch),
                    i + 1,
                    default,
                    0,
                    RunningGateway.Device,
                    default
                );
                Write(frame);
                Write(
                    FrameWriter.ToArray(
                        1,
                        2 * i + 2,
                        head.Signed(bytes => new(SignatureAlgorithm.Ed25519, NSec.Cryptography.SignatureAlgorithm.Ed25519.Sign(key, bytes)))
                    )
                );
            }
        }
        Import("many.cap", s => s.Devices[0].PublicKey = Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));
        Assert.Equal(
            [ChainResult.Verified, ChainResult.Verified, ChainResult.Verified, ChainResult.NotContinued, ChainResult.Verified],
            RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).OfType<ChainCheck>().Select(check => check.Result)
        );
    }

    [Fact]
    public void Receipts_that_a_capture_shows_are_judged_as_those_of_a_dock_are()
    {
        WriteCapture(ground.At("day.cap"), cutBytes: 0); // records 1 to 10
        Import("day.cap");
        var settings = RunningGateway.SettingsIn(ground.Folder);
        var log = new LogKey(RunningGateway.Device, LogKind.Event, default);
        using (var stream = File.Create(ground.At("shown.cap")))
        using (var own = Gateway.Ingest.Trust.ReceiptKey.Open(settings.Keys, settings.Name).Key)
        {
            var writer = new CaptureWriter(stream, 1);
            Receipt Of(string name, ulong first, uint count) => new(log, 1, own.Id, name, [new(new(first, count), 0, 0)], default);
            Receipt[] shown =
            [
                Of(settings.Name, 1, 10).Signed(bytes => own.Sign(bytes)),
                Of(settings.Name, 8, 6).Signed(bytes => own.Sign(bytes)),
                Of(settings.Name, 8, 6),
                Of("elsewhere", 8, 6),
            ];
            foreach (var (number, receipt) in shown.Index())
            {
                var frame = FrameWriter.ToArray(1, (uint)number + 1, new ReceiptShown("", receipt));
                writer.Write(1_790_000_000_000_000_000, Transport.Mqtt, CaptureDirection.Up, RunningGateway.Dock, frame);
            }
        }
        Import("shown.cap");
        Assert.Equal(
            [Reason.None, Reason.ReceiptedButMissing, Reason.ReceiptNotVerified, Reason.HeldElsewhere],
            RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).OfType<OtherFrame>().Select(frame => (Reason)frame.Reason)
        );
    }

    [Fact]
    public void A_captures_own_times_serve_its_clocks_as_claims_and_what_it_holds_is_received_now()
    {
        const ulong Then = 1_780_000_000UL * 1_000_000_000;
        const ulong BootId = 99;
        using (var stream = File.Create(ground.At("old.cap")))
        {
            var writer = new CaptureWriter(stream, 1);
            var hello = TestDock.HelloOf(RunningGateway.Dock) with { MonotonicNs = 1_000_000_000 };
            // The device's clock shows ten seconds less than the capture's.
            var reading = new Wire.ClockReading(
                Wire.SyncOrder.BeforeSync,
                StampUnit.Seconds,
                0,
                (Then / 1_000_000_000) - 10,
                BootId,
                1_000_000_000,
                1_000_000_000,
                0,
                Wire.ClockState.NotStated,
                RunningGateway.Device,
                ""
            );
            foreach (
                var frame in new[]
                {
                    FrameWriter.ToArray(0, 0, hello),
                    FrameWriter.ToArray(1, 1, reading),
                    TestDock.Batch(1, 2, RunningGateway.Device, 1, 5),
                }
            )
            {
                writer.Write(Then, Transport.Mqtt, CaptureDirection.Up, RunningGateway.Dock, frame);
            }
        }
        var before = UnixTime.NowNs(TimeProvider.System);
        Assert.Equal("whole", Import("old.cap").End);
        var batch = Assert.Single(RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).OfType<StoredBatch>());
        Assert.Equal(ClockQuality.Claimed, batch.Clock.Quality);
        Assert.InRange(batch.Clock.OffsetNs, 10_000_000_000 - (long)batch.Clock.BoundNs, 10_000_000_000 + (long)batch.Clock.BoundNs);
        Assert.InRange(batch.Arrival.ReceivedNs, before, UnixTime.NowNs(TimeProvider.System));
    }

    [Fact]
    public void A_demo_never_touches_a_folder_that_is_no_demo_and_begins_its_own_anew()
    {
        var folder = ground.At("keep");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "records"), "kept");
        Assert.Contains("is no demo", Assert.Throws<StartRefusedException>(() => DemoFolder.Prepare(folder)).Message);
        Assert.True(File.Exists(Path.Combine(folder, "records")));
        var demo = DemoFolder.Prepare(ground.At("demo"));
        File.WriteAllText(Path.Combine(demo.Data, "left-over"), "");
        Assert.False(File.Exists(Path.Combine(DemoFolder.Prepare(demo.Data).Data, "left-over")));
    }

    private (string End, long Frames, long Stored) Import(string name, Action<GatewaySettings>? change = null)
    {
        var settings = RunningGateway.SettingsIn(ground.Folder);
        change?.Invoke(settings);
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(TimeProvider.System));
        var report = new CaptureImport(journal, settings.Name, TimeProvider.System).Import(ground.At(name), default, _ => { });
        journal.AppendStop(TimeProvider.System);
        return (report.End, report.Frames, report.Stored);
    }

    private void WriteBatches(string name, params (ulong First, int Count, ulong StampBase)[] batches)
    {
        using var stream = File.Create(ground.At(name));
        var writer = new CaptureWriter(stream, 1);
        foreach (var (number, (first, count, stampBase)) in batches.Index())
        {
            var batch = TestDock.Batch(1, (uint)number + 1, RunningGateway.Device, first, count, stampBase: stampBase);
            writer.Write(1_790_000_000_000_000_000, Transport.Mqtt, CaptureDirection.Up, RunningGateway.Dock, batch);
        }
    }

    private static void WriteCapture(string file, int cutBytes)
    {
        using var stream = File.Create(file);
        var writer = new CaptureWriter(stream, 1);
        for (var i = 0u; i < 2; i++)
        {
            var batch = TestDock.Batch(1, i + 1, RunningGateway.Device, 1 + (i * 5), 5);
            writer.Write(1_790_000_000_000_000_000, Transport.Mqtt, CaptureDirection.Up, RunningGateway.Dock, batch);
        }
        stream.SetLength(stream.Length - cutBytes);
    }
}
