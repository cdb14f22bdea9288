using System.Runtime.InteropServices;

namespace TaserTelemetry.Simulator.World;

/// <summary>
/// A list that only grows and holds nothing but its last chunk: full ones go to the spool. A device's memory of years is long, and there
/// are hundreds of devices. Reading is safe from several threads once nothing is added any more.
/// </summary>
internal sealed class Chunks<T>(Spool spool)
    where T : unmanaged
{
    // a nation has tens of thousands of logs with a few records each
    private const int ItemsPerChunk = 32;
    private const int FirstItems = 4;

    private readonly List<long> _places = [];
    private T[] _open = [];
    private volatile ReadChunk? _read;

    public int Count { get; private set; }

    public T this[int index]
    {
        get
        {
            var chunk = index / ItemsPerChunk;
            if (chunk == _places.Count)
            {
                return _open[index % ItemsPerChunk];
            }

            var read = _read;
            if (read is null || read.Chunk != chunk)
            {
                var items = new T[ItemsPerChunk];
                spool.Read(_places[chunk], MemoryMarshal.AsBytes(items.AsSpan()));
                _read = read = new ReadChunk(chunk, items);
            }

            return read.Items[index % ItemsPerChunk];
        }
    }

    public void Add(T item)
    {
        var at = Count % ItemsPerChunk;
        if (at == _open.Length)
        {
            Array.Resize(ref _open, Math.Max(FirstItems, _open.Length * 2));
        }

        _open[at] = item;
        Count++;
        if (at == ItemsPerChunk - 1)
        {
            _places.Add(spool.Append(MemoryMarshal.AsBytes(_open.AsSpan())));
        }
    }

    private sealed record ReadChunk(int Chunk, T[] Items);
}
