using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>Pulse and engineering logs, and what travels in Blocks behind event records.</summary>
public sealed class BlockTests
{
    private static readonly History Force = Runs.Play("one-armoury-day");

    [Theory]
    [InlineData("dock-a", Transport.Mqtt, 1)]
    [InlineData("dock-a", Transport.Mqtt, 64)]
    [InlineData("dock-c", Transport.Serial, 4)]
    public void Every_pulse_comes_home_before_the_entry_that_counts_it(string dock, Transport transport, int credit)
    {
        var gateway = Upload(dock, transport, (ushort)credit);
        Assert.Equal(0, gateway.RecordsBeforeTheirBlocks);
        var counted = gateway.Kept.Where(k => k.Value.Code == EventCode.PulseBlock).ToList();
        Assert.True(counted.Count > 5);
        foreach (var (key, record) in counted)
        {
            var parts = gateway.Blocks.Where(b => b.Key with { Part = 0 } == key).OrderBy(b => b.Key.Part).ToList();
            var pulses = 0;
            foreach (var (_, (header, content)) in parts)
            {
                Assert.Equal(BlockKind.Pulses, header.Kind);
                Assert.Equal(parts.Count, header.Parts);
                Assert.True(BlockContent.ReadPulses(content, out var first, out var count).IsNone);
                Assert.Equal((uint)pulses, first);
                pulses += count;
            }

            Assert.Equal(record.Argument, (ulong)pulses);
        }
    }

    [Fact]
    public void A_clock_setting_carries_both_stamps_and_a_pack_that_was_put_in_its_serial()
    {
        var gateway = Upload("dock-b", Transport.Mqtt, 16);
        foreach (var (key, (header, content)) in gateway.Blocks.Where(b => b.Value.Header.Kind == BlockKind.TimeSync))
        {
            Assert.True(BlockContent.ReadTimeSync(content, out var setting).IsNone);
            var record = gateway.Kept[key with { Part = 0 }];
            Assert.Equal((record.Stamp, record.Argument), (setting.Before, setting.After));
            Assert.Equal(1, header.Parts);
        }

        Assert.Contains(gateway.Blocks.Values, b => b.Header.Kind == BlockKind.TimeSync);
        var carriers = Force.Visits.Select(v => v.Carrier).ToHashSet();
        var serials = gateway.Blocks.Values.Where(b => b.Header.Kind == BlockKind.Serials).ToList();
        Assert.NotEmpty(serials);
        foreach (var (_, content) in serials)
        {
            Assert.True(BlockContent.ReadSerials(content, out var parts).IsNone);
            Assert.Equal(SerialOf.BatteryPack, Assert.Single(parts).Of);
            Assert.Contains(parts[0].Serial, carriers);
        }
    }

    [Fact]
    public void Families_with_an_engineering_log_upload_it_and_the_X26_has_none()
    {
        foreach (var device in Force.Devices)
        {
            // a pack's device wakes when a pack is put in: not at all where it never went out
            Assert.True(device.Model.HasPulseLog || device.Engineering.Next == 0);
            Assert.True(device.Engineering.Next > 0 || !device.Model.HasPulseLog || device.Model.LogTravelsInPack);
            Assert.Equal(device.Engineering.Next, device.Engineering.Delivered.Total);
        }
    }

    [Fact]
    public void A_record_has_the_same_Blocks_whichever_dock_reads_it_and_a_capture_holds_them_before_it()
    {
        using var memory = new MemoryStream();
        CaptureOutput.Write(memory, Force);
        memory.Position = 0;
        var reader = new CaptureReader(memory);
        var seen = new HashSet<RecordKey>();
        var uploaded = Upload("dock-a", Transport.Mqtt, 64).Blocks;
        var compared = 0;
        while (reader.Read(out var entry) == CaptureStatus.Entry)
        {
            var frame = FrameReader.Read(entry.UntrustedBytes, Limits.MqttPayloadBytesMax).Frame;
            if (Block.Decode(frame, out var block).IsNone)
            {
                seen.Add(block.Header.Key);
                if (uploaded.TryGetValue(block.Header.Key, out var live))
                {
                    Assert.Equal(live.Content, block.UntrustedContent.ToArray());
                    compared++;
                }
            }
            else if (RecordBatch.Decode(frame, out var batch).IsNone)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    var key = new RecordKey(batch.Header.Log, batch.Header.FirstSequence + (ulong)i, 1);
                    Assert.True(batch[i].Code != EventCode.PulseBlock || seen.Contains(key));
                }
            }
        }

        Assert.True(compared > 5);
    }

    private static ScriptedGateway Upload(string dock, Transport transport, ushort credit)
    {
        var gateway = new ScriptedGateway(transport == Transport.Serial ? "" : "up") { Credit = new Credit(credit, 64 * 1024) };
        var visits = Force.Visits.Where(v => v.Dock.Name == dock).ToList();
        var address = CaptureOutput.Address(Force, visits[0].Dock);
        var talk = new DockConversation(address, transport, new VisitWork(Force, visits), 5, () => 77);
        talk.Connected(new SessionTime(0, 0));
        for (var ms = 20L; ms < 1_000_000 && talk.Progress == DockProgress.Working; ms += 20)
        {
            var now = new SessionTime((ulong)ms * 1_000_000, 1_800_000_000_000_000_000 + (ulong)ms * 1_000_000);
            talk.Tick(now);
            while (talk.TryTake(out var outgoing))
            {
                foreach (var answer in gateway.Receive(outgoing.Frame))
                {
                    talk.Receive(answer, now);
                }
            }
        }

        Assert.Equal(DockProgress.Done, talk.Progress);
        return gateway;
    }
}
