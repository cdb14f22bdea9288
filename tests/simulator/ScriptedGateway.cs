using System.Runtime.InteropServices;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>
/// A gateway in a page, speaking only the wire: it welcomes, wants what it does not have, keeps it and acks. What it keeps survives
/// <see cref="Restart"/>, as a journal would.
/// </summary>
internal sealed class ScriptedGateway(string upTopic = "up")
{
    private readonly HashSet<uint> _seen = [];
    private uint _session;
    private uint _next = 1;

    public Dictionary<RecordKey, EventRecord> Kept { get; } = [];

    /// <summary>A fault for tests to find: records that it acks and does not keep.</summary>
    public Func<RecordKey, bool>? Forgets { get; set; }

    /// <summary>Contents of Blocks by key, as they came.</summary>
    public Dictionary<RecordKey, (BlockHeader Header, byte[] Content)> Blocks { get; } = [];

    /// <summary>Records whose Blocks had not all come when they came: they would never be asked for again.</summary>
    public int RecordsBeforeTheirBlocks { get; private set; }

    public List<MessageType> Heard { get; } = [];

    public List<ClockReading> Readings { get; } = [];

    public List<SessionHead> Heads { get; } = [];

    public Credit Credit { get; set; } = new(4, 64 * 1024);

    /// <summary>Says what else to answer to a numbered frame, instead of acking it.</summary>
    public Func<FrameHeader, byte[]?>? Instead { get; set; }

    public uint Session => _session;

    public int VariantsSeen { get; private set; }

    /// <summary>As after kill -9: sessions are gone, what was acked is not.</summary>
    public void Restart() => _session = 0;

    public IEnumerable<byte[]> Receive(byte[] bytes)
    {
        var read = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax);
        return read.Status == ReadStatus.Done ? Answer(read) : [];
    }

    private List<byte[]> Answer(FrameRead read)
    {
        var frame = read.Frame;
        Heard.Add(frame.Header.Type);
        if (frame.Decode(out Hello hello).IsNone)
        {
            _session++;
            _session += (uint)Kept.Count;
            _seen.Clear();
            _next = 1;
            var welcome = new Welcome(hello.ConnectionId, _session, Credit, hello.PayloadBytesMax, 1, 0, "gateway", upTopic);
            return [FrameWriter.ToArray(_session, 0, welcome), FrameWriter.ToArray(_session, 0, new ClockEchoRequest(7, 1))];
        }

        if (frame.Header.Session != _session || _session == 0)
        {
            return [FrameWriter.ToArray(frame.Header.Session, 0, new Abort(Reason.SessionUnknown, ReasonAction.HelloAgain, uint.MaxValue))];
        }

        if (frame.Decode(out Docked docked).IsNone)
        {
            return [FrameWriter.ToArray(_session, 0, new Want(docked.Log, Missing(docked), docked.Carrier))];
        }

        if (!frame.Header.Type.IsNumbered())
        {
            return [];
        }

        if (Instead?.Invoke(frame.Header) is { } answer)
        {
            return [answer];
        }

        Keep(frame);
        return [Acknowledge(frame.Header.FrameNumber)];
    }

    private byte[] Acknowledge(uint number)
    {
        _seen.Add(number);
        while (_seen.Contains(_next))
        {
            _next++;
        }

        return number > _next
            ? FrameWriter.ToArray(_session, 0, new Ack(_next, Credit, [new FrameRange(number, 1)]))
            : FrameWriter.ToArray(_session, 0, new Ack(_next, Credit));
    }

    private void Keep(Frame frame)
    {
        if (frame.Decode(out ClockReading reading).IsNone)
        {
            Readings.Add(reading);
        }

        if (frame.Decode(out SessionHead head).IsNone)
        {
            Heads.Add(head);
        }

        if (Block.Decode(frame, out var block).IsNone)
        {
            Blocks[block.Header.Key] = (block.Header, block.UntrustedContent.ToArray());
        }

        if (RecordBatch.Decode(frame, out var batch).IsNone)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var key = new RecordKey(batch.Header.Log, batch.Header.FirstSequence + (ulong)i, 0);
                var record = batch[i];
                var pulses = record.Code == EventCode.PulseBlock ? (record.Argument + 109) / 110 : 0;
                for (var part = 1UL; part <= pulses; part++)
                {
                    RecordsBeforeTheirBlocks += Blocks.ContainsKey(key with { Part = (ushort)part }) ? 0 : 1;
                }

                if (Forgets?.Invoke(key) == true)
                {
                    continue;
                }

                ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(Kept, key, out var known);
                VariantsSeen += known && kept != record ? 1 : 0;
                kept = record;
            }
        }
    }

    private SequenceRanges Missing(Docked docked)
    {
        var ranges = new List<SequenceRange>();
        foreach (var held in docked.Held.Span)
        {
            for (var sequence = held.First; sequence < held.Next; sequence++)
            {
                if (Kept.ContainsKey(new RecordKey(docked.Log, sequence, 0)))
                {
                    continue;
                }

                if (ranges.Count > 0 && ranges[^1].Next == sequence)
                {
                    ranges[^1] = new SequenceRange(ranges[^1].First, ranges[^1].Count + 1);
                }
                else if (ranges.Count < Limits.RangesMax)
                {
                    ranges.Add(new SequenceRange(sequence, 1));
                }
            }
        }

        return SequenceRanges.Of([.. ranges]);
    }
}
