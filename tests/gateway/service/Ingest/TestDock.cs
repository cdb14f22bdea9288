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
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan HelloEvery = TimeSpan.FromSeconds(6);
    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<byte[]> down = Channel.CreateUnbounded<byte[]>();
    private readonly Queue<(MessageType Type, byte[] Frame)> unread = new();
    private readonly DockAddress address;
    private static long hellos;
    private uint frameNumber;

    private TestDock(DockAddress address) => this.address = address;

    public uint Session { get; private set; }

    public Welcome Welcome { get; private set; }

    public string UpTopic { get; private set; } = "";

    public DockAddress Address => address;

    public IMqttClient Client => client;

    public static async Task<TestDock> ConnectAsync(string mqtt, DockAddress address, Action<MqttClientOptionsBuilder>? change = null)
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
            .WithClientId(address.Dock);
        dock.client.DisconnectedAsync += _ =>
        {
            dock.down.Writer.TryComplete();
            return Task.CompletedTask;
        };
        change?.Invoke(options);
        await dock.client.ConnectAsync(options.Build());
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
            (ulong)Interlocked.Increment(ref hellos) * 1_000_000,
            0,
            address.Force,
            address.Armoury,
            address.Dock,
            "test",
            "1.0",
            default,
            default
        );

    public Task OpenAsync(ulong connectionId = 7) => OpenAsync(HelloOf(address, connectionId));

    /// <summary>Hello and Welcome.</summary>
    public async Task OpenAsync(Hello hello)
    {
        Welcome? welcome = null;
        for (var attempt = 0; welcome is null; attempt++)
        {
            // A dock says hello until somebody answers: a gateway may not be back at its broker yet.
            Assert.InRange(attempt, 0, 9);
            await PublishAsync(Topics.Hello(address), FrameWriter.ToArray(0, 0, hello));
            welcome = await TryReceiveAsync<Welcome>(HelloEvery);
        }
        Welcome = welcome.Value;
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

    /// <summary>One numbered message under the next frame number.</summary>
    public async Task<uint> SendAsync<T>(T message)
        where T : struct, IMessage<T>
    {
        var number = NextFrame();
        await PublishAsync(UpTopic, FrameWriter.ToArray(Session, number, message));
        return number;
    }

    /// <summary>Answers the gateway's clock echo, as every dock does before it expects a Want.</summary>
    public async Task EchoAsync(TimeSpan? within = null)
    {
        var asked = await ReceiveAsync<ClockEchoRequest>(within);
        await SendAsync(new ClockEcho(asked.RequestId, asked.GatewayUtcNs, 99, 2_000_000_000, 0, ClockState.FreeRunning));
    }

    public Task DockAsync(LogKey log, ulong first, uint count, byte sequenceBits = 0, string carrier = "") =>
        PublishAsync(
            UpTopic,
            FrameWriter.ToArray(
                Session,
                0,
                new Docked(log, DockedFlags.None, sequenceBits, SequenceRanges.Of(new SequenceRange(first, count)), carrier, "T-7", "1.0")
            )
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
        Epoch epoch = default,
        ulong stampBase = 1_780_000_000,
        byte sequenceBits = 0,
        (ushort Id, ushort Version) translator = default,
        string carrier = ""
    )
    {
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var header = new RecordBatchHeader(
            new LogKey(device, LogKind.Event, epoch),
            first,
            carrier,
            "T-7",
            "1.0",
            StampUnit.Seconds,
            1_000,
            0,
            sequenceBits,
            translator.Id,
            translator.Version
        );
        var writer = new RecordBatchWriter(buffer, Limits.MqttPayloadBytesMax, header);
        for (var i = 0; i < count; i++)
        {
            var sequence = first + (ulong)i;
            Assert.True(
                writer.TryAdd(
                    new EventRecord(
                        stampBase + sequence,
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

    private async Task<T?> TryReceiveAsync<T>(TimeSpan within)
        where T : struct, IMessage<T>
    {
        try
        {
            return await ReceiveAsync<T>(within);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The next frame of that type, others passed over.</summary>
    public async Task<T> ReceiveAsync<T>(TimeSpan? within = null)
        where T : struct, IMessage<T>
    {
        using var late = new CancellationTokenSource(within ?? AnswerWithin);
        while (true)
        {
            while (unread.TryDequeue(out var next))
            {
                if (next.Type == T.Type)
                {
                    return Decode<T>(next.Frame);
                }
            }
            Split(await down.Reader.ReadAsync(late.Token)).ForEach(unread.Enqueue);
        }
    }

    /// <summary>The next Want or Receipt, whichever comes: the ranges of one, none of the other.</summary>
    public async Task<(List<SequenceRange> Wanted, List<SequenceRange> Receipted)> WantOrReceiptAsync(TimeSpan within)
    {
        using var late = new CancellationTokenSource(within);
        while (true)
        {
            while (unread.TryDequeue(out var next))
            {
                if (next.Type == MessageType.Want)
                {
                    return ([.. Decode<Want>(next.Frame).Ranges.Span], []);
                }
                if (next.Type == MessageType.Receipt)
                {
                    return ([], [.. Decode<Receipt>(next.Frame).Ranges.ToArray().Select(range => range.Range)]);
                }
            }
            Split(await down.Reader.ReadAsync(late.Token)).ForEach(unread.Enqueue);
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
