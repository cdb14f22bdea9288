using TaserTelemetry.FirmwareProtocol.Blocks;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>Every message a dock sends: the frame that C# writes, and the line by which the probe is asked to write the same.</summary>
internal static class FromDock
{
    public static readonly MessageType[] Types =
    [
        MessageType.Hello,
        MessageType.Heartbeat,
        MessageType.Abort,
        MessageType.Goodbye,
        MessageType.Docked,
        MessageType.Undocked,
        MessageType.RangeGone,
        MessageType.LogCleared,
        MessageType.DockHealth,
        MessageType.RecordBatch,
        MessageType.ClockReading,
        MessageType.ClockEcho,
        MessageType.Block,
        MessageType.SessionHead,
        MessageType.ReceiptShown,
        MessageType.CheckpointHeld,
    ];

    public static (byte[] Frame, string Line) Draw(Samples draw, MessageType type) =>
        type switch
        {
            MessageType.Hello => Hello(draw),
            MessageType.Heartbeat => Heartbeat(draw),
            MessageType.Abort => Abort(draw),
            MessageType.Goodbye => Goodbye(draw),
            MessageType.Docked => Docked(draw),
            MessageType.Undocked => Undocked(draw),
            MessageType.RangeGone => RangeGone(draw),
            MessageType.LogCleared => LogCleared(draw),
            MessageType.DockHealth => DockHealth(draw),
            MessageType.RecordBatch => RecordBatch(draw),
            MessageType.ClockReading => ClockReading(draw),
            MessageType.Block => OfBlock(draw),
            MessageType.SessionHead => SessionHead(draw),
            MessageType.ReceiptShown => ReceiptShown(draw),
            MessageType.CheckpointHeld => CheckpointHeld(draw),
            _ => ClockEcho(draw),
        };

    private static (byte[], string) Made<T>(T message, params IEnumerable<object> fields)
        where T : struct, IMessage<T> => (RoundTrip.Frame(message), Samples.Line([(byte)T.Type, Limits.SerialPayloadBytesMax, .. fields]));

    private static (byte[], string) Hello(Samples draw)
    {
        var min = (byte)(draw.U8() | 1);
        var m = new Hello(
            min,
            byte.MaxValue,
            (ushort)(draw.U16() | Limits.PayloadBytesFloor),
            (Transport)draw.U8(),
            (ClockState)draw.U8(),
            draw.U64() | 1,
            draw.U64(),
            draw.U64(),
            draw.U64(),
            draw.Name(),
            draw.Name(),
            draw.Name(),
            draw.Label(),
            draw.Label(),
            draw.Nonce(),
            draw.Signature()
        );
        return Made(
            m,
            [
                .. Identity(m.Force, m.Armoury, m.Dock, m.Model, m.Firmware, m.BootId),
                .. Clocks(m.ClockState, m.MonotonicNs, m.UtcNs),
                m.VersionMin,
                m.VersionMax,
                m.PayloadBytesMax,
                (byte)m.Transport,
                m.ConnectionId,
                m.Nonce.IsNone ? "-" : Convert.ToHexString([.. BitConverter.GetBytes(m.Nonce.Low), .. BitConverter.GetBytes(m.Nonce.High)]),
                (byte)m.Signature.Algorithm,
                Samples.Hex(m.Signature.Bytes),
            ]
        );
    }

    private static (byte[], string) Heartbeat(Samples draw)
    {
        var m = new Heartbeat(draw.U64(), draw.U64(), draw.U32());
        return Made(m, [.. Clocks(default, m.MonotonicNs, m.UtcNs), m.NextFrame]);
    }

    private static (byte[], string) Abort(Samples draw)
    {
        var m = new Abort((Reason)draw.U16(), (ReasonAction)draw.U8(), draw.U32());
        return Made(m, [(ushort)m.Reason, (byte)m.Action, m.Detail]);
    }

    private static (byte[], string) Goodbye(Samples draw)
    {
        var m = new Goodbye((Reason)draw.U16());
        return Made(m, [(ushort)m.Reason, 0, 0]);
    }

    private static (byte[], string) Docked(Samples draw)
    {
        var bits = draw.Bool() ? (byte)0 : (byte)(8 + draw.Int(57));
        var m = new Docked(draw.LogKey(), (DockedFlags)draw.U8(), bits, draw.Ranges(), draw.SerialOrNone(), draw.Label(), draw.Label());
        return Made(m, Log(m.Log, m.Carrier, m.Model, m.Firmware, (byte)m.Flags, bits, held: m.Held));
    }

    private static (byte[], string) Undocked(Samples draw)
    {
        var m = new Undocked((Reason)draw.U16(), draw.Bool(), draw.U64(), draw.U64(), draw.Serial(), draw.SerialOrNone());
        return Made(
            m,
            [.. Log(new(m.Device, default, default), m.Carrier), (ushort)m.Reason, m.IsComplete ? 1 : 0, m.BootId, m.MonotonicNs]
        );
    }

    private static (byte[], string) RangeGone(Samples draw)
    {
        var m = new RangeGone(draw.LogKey(), new(draw.U64() / 2, draw.U32() | 1), (Reason)draw.U16(), draw.SerialOrNone());
        return Made(m, [.. Log(m.Log, m.Carrier), m.Range.First, m.Range.Count, (ushort)m.Reason]);
    }

    private static (byte[], string) LogCleared(Samples draw)
    {
        var m = new LogCleared(draw.LogKey(), draw.Epoch(), draw.U64(), draw.Hash(), draw.SerialOrNone());
        return Made(
            m,
            [
                .. Log(m.Log, ""),
                m.NewEpoch.Number,
                m.NewEpoch.Incarnation,
                m.NextSequence,
                m.Chain.IsNone ? "-" : Samples.Hex(m.Chain.ToArray()),
                Samples.Hex(m.ClearedBy),
            ]
        );
    }

    private static (byte[], string) DockHealth(Samples draw)
    {
        var m = new DockHealth((ClockState)draw.U8(), draw.U32(), draw.U64(), draw.U64(), draw.U64(), draw.U64(), draw.Label());
        return Made(
            m,
            [
                .. Identity("", "", "", "", m.Firmware, m.BootId),
                .. Clocks(m.ClockState, m.MonotonicNs, m.UtcNs),
                m.BayFaults,
                m.StorageBytesLeft,
            ]
        );
    }

    private static (byte[], string) RecordBatch(Samples draw)
    {
        var header = new RecordBatchHeader(
            draw.LogKey(),
            draw.U64() / 2,
            draw.SerialOrNone(),
            draw.Label(),
            draw.Label(),
            (StampUnit)draw.U8(),
            draw.U32(),
            draw.U16(),
            draw.Bool() ? (byte)0 : (byte)(8 + draw.Int(57)),
            draw.U16(),
            draw.U16()
        );
        var width = (byte)(EventRecord.Bytes + draw.Int(Limits.RecordBytesMax - EventRecord.Bytes + 1));
        var frame = new byte[Limits.SerialFrameBytesMax];
        var writer = new RecordBatchWriter(frame, Limits.SerialPayloadBytesMax, header, width);
        var records = new List<byte>();
        for (var count = 1 + draw.Int(writer.Room); count > 0; count--)
        {
            var record = draw.Bytes(width);
            records.AddRange(record);
            Assert.True(writer.TryAdd(record));
        }

        var line = Samples.Line([
            (byte)MessageType.RecordBatch,
            Limits.SerialPayloadBytesMax,
            .. Log(header.Log, header.Carrier, header.Model, header.Firmware, 0, header.SequenceBits, header, width),
            header.FirstSequence,
            writer.Count,
            Samples.Hex(records.ToArray()),
        ]);
        return (frame[..writer.Finish(7, 1)], line);
    }

    private static (byte[], string) ClockReading(Samples draw)
    {
        var before = draw.U64() / 2;
        var m = new ClockReading(
            (SyncOrder)draw.U8(),
            (StampUnit)draw.U8(),
            draw.U32(),
            draw.U64(),
            draw.U64(),
            before,
            before + (draw.U64() / 2),
            draw.U64(),
            (ClockState)draw.U8(),
            draw.Serial(),
            draw.SerialOrNone()
        );
        var log = new RecordBatchHeader(default, 0, "", "", "", m.Unit, m.StampResolutionMs, 0, 0, 0, 0);
        return Made(
            m,
            [
                .. Log(new(m.Device, default, default), m.Carrier, header: log),
                (byte)m.Order,
                m.DeviceStamp,
                m.BootId,
                m.MonotonicBeforeNs,
                m.MonotonicAfterNs,
                m.DockUtcNs,
                (byte)m.DockClockState,
            ]
        );
    }

    private static (byte[], string) ClockEcho(Samples draw)
    {
        var m = new ClockEcho(draw.U64(), draw.U64(), draw.U64(), draw.U64(), draw.U64(), (ClockState)draw.U8());
        return Made(
            m,
            [
                .. Identity("", "", "", "", "", m.BootId),
                .. Clocks(m.DockClockState, m.DockMonotonicNs, m.DockUtcNs),
                m.RequestId,
                m.GatewayUtcNs,
            ]
        );
    }

    private static (byte[], string) OfBlock(Samples draw)
    {
        var parts = (ushort)(1 + draw.Int(Limits.BlockPartsMax));
        var key = draw.LogKey();
        var header = new BlockHeader(key, draw.U64() / 2, (ushort)(1 + draw.Int(parts)), parts, (BlockKind)draw.U8(), draw.SerialOrNone());
        var content = draw.Bytes(draw.Int(800));
        var frame = new byte[Limits.SerialFrameBytesMax];
        var bytes = Block.Write(frame, 7, 1, header, content);
        object[] fields = [header.Sequence, header.Part, header.Parts, (byte)header.Kind, Samples.Hex(content)];
        return (
            frame[..bytes],
            Samples.Line([(byte)MessageType.Block, Limits.SerialPayloadBytesMax, .. Log(header.Log, header.Carrier), .. fields])
        );
    }

    private static (byte[], string) SessionHead(Samples draw)
    {
        var first = draw.U64() / 2;
        var m = new SessionHead(
            (HeadGrade)draw.U8(),
            draw.LogKey(),
            first,
            draw.Hash(),
            first + (draw.U64() / 2),
            draw.Hash(),
            draw.U64(),
            draw.Nonce(),
            draw.U64(),
            draw.Serial(),
            draw.Signature()
        );
        return Made(
            m,
            [
                .. Log(m.Log, ""),
                (byte)m.Grade,
                m.FirstSequence,
                Samples.Hex(m.ChainAtFirst.ToArray()),
                m.NextSequence,
                Samples.Hex(m.ChainAtNext.ToArray()),
                m.Counter,
                m.Nonce.IsNone ? "-" : Convert.ToHexString([.. BitConverter.GetBytes(m.Nonce.Low), .. BitConverter.GetBytes(m.Nonce.High)]),
                m.ReadUtcNs,
                Samples.Hex(m.Signer),
                (byte)m.Signature.Algorithm,
                Samples.Hex(m.Signature.Bytes),
            ]
        );
    }

    private static (byte[], string) ReceiptShown(Samples draw)
    {
        var m = new ReceiptShown(draw.SerialOrNone(), FromGateway.DrawReceipt(draw));
        var receipt = FrameWriter.ToArray(7, 0, m.Receipt).AsSpan()[FrameHeader.Bytes..^FrameHeader.CheckBytes];
        return Made(m, [Samples.Hex(m.Carrier), Samples.Hex(receipt)]);
    }

    private static (byte[], string) CheckpointHeld(Samples draw)
    {
        var m = new CheckpointHeld(draw.U64(), draw.Hash(), draw.Topic(), draw.Signature());
        return Made(
            m,
            [
                m.TreeSize,
                m.Root.IsNone ? "-" : Samples.Hex(m.Root.ToArray()),
                Samples.Hex(m.Origin),
                (byte)m.Signature.Algorithm,
                Samples.Hex(m.Signature.Bytes),
            ]
        );
    }

    private static object[] Identity(string force, string armoury, string dock, string model, string firmware, ulong bootId) =>
        [Samples.Hex(force), Samples.Hex(armoury), Samples.Hex(dock), Samples.Hex(model), Samples.Hex(firmware), bootId];

    private static object[] Clocks(ClockState state, ulong monotonicNs, ulong utcNs) => [(byte)state, monotonicNs, utcNs];

    private static object[] Log(
        LogKey key,
        string carrier,
        string model = "",
        string firmware = "",
        byte flags = 0,
        byte sequenceBits = 0,
        RecordBatchHeader header = default,
        byte width = EventRecord.Bytes,
        SequenceRanges held = default
    ) =>
        [
            (byte)key.Log,
            key.Epoch.Number,
            key.Epoch.Incarnation,
            Samples.Hex(key.Device),
            Samples.Hex(carrier),
            Samples.Hex(model),
            Samples.Hex(firmware),
            flags,
            sequenceBits,
            width,
            (byte)header.Unit,
            header.StampResolutionMs,
            header.DurationResolutionMs,
            header.TranslatorId,
            header.TranslatorVersion,
            held.Count,
            .. held.Span.ToArray().SelectMany(range => new object[] { range.First, range.Count }),
        ];
}
