namespace TaserTelemetry.Simulator.World;

/// <summary>A list that grows without copying: a device's memory of a year is long, and there are hundreds of devices.</summary>
internal sealed class Chunks<T>
{
    // a nation has tens of thousands of logs with a few records each
    private const int ItemsPerChunk = 32;

    private readonly List<T[]> _chunks = [];

    public int Count { get; private set; }

    public T this[int index] => _chunks[index / ItemsPerChunk][index % ItemsPerChunk];

    public void Add(T item)
    {
        if (Count == _chunks.Count * ItemsPerChunk)
        {
            _chunks.Add(new T[ItemsPerChunk]);
        }

        _chunks[^1][Count % ItemsPerChunk] = item;
        Count++;
    }
}
