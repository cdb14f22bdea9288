using System.Net;
using System.Net.Sockets;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>A wire that breaks where a test says: after so many bytes in one direction both ends are hung up on; the next connection is whole.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int target;
    private readonly Task accepting;
    private long upLeft = long.MaxValue;
    private long downLeft = long.MaxValue;
    private long bytesUp;
    private long bytesDown;
    private int connections;

    public CuttingProxy(string mqtt)
    {
        target = new Uri(mqtt).Port;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Url => $"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";

    /// <summary>Bytes that passed, from the one who connects and to it.</summary>
    public (long Up, long Down) Passed => (Interlocked.Read(ref bytesUp), Interlocked.Read(ref bytesDown));

    public int Connections => Volatile.Read(ref connections);

    /// <summary>Breaks the wire once, after so many bytes more.</summary>
    public void CutAfter(long up = long.MaxValue, long down = long.MaxValue)
    {
        Interlocked.Exchange(ref upLeft, up);
        Interlocked.Exchange(ref downLeft, down);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
                Interlocked.Increment(ref connections);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient near)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        using var far = new TcpClient { NoDelay = true };
        using (near)
        {
            near.NoDelay = true;
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, target, cut.Token);
                await Task.WhenAll(
                    CopyAsync(near.GetStream(), far.GetStream(), true, cut),
                    CopyAsync(far.GetStream(), near.GetStream(), false, cut)
                );
            }
            catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
            {
                await cut.CancelAsync(); // one end is gone: so is the other
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool up, CancellationTokenSource cut)
    {
        var buffer = new byte[4_096];
        try
        {
            while (await from.ReadAsync(buffer, cut.Token) is > 0 and var count)
            {
                var left = Interlocked.Read(ref up ? ref upLeft : ref downLeft);
                var pass = (int)Math.Min(count, left);
                await to.WriteAsync(buffer.AsMemory(0, pass), cut.Token);
                Interlocked.Add(ref up ? ref bytesUp : ref bytesDown, pass);
                if (pass < count || pass == left)
                {
                    CutAfter(); // the next connection is whole
                    return;
                }
                if (left != long.MaxValue)
                {
                    Interlocked.Add(ref up ? ref upLeft : ref downLeft, -pass);
                }
            }
        }
        finally
        {
            await cut.CancelAsync();
        }
    }
}
