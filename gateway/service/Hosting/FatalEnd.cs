namespace TaserTelemetry.Gateway.Hosting;

/// <summary>Why the gateway cannot go on; the process then ends with 1.</summary>
internal sealed class FatalEnd
{
    private string? why;

    public string? Why => Volatile.Read(ref why);

    public void Report(string reason) => Interlocked.CompareExchange(ref why, reason, null);
}
