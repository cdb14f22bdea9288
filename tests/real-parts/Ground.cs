using System.Net;
using System.Net.Sockets;

namespace TaserTelemetry.Tests;

/// <summary>Where a test stands: a folder of its own that goes when the test does, and free loopback ports.</summary>
internal sealed class Ground : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("taser-test-").FullName;

    public string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    /// <summary>A loopback port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Asks again until the answer is yes or patience ends; for servers that do not say when they are ready.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? TimeSpan.FromSeconds(60));
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            try
            {
                await pulse.WaitForNextTickAsync(deadline.Token);
            }
            catch (OperationCanceledException late)
            {
                throw new TimeoutException($"waited in vain for: {what}", late);
            }
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
