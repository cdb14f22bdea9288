using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Benchmarks.Ingest;

/// <summary>
/// The baseline: a subscriber that decodes nothing and writes nothing, lets the library PUBACK at once, and sends docks as many `down`
/// messages for each message as the gateway did. It counts one frame a message, which is what the load sends.
/// </summary>
internal sealed class QuietSubscriber : IAsyncDisposable
{
    private const string Name = "gw1";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly Credit Credit = new(64, 64 * Limits.MqttFrameBytesMax);
    private readonly IMqttClient client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentDictionary<string, Dock> docks = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource over = new();
    private readonly Channel<Dock> due = Channel.CreateUnbounded<Dock>(new UnboundedChannelOptions { SingleReader = true });
    private readonly double downsPerMessage;
    private Task answering = Task.CompletedTask;

    private QuietSubscriber(double downsPerMessage) => this.downsPerMessage = downsPerMessage;

    /// <summary>Connects; a dock is answered as often as the ratio says, and once more when it has paused.</summary>
    public static async Task<QuietSubscriber> StartAsync(int port, double downsPerMessage)
    {
        var quiet = new QuietSubscriber(downsPerMessage);
        quiet.client.ApplicationMessageReceivedAsync += quiet.ReceiveAsync;
        await quiet.client.ConnectAsync(
            new MqttClientOptionsBuilder()
                .WithTcpServer("127.0.0.1", port)
                .WithProtocolVersion(MqttProtocolVersion.V500)
                .WithClientId(Name)
                .WithReceiveMaximum(8_192)
                .Build()
        );
        await quiet.client.SubscribeAsync(Topics.HelloFilterShared, MqttQualityOfServiceLevel.AtLeastOnce);
        await quiet.client.SubscribeAsync(Topics.UpFilter(Name), MqttQualityOfServiceLevel.AtLeastOnce);
        quiet.answering = Task.WhenAll(Task.Run(quiet.AnswerAsync), Task.Run(quiet.AnswerPausedAsync));
        return quiet;
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await answering;
        client.Dispose();
        over.Dispose();
    }

    private async Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs came)
    {
        var topic = came.ApplicationMessage.Topic;
        if (docks.TryGetValue(topic, out var known))
        {
            Interlocked.Increment(ref known.Messages);
            known.Owed += downsPerMessage;
            if (known.Owed >= 1)
            {
                known.Owed -= 1;
                due.Writer.TryWrite(known);
            }
            return;
        }
        var hello = FrameReader.Read(came.ApplicationMessage.Payload.ToArray(), Limits.MqttPayloadBytesMax).Frame;
        if (Topics.Parse(topic) is { Kind: TopicKind.Hello } parsed && hello.Decode<Hello>(out var said).IsNone)
        {
            var up = Topics.Up(parsed.Address, Name);
            docks[up] = new Dock(Topics.Down(parsed.Address));
            var welcome = new Welcome(said.ConnectionId, 1, Credit, Limits.MqttPayloadBytesMax, FrameHeader.Version, 0, Name, up);
            await SayAsync(docks[up].Down, FrameWriter.ToArray(1, 0, welcome));
        }
    }

    private async Task AnswerAsync()
    {
        try
        {
            await foreach (var dock in due.Reader.ReadAllAsync(over.Token))
            {
                var messages = Interlocked.Read(ref dock.Messages);
                dock.Answered = messages;
                await SayAsync(dock.Down, FrameWriter.ToArray(1, 0, new Ack((uint)messages + 1, Credit)));
            }
        }
        catch (OperationCanceledException)
        {
            // the run is over
        }
    }

    private async Task AnswerPausedAsync()
    {
        using var pulse = new PeriodicTimer(Pause);
        try
        {
            while (await pulse.WaitForNextTickAsync(over.Token))
            {
                foreach (var dock in docks.Values.Where(d => Interlocked.Read(ref d.Messages) > d.Answered))
                {
                    due.Writer.TryWrite(dock);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the run is over
        }
    }

    private Task<MqttClientPublishResult> SayAsync(string topic, byte[] frame) =>
        client.PublishAsync(new MqttApplicationMessage { Topic = topic, Payload = new ReadOnlySequence<byte>(frame) }, over.Token);

    private sealed class Dock(string down)
    {
        public string Down { get; } = down;

        public long Answered { get; set; }

        /// <summary>Answers earned and not yet given.</summary>
        public double Owed { get; set; }

        public long Messages;
    }
}
