using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Visits one after another. One is over only when the gateway has acked everything it wanted and the Undocked itself, so a gateway
/// that dies costs repeats and never a record. A new session begins the unfinished visit again: the gateway says what it still wants.
/// </summary>
internal sealed class VisitWork(History history, IReadOnlyList<DockVisit> visits) : IDockWork
{
    // what this visit has sent, in whatever sessions that was
    private readonly Dictionary<DeviceLog, RangeSet> _sent = [];

    private readonly byte[] _buffer = new byte[Limits.MqttFrameBytesMax];
    private VisitUpload? _upload;

    public int Done { get; private set; }

    public int Total => visits.Count;

    public long DueMs => long.MaxValue;

    public void SessionLost() => _upload = null;

    public bool Advance(DockConversation talk)
    {
        while (Done < visits.Count)
        {
            var upload = _upload ??= Begin(talk);
            SendBatch(upload, talk);
            if (!talk.Dock.AllSaid)
            {
                return false;
            }

            if (!upload.HeadsSaid)
            {
                upload.HeadsSaid = true;
                SayHeads(upload.Visit, talk);
                return false;
            }

            if (!upload.UndockedSaid)
            {
                upload.UndockedSaid = true;
                talk.Dock.Number(BatchSource.Undocked(upload.Visit, talk.BootId, talk.Clock.MonotonicNs));
                return false;
            }

            upload.Withdraw();
            _sent.Clear();
            _upload = null;
            Done++;
        }

        return true;
    }

    private VisitUpload Begin(DockConversation talk)
    {
        var (visit, clock) = (visits[Done], talk.Clock);
        if (BatchSource.ClockOf(visit.Dock) is var state && state != ClockState.Disciplined)
        {
            talk.Dock.Number(new DockHealth(state, 0, talk.BootId, clock.MonotonicNs, clock.UtcNs, 1L << 30, "1"));
        }

        talk.Dock.Number(BatchSource.Reading(visit, (long)(clock.UtcNs / 1_000_000), talk.BootId, clock.MonotonicNs, clock.UtcNs));
        return new VisitUpload(visit, talk.Dock);
    }

    private RangeSet Sent(DeviceLog log)
    {
        if (!_sent.TryGetValue(log, out var ranges))
        {
            _sent[log] = ranges = new RangeSet();
        }

        return ranges;
    }

    private void SayHeads(DockVisit visit, DockConversation talk)
    {
        var heads = 0;
        foreach (var (log, range) in _sent.SelectMany(s => s.Value.Runs.Select(r => (s.Key, r))))
        {
            var nonce = SessionHeads.GradeOf(visit, live: true) == HeadGrade.A ? talk.TakeNonce() : default;
            if (SessionHeads.Of(history, visit, log, range, heads++, nonce, talk.Clock.UtcNs) is { } head)
            {
                talk.Dock.Number(head);
            }
        }
    }

    private void SendBatch(VisitUpload upload, DockConversation talk)
    {
        var dock = talk.Dock;
        while (dock.NextWanted is { } unread && upload.NotRead(unread) is > 0 and var notRead)
        {
            dock.Took(notRead);
        }

        if (dock.Room && dock.NextWanted is { } wanted)
        {
            if (dock.PayloadBytesMax >= Limits.SerialPayloadBytesMax && upload.NextBlock(wanted) is { } block)
            {
                var length = RecordBlocks.Write(
                    _buffer,
                    dock.Session,
                    dock.NextNumber,
                    upload.Visit,
                    block.Log,
                    block.Sequence,
                    block.Part
                );
                upload.TookBlock();
                dock.NumberFrame(_buffer.AsSpan(0, length).ToArray(), 0);
                return;
            }

            if (upload.AwaitsBlocks && !dock.AllAcked)
            {
                return;
            }

            var (bytes, records) = BatchSource.Write(
                _buffer,
                dock.PayloadBytesMax,
                upload.Visit,
                upload.Log(wanted),
                upload.Read(wanted),
                dock.Session,
                dock.NextNumber
            );
            Sent(upload.Log(wanted)).Add(new SequenceRange(wanted.Range.First, records));
            upload.TookRecords(wanted.Range.Count > records);
            dock.Took(records);
            dock.NumberFrame(_buffer.AsSpan(0, bytes).ToArray(), records);
        }
    }
}
