using System.Buffers;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.Tests.Ingest;

/// <summary>A dock as SPEC.md lets anyone write one, over a real MQTT client: it sends what a test says and shows what came back.</summary>
internal sealed class TestDock : IAsyncDisposable
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(20);
    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<byte[]> down = Channel.CreateUnbounded<byte[]>();
    private readonly DockAddress address;
    private uint frameNumber;

    private TestDock(DockAddress address) => this.address = address;

    public uint Session { get; private set; }

    public Welcome Welcome { get; private set; }

    public string UpTopic { get; private set; } = "";

    public DockAddress Address => address;

    public IMqttClient Client => client;

    public static async Task<TestDock> ConnectAsync(string mqtt, DockAddress address)
    {
        var uri = new Uri(mqtt);
        var dock = new TestDock(address);
        dock.client.ApplicationMessageReceivedAsync += came =>
        {
            dock.down.Writer.TryWrite(came.ApplicationMessage.Payload.ToArray());
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer(uri.Host, uri.Port)
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(address.Dock)
            .Build();
        await dock.client.ConnectAsync(options);
        await dock.client.SubscribeAsync(Topics.Down(address), MqttQualityOfServiceLevel.AtMostOnce);
        return dock;
    }

    public static Hello HelloOf(DockAddress address, ulong connectionId = 7) =>
        new(
            1,
            1,
            8_192,
            Transport.Mqtt,
            ClockState.FreeRunning,
            connectionId,
            99,
            1_000_000_000,
            0,
            address.Force,
            address.Armoury,
            address.Dock,
            "test",
            "1.0",
            default,
            default
        );

    /// <summary>Hello, Welcome and the clock echo.</summary>
    public async Task OpenAsync(ulong connectionId = 7)
    {
        await PublishAsync(Topics.Hello(address), FrameWriter.ToArray(0, 0, HelloOf(address, connectionId)));
        Welcome = await ReceiveAsync<Welcome>();
        Session = Welcome.Session;
        UpTopic = Welcome.UpTopic;
        frameNumber = 0;
    }

    public Task PublishAsync(
        string topic,
        byte[] frames,
        MqttQualityOfServiceLevel quality = MqttQualityOfServiceLevel.AtLeastOnce,
        bool retain = false
    ) =>
        client.PublishAsync(
            new MqttApplicationMessage
            {
                Topic = topic,
                Payload = new ReadOnlySequence<byte>(frames),
                QualityOfServiceLevel = quality,
                Retain = retain,
            }
        );

    public uint NextFrame() => ++frameNumber;

    /// <summary>One batch in one message, under the next frame number.</summary>
    public async Task<uint> SendBatchAsync(string device, ulong first, int count, uint durationMs = 5_000, Epoch epoch = default)
    {
        var number = NextFrame();
        await PublishAsync(UpTopic, Batch(Session, number, device, first, count, durationMs, epoch));
        return number;
    }

    public static byte[] Batch(
        uint session,
        uint frame,
        string device,
        ulong first,
        int count,
        uint durationMs = 5_000,
        Epoch epoch = default
    )
    {
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var header = new RecordBatchHeader(
            new LogKey(device, LogKind.Event, epoch),
            first,
            "",
            "T-7",
            "1.0",
            StampUnit.Seconds,
            1_000,
            0,
            0,
            0,
            0
        );
        var writer = new RecordBatchWriter(buffer, Limits.MqttPayloadBytesMax, header);
        for (var i = 0; i < count; i++)
        {
            var sequence = first + (ulong)i;
            Assert.True(
                writer.TryAdd(
                    new EventRecord(
                        1_780_000_000 + sequence,
                        0,
                        EventCode.Trigger,
                        EventFlags.None,
                        durationMs,
                        1,
                        0,
                        EventRecord.TemperatureAbsent,
                        80,
                        0,
                        0
                    )
                )
            );
        }
        var bytes = writer.Finish(session, frame);
        return buffer[..bytes];
    }

    /// <summary>The next frame of that type, others passed over.</summary>
    public async Task<T> ReceiveAsync<T>()
        where T : struct, IMessage<T>
    {
        using var late = new CancellationTokenSource(AnswerWithin);
        while (true)
        {
            foreach (var (type, frame) in Split(await down.Reader.ReadAsync(late.Token)))
            {
                if (type == T.Type)
                {
                    return Decode<T>(frame);
                }
            }
        }
    }

    /// <summary>Acks until one covers the frame; answers the verdict told for it, or plain Stored.</summary>
    public async Task<FrameVerdict> AckOfAsync(uint number)
    {
        while (true)
        {
            var ack = await ReceiveAsync<Ack>();
            foreach (var verdict in ack.Verdicts)
            {
                if (verdict.Frame == number)
                {
                    return verdict;
                }
            }
            if (ack.Covers(number))
            {
                return new FrameVerdict(number, Verdict.Stored, ReasonAction.None, Reason.None, FrameVerdict.NoDetail);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static T Decode<T>(byte[] frame)
        where T : struct, IMessage<T>
    {
        Assert.True(FrameReader.Read(frame, Limits.MqttPayloadBytesMax).Frame.Decode<T>(out var message).IsNone);
        return message;
    }

    private static List<(MessageType Type, byte[] Frame)> Split(byte[] message)
    {
        var frames = new List<(MessageType, byte[])>();
        ReadOnlySpan<byte> rest = message;
        while (!rest.IsEmpty)
        {
            var read = FrameReader.Read(rest, Limits.MqttPayloadBytesMax);
            Assert.Equal(ReadStatus.Done, read.Status);
            frames.Add((read.Header.Type, read.Bytes.ToArray()));
            rest = rest[read.Bytes.Length..];
        }
        return frames;
    }
}
