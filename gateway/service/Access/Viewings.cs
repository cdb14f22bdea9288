namespace TaserTelemetry.Gateway.Access;

/// <summary>
/// The auditor's page asks again every few seconds. One leaf stands for a viewing: who, of what, from when, for at most
/// <see cref="LastsMax"/>; the next answer after that needs a leaf of its own. So the access log grows with people who look, not with
/// requests, and still no answer leaves before a durable leaf covers it. For any thread.
/// </summary>
internal sealed class Viewings(TimeProvider clock)
{
    /// <summary>How long one leaf covers.</summary>
    public static readonly TimeSpan LastsMax = TimeSpan.FromMinutes(5);

    /// <summary>Viewings remembered at once; one more forgets all, and each is recorded again.</summary>
    public const int OpenMax = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Reader, string From, string Device), long> begun = [];

    /// <summary>Whether a leaf written not long ago covers this answer.</summary>
    public bool Covers(string reader, string from, string device)
    {
        lock (gate)
        {
            return begun.TryGetValue((reader, from, device), out var since) && clock.GetElapsedTime(since) < LastsMax;
        }
    }

    /// <summary>A leaf was written: it covers from now on.</summary>
    public void Begin(string reader, string from, string device)
    {
        lock (gate)
        {
            if (begun.Count >= OpenMax)
            {
                begun.Clear();
            }
            begun[(reader, from, device)] = clock.GetTimestamp();
        }
    }
}
