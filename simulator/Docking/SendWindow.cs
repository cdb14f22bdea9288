using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Numbered frames on their way (SPEC clause 10): kept until acked, sent again on a timer of max(1 s, 4 x the smoothed ack time) that
/// doubles up to 30 s, never while held.
/// </summary>
internal sealed class SendWindow
{
    private readonly SortedDictionary<uint, Sent> _unacked = [];
    private int _framesMax = 1;
    private long _bytes;
    private long _heldUntilMs;
    private double _smoothedMs = Limits.RetransmitMsMin / 4.0;

    public uint NextNumber { get; private set; } = 1;

    public Credit Credit { get; set; }

    public long Repeats { get; private set; }

    public bool IsEmpty => _unacked.Count == 0;

    public long DueMs => _unacked.Count == 0 ? long.MaxValue : Math.Max(_heldUntilMs, _unacked.Values.Min(s => s.DueMs));

    public void Begin(Credit credit, int framesMax)
    {
        _unacked.Clear();
        (_bytes, NextNumber, Credit, _framesMax, _heldUntilMs) = (0, 1, credit, framesMax, 0);
    }

    public bool IsHeld(long nowMs) => nowMs < _heldUntilMs;

    public void HoldUntil(long ms) => _heldUntilMs = ms;

    /// <summary>Whether one more frame may be sent now; one is always allowed where there is credit and nothing is on its way.</summary>
    public bool Room(long nowMs, int payloadBytesMax)
    {
        var bytes = FrameHeader.Bytes + payloadBytesMax + FrameHeader.CheckBytes;
        return !IsHeld(nowMs)
            && Credit.Frames > 0
            && _unacked.Count < Math.Min(Credit.Frames, _framesMax)
            && (_unacked.Count == 0 || _bytes + bytes <= Credit.Bytes);
    }

    public void Add(byte[] frame, uint records, long nowMs)
    {
        _unacked.Add(NextNumber, new Sent(frame, records, nowMs, TimerMs, nowMs + TimerMs));
        _bytes += frame.Length;
        NextNumber++;
    }

    /// <summary>Frames whose timer has run out.</summary>
    public List<byte[]> TakeDue(long nowMs)
    {
        var due = new List<byte[]>();
        if (IsHeld(nowMs))
        {
            return due;
        }

        foreach (var sent in _unacked.Values)
        {
            if (nowMs >= sent.DueMs)
            {
                sent.Again(nowMs);
                due.Add(sent.Frame);
                Repeats++;
            }
        }

        return due;
    }

    public void ResendNow(uint number)
    {
        if (_unacked.TryGetValue(number, out var sent))
        {
            sent.DueMs = 0;
        }
    }

    /// <summary>Lets go of what an ack covers, except what the gateway asks for again. Answers how many event records that were.</summary>
    public long Acked(in Ack ack, HashSet<uint> keep, long nowMs)
    {
        var records = 0L;
        foreach (var number in _unacked.Keys.ToList())
        {
            if (!ack.Covers(number) || keep.Contains(number))
            {
                continue;
            }

            var sent = _unacked[number];
            _unacked.Remove(number);
            _bytes -= sent.Frame.Length;
            records += sent.Records;
            if (sent.Times == 1)
            {
                // only a frame sent once says how long an ack takes (Karn and Partridge, 1987)
                _smoothedMs += (nowMs - sent.FirstMs - _smoothedMs) / 8;
            }
        }

        return records;
    }

    private long TimerMs => Math.Clamp((long)(4 * _smoothedMs), Limits.RetransmitMsMin, Limits.RetransmitMsMax);

    private sealed class Sent(byte[] frame, uint records, long firstMs, long timerMs, long dueMs)
    {
        private long _timerMs = timerMs;

        public byte[] Frame { get; } = frame;

        public uint Records { get; } = records;

        public long FirstMs { get; } = firstMs;

        public int Times { get; private set; } = 1;

        public long DueMs { get; set; } = dueMs;

        public void Again(long nowMs)
        {
            Times++;
            _timerMs = Math.Min(_timerMs * 2, Limits.RetransmitMsMax);
            DueMs = nowMs + _timerMs;
        }
    }
}
