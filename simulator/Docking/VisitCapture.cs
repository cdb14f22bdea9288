using TaserTelemetry.FirmwareProtocol.Captures;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Calendar;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>One visit as its dock would have said it, at the visit's own time, in a docking session of its own.</summary>
internal sealed class VisitCapture(CaptureWriter writer, History history, DockVisit visit, byte[] buffer, ReceiptSigner? receipts)
{
    private const ulong StepNs = 20_000_000;

    private readonly Transport _transport = visit.Dock.Transport == "serial" ? Transport.Serial : Transport.Mqtt;
    private readonly DockAddress _address = CaptureOutput.Address(history, visit.Dock);
    private readonly ulong _boot = CaptureOutput.BootId(history, visit.Dock);
    private readonly ulong _monotonicNs = CaptureOutput.Ns(visit.TrueUtcMs - history.StartUtcMs + UkTime.HourMs);
    private readonly uint _session = checked((uint)visit.Id);
    private ulong _atNs = CaptureOutput.Ns(visit.TrueUtcMs);
    private uint _frame;
    private int _heads;

    // a batch may hold fewer records than the Blocks before it were of
    private readonly HashSet<(DeviceLog, ulong)> _blocksWritten = [];

    /// <summary>Writes it, with what its dock had not captured before; answers how many event records that were.</summary>
    public long Write(IReadOnlyList<(DeviceLog Log, SequenceRange Range)> fresh)
    {
        WriteBeginning();
        foreach (var (log, ranges) in BatchSource.Offers(visit))
        {
            Put(_session, 0, BatchSource.Docked(visit, log, ranges, false));
        }

        ShowReceipt();
        var records = 0L;
        foreach (var (log, range) in fresh)
        {
            records += WriteRange(visit, log, range);
            if (SessionHeads.Of(history, visit, log, range, _heads++, default, _atNs) is { } head)
            {
                _atNs += StepNs;
                Number(head);
            }
        }

        ReadAgain();
        _atNs += StepNs;
        Number(BatchSource.Undocked(visit, _boot, _monotonicNs + 1_000_000_000));
        return records;
    }

    private void WriteBeginning()
    {
        var startNs = _atNs;
        Put(0, 0, BatchSource.Hello(_address, _transport, (ulong)visit.Id, _boot, _monotonicNs, startNs));
        // the two-sided comparison of dock and gateway as a recorder beside a gateway would have seen it: asked 10 ms after hello, read
        // by the dock at 20, received at 30
        _atNs = startNs + 30_000_000;
        Number(new ClockEcho(_session, startNs + 10_000_000, _boot, _monotonicNs + StepNs, startNs + StepNs, ClockState.Disciplined));
        _atNs += StepNs;
        if (BatchSource.ClockOf(visit.Dock) != ClockState.Disciplined)
        {
            Number(new DockHealth(BatchSource.ClockOf(visit.Dock), 0, _boot, _monotonicNs + StepNs, startNs + StepNs, 1L << 30, "1"));
        }

        Number(BatchSource.Reading(visit, visit.TrueUtcMs, _boot, _monotonicNs, startNs));
    }

    /// <summary>A dock shows what it holds before it sends what is new (SPEC clause 8.22).</summary>
    private void ShowReceipt()
    {
        if (visit.Trust?.Receipt is not { } held)
        {
            return;
        }

        var carrier = BatchSource.CarrierText(visit);
        if (held.Of == ReceiptOf.Another)
        {
            Number(new ReceiptShown(carrier, ReceiptSigner.OfAnotherGateway(history.Seed).Sign(held, _atNs)));
        }
        else if (receipts is not null)
        {
            Number(new ReceiptShown(carrier, receipts.Sign(held, _atNs)));
        }
    }

    /// <summary>The translator's next version reads all of it once more.</summary>
    private void ReadAgain()
    {
        if (visit.Trust?.Again is not { } again)
        {
            return;
        }

        var next = visit with { Altered = again.Differing, TranslatorVersion = VisitTrust.FirstTranslation + 1 };
        foreach (var (log, range) in visit.Held.Where(h => h.Log.Key.Log == LogKind.Event))
        {
            WriteRange(next, log, range);
        }
    }

    private long WriteRange(DockVisit read, DeviceLog log, SequenceRange range)
    {
        var payloadMax = _transport == Transport.Serial ? Limits.SerialPayloadBytesMax : Limits.MqttPayloadBytesMax;
        for (var left = range; left.Count > 0; )
        {
            var group = visit.HasBlocks ? left with { Count = Math.Min(left.Count, RecordBlocks.RecordsAtOnceMax) } : left;
            WriteBlocks(log, group);
            _atNs += StepNs;
            var (bytes, count) = BatchSource.Write(buffer, payloadMax, read, log, group, _session, ++_frame);
            writer.Write(_atNs, _transport, CaptureDirection.Up, _address, buffer.AsSpan(0, bytes));
            left = new SequenceRange(left.First + count, left.Count - count);
        }

        return range.Count;
    }

    /// <summary>The Blocks of some records, before the batch that has them.</summary>
    private void WriteBlocks(DeviceLog log, SequenceRange range)
    {
        for (var sequence = range.First; visit.HasBlocks && sequence < range.Next; sequence++)
        {
            var parts = _blocksWritten.Contains((log, sequence)) ? 0 : RecordBlocks.PartsOf(log, sequence);
            for (ushort part = 1; part <= parts; part++)
            {
                _atNs += StepNs / 10;
                var bytes = RecordBlocks.Write(buffer, _session, ++_frame, visit, log, sequence, part);
                writer.Write(_atNs, _transport, CaptureDirection.Up, _address, buffer.AsSpan(0, bytes));
            }

            if (parts > 0)
            {
                _blocksWritten.Add((log, sequence));
            }
        }
    }

    private void Number<T>(T message)
        where T : struct, IMessage<T> => Put(_session, ++_frame, message);

    private void Put<T>(uint session, uint number, T message)
        where T : struct, IMessage<T>
    {
        var bytes = FrameWriter.Write(buffer, session, number, message);
        writer.Write(_atNs, _transport, CaptureDirection.Up, _address, buffer.AsSpan(0, bytes));
    }
}
