using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Visits one after another. One is over only when the gateway has acked everything it wanted and the Undocked itself, so a gateway
/// that dies costs repeats and never a record. A new session begins the unfinished visit again: the gateway says what it still wants.
/// </summary>
internal sealed class VisitWork(IReadOnlyList<DockVisit> visits) : IDockWork
{
    private const long DockedRepeatMs = 2_000;

    private readonly byte[] _buffer = new byte[Limits.MqttFrameBytesMax];
    private VisitUpload? _upload;

    public int Done { get; private set; }

    public int Total => visits.Count;

    public long DueMs => _upload?.DueMs ?? long.MaxValue;

    public void Wanted(Want want) => _upload?.Wanted(want);

    public void SessionLost() => _upload = null;

    public bool Advance(DockConversation talk)
    {
        while (Done < visits.Count)
        {
            var upload = _upload ??= Begin(talk);
            if (upload.DueOffers(talk.Clock.Ms) is { } offers)
            {
                offers.ForEach(talk.Say);
            }

            SendBatches(upload, talk);
            if (!upload.EverythingSent || !talk.AllAcked)
            {
                return false;
            }

            if (!upload.UndockedSaid)
            {
                upload.UndockedSaid = true;
                talk.Number(BatchSource.Undocked(upload.Visit, talk.BootId, talk.Clock.MonotonicNs));
                return false;
            }

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
            talk.Number(new DockHealth(state, 0, talk.BootId, clock.MonotonicNs, clock.UtcNs, 1L << 30, "1"));
        }

        talk.Number(BatchSource.Reading(visit, (long)(clock.UtcNs / 1_000_000), talk.BootId, clock.MonotonicNs, clock.UtcNs));
        return new VisitUpload(visit, DockedRepeatMs);
    }

    private void SendBatches(VisitUpload upload, DockConversation talk)
    {
        while (talk.Room && upload.Next() is { } piece)
        {
            var (bytes, records) = BatchSource.Write(
                _buffer,
                talk.PayloadBytesMax,
                upload.Visit,
                piece.Log,
                piece.Range,
                talk.Session,
                talk.NextNumber
            );
            upload.Took(records);
            talk.NumberFrame(_buffer.AsSpan(0, bytes).ToArray(), records);
        }
    }
}
