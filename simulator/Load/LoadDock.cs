using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using HdrHistogram;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Simulator.Load;

/// <summary>
/// One dock that does nothing but send batches of one made-up device within its credit and wait for durable acks. Sending and
/// receiving are two loops over one socket; what they share is small and under one lock.
/// </summary>
internal sealed class LoadDock(LoadPlan plan, int number, ulong incarnation) : IDisposable
{
    private const int SendBufferBytes = 128 * 1024;
    private const long LatencyMicrosecondsMax = 600_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, Sent> _unacked = [];
    private readonly SemaphoreSlim _room = new(0, 1);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DockAddress _address = new(plan.Force, plan.Armoury, $"{plan.DockPrefix}{number:D4}");
    private Credit _credit;
    private uint _session;
    private uint _nextFrame = 1;
    private ulong _nextSequence;
    private byte[] _upTopic = [];
    private int _unackedByBroker;
    private int _receiveMaximum = ushort.MaxValue;
    private ushort _packetId = 1;
    private long _heldUntil;
    private long _unackedBytes;
    private bool _subscribed;

    public LongHistogram Latency { get; } = new(LatencyMicrosecondsMax, 3);

    public long MessagesSent { get; private set; }

    public long MessagesAcked { get; private set; }

    public long RecordsAcked { get; private set; }

    public long PayloadBytesAcked { get; private set; }

    public long NotStored { get; private set; }

    /// <summary>What the gateway said, in messages.</summary>
    public long DownMessages { get; private set; }

    private bool Finished => plan.MessagesPerDock > 0 && MessagesSent >= plan.MessagesPerDock;

    public void Dispose() => _room.Dispose();

    /// <summary>Connects and says hello; returns when the gateway has welcomed the dock.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(plan.Host, plan.Port, stop);
        var buffer = new byte[4_096];
        var bytes = MqttPackets.Connect(buffer, _address.Dock, plan.User, plan.Password);
        bytes += MqttPackets.Subscribe(buffer.AsSpan(bytes), 1, Topics.Down(_address));
        await socket.SendAsync(buffer.AsMemory(0, bytes), stop);
        _ = Task.Run(() => ReceiveAsync(socket, stop), stop);
        await _ready.Task.WaitAsync(Patience, stop);
        return socket;
    }

    public async Task SendAsync(Socket socket, long startTimestamp, double messagesPerSecond, CancellationToken over)
    {
        var buffer = new byte[SendBufferBytes];
        while (!over.IsCancellationRequested && !Finished)
        {
            int bytes;
            long due;
            lock (_gate)
            {
                bytes = Fill(buffer, startTimestamp, messagesPerSecond, out due);
            }

            if (bytes > 0)
            {
                await socket.SendAsync(buffer.AsMemory(0, bytes), CancellationToken.None);
            }
            else
            {
                await WaitAsync(due, over);
            }
        }
    }

    /// <summary>After the last message: until everything is acked, or patience ends.</summary>
    public async Task DrainAsync(CancellationToken stop)
    {
        var until = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < until)
        {
            lock (_gate)
            {
                if (_unacked.Count == 0)
                {
                    return;
                }
            }

            await _room.WaitAsync(TimeSpan.FromMilliseconds(50), stop);
        }
    }

    private async Task WaitAsync(long dueTimestamp, CancellationToken over)
    {
        var ticks = Math.Clamp(Math.Min(dueTimestamp, long.MaxValue / 2) - Stopwatch.GetTimestamp(), 0, Stopwatch.Frequency);
        var milliseconds = Math.Clamp(ticks * 1_000 / Stopwatch.Frequency, 1, 50);
        try
        {
            await _room.WaitAsync(TimeSpan.FromMilliseconds(milliseconds), over);
        }
        catch (OperationCanceledException)
        {
            // the time is up
        }
    }

    /// <summary>As many messages as credit, broker, rate and buffer allow.</summary>
    private int Fill(byte[] buffer, long startTimestamp, double messagesPerSecond, out long due)
    {
        var bytes = 0;
        due = long.MaxValue;
        var frameMax = FrameHeader.Bytes + 160 + plan.RecordsPerBatch * EventRecord.Bytes + FrameHeader.CheckBytes;
        while (bytes + frameMax + _upTopic.Length + MqttPackets.PublishOverheadMax <= buffer.Length)
        {
            var now = Stopwatch.GetTimestamp();
            var slot = messagesPerSecond > 0 ? startTimestamp + (long)(MessagesSent * Stopwatch.Frequency / messagesPerSecond) : now;
            due = slot;
            if (Finished || slot > now || now < _heldUntil || _unackedByBroker >= _receiveMaximum)
            {
                return bytes;
            }

            if (_unacked.Count >= _credit.Frames || _unacked.Count > 0 && _unackedBytes + frameMax > _credit.Bytes)
            {
                due = long.MaxValue;
                return bytes;
            }

            bytes += WriteBatch(buffer.AsSpan(bytes), Math.Min(slot, now));
            MessagesSent++;
        }

        return bytes;
    }

    private int WriteBatch(Span<byte> to, long dueTimestamp)
    {
        var payload = to[(_upTopic.Length + MqttPackets.PublishOverheadMax)..];
        var first = _nextSequence;
        var header = new RecordBatchHeader(
            new LogKey($"L00-{number:D6}", LogKind.Event, new Epoch(1, incarnation)),
            first,
            "",
            "X2",
            "load",
            StampUnit.Seconds,
            0,
            1_000,
            64,
            0,
            0
        );
        var writer = new RecordBatchWriter(payload, 160 + plan.RecordsPerBatch * EventRecord.Bytes, header);
        for (var i = 0; i < plan.RecordsPerBatch; i++)
        {
            writer.TryAdd(
                new EventRecord(
                    1_700_000_000 + first + (ulong)i,
                    0,
                    EventCode.Light,
                    EventFlags.None,
                    0,
                    0,
                    0,
                    EventRecord.TemperatureAbsent,
                    80,
                    EventRecord.ByteAbsent,
                    (ulong)(i & 1)
                )
            );
        }

        var frameBytes = writer.Finish(_session, _nextFrame);
        _unacked.Add(_nextFrame, new Sent(dueTimestamp, writer.Count, frameBytes));
        _unackedBytes += frameBytes;
        _unackedByBroker++;
        _nextFrame++;
        _nextSequence += (ulong)writer.Count;
        return Publish(to, payload[..frameBytes]);
    }

    /// <summary>The header's length is only known with the payload's, so the payload is moved up to it.</summary>
    private int Publish(Span<byte> to, ReadOnlySpan<byte> frame)
    {
        var at = MqttPackets.PublishHeader(to, _upTopic, _packetId, frame.Length);
        _packetId = _packetId == ushort.MaxValue ? (ushort)1 : (ushort)(_packetId + 1);
        frame.CopyTo(to[at..]);
        return at + frame.Length;
    }

    private async Task ReceiveAsync(Socket socket, CancellationToken stop)
    {
        var buffer = new byte[64 * 1024];
        var held = 0;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(held), stop);
                if (read == 0)
                {
                    throw new IOException("the broker closed the connection");
                }

                held += read;
                var taken = Take(socket, buffer.AsSpan(0, held));
                buffer.AsSpan(taken, held - taken).CopyTo(buffer);
                held -= taken;
            }
        }
        catch (Exception trouble) when (trouble is SocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            _ready.TrySetException(new IOException(trouble.Message, trouble));
        }
    }

    private int Take(Socket socket, ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (true)
        {
            var packet = MqttPackets.Read(bytes[taken..]);
            if (packet.Bytes == 0)
            {
                break;
            }

            taken += packet.Bytes;
            lock (_gate)
            {
                Handle(socket, packet);
            }
        }

        if (_room.CurrentCount == 0)
        {
            _room.Release();
        }

        return taken;
    }

    private void Handle(Socket socket, MqttPacket packet)
    {
        switch (packet.Type)
        {
            case MqttPacket.ConnAck when packet.Body[1] != 0:
                _ready.TrySetException(new IOException($"the broker refused the connection: reason 0x{packet.Body[1]:X2}"));
                break;
            case MqttPacket.ConnAck:
                _receiveMaximum = MqttPackets.ReceiveMaximum(packet.Body);
                break;
            case MqttPacket.SubAck when !_subscribed:
                _subscribed = true;
                SayHello(socket);
                break;
            case MqttPacket.PubAck:
                _unackedByBroker--;
                break;
            case MqttPacket.Publish:
                DownMessages++;
                TakeFrames(MqttPackets.Payload(packet, out _));
                break;
            default:
                break;
        }
    }

    private void SayHello(Socket socket)
    {
        var hello = new Hello(
            1,
            1,
            Limits.MqttPayloadBytesMax,
            Transport.Mqtt,
            ClockState.NotStated,
            incarnation,
            incarnation,
            1,
            0,
            _address.Force,
            _address.Armoury,
            _address.Dock,
            "taser-sim load",
            "1",
            default,
            default
        );
        var frame = FrameWriter.ToArray(0, 0, hello);
        var buffer = new byte[frame.Length + 200];
        _upTopic = Encoding.ASCII.GetBytes(Topics.Hello(_address));
        _unackedByBroker++;
        socket.Send(buffer.AsSpan(0, Publish(buffer, frame)));
    }

    private void TakeFrames(ReadOnlySpan<byte> untrusted)
    {
        while (untrusted.Length > 0)
        {
            var read = FrameReader.Read(untrusted, Limits.MqttPayloadBytesMax);
            if (read.Status != ReadStatus.Done)
            {
                return;
            }

            untrusted = untrusted[read.Bytes.Length..];
            if (read.Frame.Decode(out Ack ack).IsNone)
            {
                Acked(ack);
            }
            else if (read.Frame.Decode(out Welcome welcome).IsNone && welcome.ConnectionId == incarnation)
            {
                (_session, _credit, _upTopic) = (welcome.Session, welcome.Credit, Encoding.ASCII.GetBytes(welcome.UpTopic));
                _ready.TrySetResult();
            }
            else if (read.Frame.Decode(out Hold hold).IsNone)
            {
                _heldUntil = Stopwatch.GetTimestamp() + hold.DurationMs * Stopwatch.Frequency / 1_000;
            }
            else if (read.Frame.Decode(out Abort abort).IsNone)
            {
                _ready.TrySetException(new IOException($"the gateway ended the session: {abort.Reason}"));
            }
        }
    }

    private void Acked(in Ack ack)
    {
        var now = Stopwatch.GetTimestamp();
        _credit = ack.Credit;
        foreach (var verdict in ack.Verdicts)
        {
            NotStored += verdict.Verdict == Verdict.Stored ? 0 : 1;
        }

        var done = new List<uint>();
        foreach (var (frame, sent) in _unacked)
        {
            if (!ack.Covers(frame))
            {
                continue;
            }

            done.Add(frame);
            Latency.RecordValue(Math.Clamp((now - sent.DueTimestamp) * 1_000_000 / Stopwatch.Frequency, 1, LatencyMicrosecondsMax));
            MessagesAcked++;
            RecordsAcked += sent.Records;
            PayloadBytesAcked += sent.Bytes;
            _unackedBytes -= sent.Bytes;
        }

        done.ForEach(f => _unacked.Remove(f));
    }

    private readonly record struct Sent(long DueTimestamp, int Records, int Bytes);
}
