using System.Collections.Concurrent;

namespace TaserTelemetry.Gateway.Ingest.Doors;

internal enum DoorState
{
    Starting,
    Up,
    Down,
}

/// <summary>What health says of each door: up, or down with the cause in words.</summary>
internal sealed class DoorStates
{
    private readonly ConcurrentDictionary<string, (DoorState State, string Why)> doors = new(StringComparer.Ordinal);

    /// <summary>Raised when a broker no longer holds the session that was expected: a possible loss before the gateway.</summary>
    public event Action<string>? Lost;

    public IReadOnlyDictionary<string, (DoorState State, string Why)> All => doors;

    public void Set(string door, DoorState state, string why) => doors[door] = (state, why);

    public void SessionLost(string door) => Lost?.Invoke(door);
}
