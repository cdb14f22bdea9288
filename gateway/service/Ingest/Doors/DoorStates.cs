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

    public IReadOnlyDictionary<string, (DoorState State, string Why)> All => doors;

    public void Set(string door, DoorState state, string why) => doors[door] = (state, why);
}
