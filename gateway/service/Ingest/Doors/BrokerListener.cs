using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MQTTnet.Adapter;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Formatter;
using MQTTnet.Server;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// The embedded broker's listener. Our own, because the library's trusts what it is told before anybody logged in (wire 22): here a
/// connection must have been greeted within seconds, connections are counted, and packets are measured before they are read.
/// </summary>
internal sealed class BrokerListener(
    MqttSettings settings,
    int messageBytesMax,
    TimeProvider clock,
    ILogger<BrokerListener> log,
    DoorMeters meters
) : IMqttServerAdapter
{
    private const int BacklogMax = 512;
    private readonly CancellationTokenSource stopping = new();
    private readonly ListenerCertificates? certificates = ListenerCertificates.Load(settings);
    private Socket? listener;
    private int connections;

    public Func<IMqttChannelAdapter, Task>? ClientHandler { get; set; }

    /// <summary>The address bound, once started.</summary>
    public IPEndPoint? Bound { get; private set; }

    public bool IsSecure => certificates is not null;

    public Task StartAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        SettingsRules.TryEndpoint(settings.Listen, out var endpoint);
        listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(endpoint);
            listener.Listen(BacklogMax);
        }
        catch (SocketException refused)
        {
            throw StartRefusedException.Listen("mqtt:listen", settings.Listen, refused);
        }
        Bound = (IPEndPoint)listener.LocalEndPoint!;
        _ = AcceptAsync(options, logger);
        return Task.CompletedTask;
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        listener?.Dispose();
    }

    public void Dispose()
    {
        listener?.Dispose();
        certificates?.Dispose();
        stopping.Dispose();
    }

    private async Task AcceptAsync(MqttServerOptions options, IMqttNetLogger logger)
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener!.AcceptAsync(stopping.Token);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException broken)
            {
                // Out of descriptors, or a peer that left between SYN and accept: the listener itself is sound.
                log.AcceptFailed(broken.SocketErrorCode);
                await Task.Delay(TimeSpan.FromMilliseconds(100), clock, stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
                continue;
            }
            if (Interlocked.Increment(ref connections) > settings.ConnectionsMax)
            {
                Interlocked.Decrement(ref connections);
                meters.ConnectionRefused(ConnectionRefusal.TooMany);
                socket.Dispose();
                continue;
            }
            _ = Task.Run(() => ServeAsync(socket, options, logger), CancellationToken.None);
        }
    }

    private async Task ServeAsync(Socket socket, MqttServerOptions options, IMqttNetLogger logger)
    {
        GuardedChannel? channel = null;
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(settings.ConnectWithinSeconds), clock);
        await using var closeLate = late.Token.UnsafeRegister(_ => socket.Dispose(), null);
        try
        {
            socket.NoDelay = true;
            var remote = socket.RemoteEndPoint;
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            X509Certificate2? peer = null;
            if (certificates is not null)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(certificates.ServerOptions(), late.Token);
                peer = secure.RemoteCertificate as X509Certificate2;
                stream = secure;
            }
            channel = new GuardedChannel(stream, remote, peer, messageBytesMax, () => late.CancelAfter(Timeout.InfiniteTimeSpan));
            var writer = new MqttBufferWriter(options.WriterBufferSize, options.WriterBufferSizeMax);
            using var adapter = new MqttChannelAdapter(channel, new MqttPacketFormatterAdapter(writer), logger);
            await ClientHandler!(adapter);
        }
        catch (Exception ended)
            when (ended
                    is IOException
                        or SocketException
                        or ObjectDisposedException
                        or OperationCanceledException
                        or System.Security.Authentication.AuthenticationException
            )
        {
            log.ConnectionEnded(ended.Message);
        }
        finally
        {
            if (channel?.Refused == true)
            {
                meters.ConnectionRefused(ConnectionRefusal.Oversize);
            }
            else if (late.IsCancellationRequested)
            {
                meters.ConnectionRefused(ConnectionRefusal.Silent);
            }
            channel?.Dispose();
            socket.Dispose();
            Interlocked.Decrement(ref connections);
        }
    }
}
