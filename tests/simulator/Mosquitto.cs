using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>A real mosquitto from its binary, on a free loopback port, in a folder of its own.</summary>
internal sealed class Mosquitto : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("taser-sim-mosquitto-").FullName;
    private Process _process;

    private Mosquitto()
    {
        Port = FreePort();
        File.WriteAllText(
            Path.Combine(_folder, "mosquitto.conf"),
            $"listener {Port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nset_tcp_nodelay true\n"
        );
        _process = Run();
    }

    public int Port { get; }

    public Uri Address => new($"mqtt://127.0.0.1:{Port}");

    public static async Task<Mosquitto> StartAsync()
    {
        var broker = new Mosquitto();
        await broker.UntilListeningAsync();
        return broker;
    }

    public async Task KillAndStartAgainAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = Run();
        await UntilListeningAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Debian puts the broker into /usr/sbin, which is not on everybody's PATH.</summary>
    private Process Run()
    {
        var binary = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        var start = new ProcessStartInfo(binary, ["-c", Path.Combine(_folder, "mosquitto.conf")])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("mosquitto is needed for this test; tests/run installs it");
    }

    private async Task UntilListeningAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port, limit.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Yield();
            }
        }
    }
}
