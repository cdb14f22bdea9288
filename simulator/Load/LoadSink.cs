using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Simulator.Load;

/// <summary>
/// Broker and gateway in one that keeps nothing: it says what both would say and no more, so that load against it shows the
/// generator's own ceiling on this machine.
/// </summary>
internal sealed class LoadSink : IDisposable
{
    private static readonly Credit Plenty = new(1_024, 16 * 1024 * 1024);

    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _over = new();

    public LoadSink()
    {
        _listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        _listener.Listen(1_024);
        _ = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _over.Cancel();
        _listener.Dispose();
        _over.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_over.Token);
                _ = Task.Run(() => ServeAsync(socket));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the sink is closed
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        socket.NoDelay = true;
        var client = new SinkClient();
        var buffer = new byte[256 * 1024];
        var held = 0;
        try
        {
            while (true)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(held), _over.Token);
                if (read == 0)
                {
                    return;
                }

                held += read;
                var taken = client.Take(buffer.AsSpan(0, held));
                buffer.AsSpan(taken, held - taken).CopyTo(buffer);
                held -= taken;
                var answer = client.Answers();
                if (answer.Length > 0)
                {
                    await socket.SendAsync(answer, _over.Token);
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // the client has gone
        }
    }

    private sealed class SinkClient
    {
        private readonly byte[] _answers = new byte[64 * 1024];
        private int _bytes;
        private byte[] _down = [];
        private uint _next = 1;
        private bool _ack;

        public int Take(ReadOnlySpan<byte> bytes)
        {
            var taken = 0;
            while (_bytes < _answers.Length - 1_024)
            {
                var packet = MqttPackets.Read(bytes[taken..]);
                if (packet.Bytes == 0)
                {
                    break;
                }

                taken += packet.Bytes;
                Handle(packet);
            }

            return taken;
        }

        /// <summary>One ack for all that came in one read, as a gateway acks one commit group.</summary>
        public ReadOnlyMemory<byte> Answers()
        {
            if (_ack)
            {
                _ack = false;
                Down(FrameWriter.ToArray(1, 0, new Ack(_next, Plenty)));
            }

            var answers = _answers.AsMemory(0, _bytes);
            _bytes = 0;
            return answers;
        }

        private void Handle(MqttPacket packet)
        {
            switch (packet.Type)
            {
                case 1:
                    Put([0x20, 3, 0, 0, 0]);
                    break;
                case 8:
                    var filter = packet.Body[3..];
                    _down = filter.Slice(2, BinaryPrimitives.ReadUInt16BigEndian(filter)).ToArray();
                    Put([0x90, 4, packet.Body[0], packet.Body[1], 0, 0]);
                    break;
                case MqttPacket.Publish:
                    var payload = MqttPackets.Payload(packet, out var topic);
                    Put([0x40, 2, packet.Body[2 + topic.Length], packet.Body[3 + topic.Length]]);
                    TakeFrame(payload);
                    break;
                default:
                    break;
            }
        }

        private void TakeFrame(ReadOnlySpan<byte> payload)
        {
            var read = FrameReader.Read(payload, Limits.MqttPayloadBytesMax);
            if (read.Status == ReadStatus.Done && read.Frame.Decode(out Hello hello).IsNone)
            {
                Down(
                    FrameWriter.ToArray(
                        1,
                        0,
                        new Welcome(hello.ConnectionId, 1, Plenty, hello.PayloadBytesMax, 1, 0, "sink", "taser/1/sink")
                    )
                );
            }
            else
            {
                _next = Math.Max(_next, read.Header.FrameNumber + 1);
                _ack = true;
            }
        }

        private void Down(ReadOnlySpan<byte> frame)
        {
            var to = _answers.AsSpan(_bytes);
            to[0] = 0x30; // QoS 0
            var length = 2 + _down.Length + 1 + frame.Length;
            to[1] = (byte)((length & 0x7F) | 0x80);
            to[2] = (byte)(length >> 7);
            BinaryPrimitives.WriteUInt16BigEndian(to[3..], (ushort)_down.Length);
            _down.CopyTo(to[5..]);
            to[5 + _down.Length] = 0;
            frame.CopyTo(to[(6 + _down.Length)..]);
            _bytes += 3 + length;
        }

        private void Put(ReadOnlySpan<byte> packet)
        {
            packet.CopyTo(_answers.AsSpan(_bytes));
            _bytes += packet.Length;
        }
    }
}
