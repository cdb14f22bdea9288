namespace TaserTelemetry.Gateway.TimeSeries.LineProtocol;

/// <summary>
/// Lines waiting to be sent, in one buffer that is used again and again, and the journal position they reach. A batch always ends
/// with a whole journal record, because a cursor counts those; so a record that meets a nearly full batch opens the next one.
/// </summary>
internal sealed class LineBatch(int linesMax, int bytesMax)
{
    private byte[] _buffer = new byte[bytesMax + EventLines.LineBytesMax];

    /// <summary>Lines held.</summary>
    public int Lines { get; private set; }

    /// <summary>Bytes held.</summary>
    public int Length { get; private set; }

    /// <summary>Leaf index that follows the last journal record whose points are here.</summary>
    public ulong NextLeaf { get; set; }

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

    /// <summary>Whether one more journal record fits, with so many lines of at most so many bytes. An empty batch takes any, and grows for it.</summary>
    public bool HasRoomFor(int lines, int lineBytesMost) =>
        Lines == 0 || (Lines + lines <= linesMax && Length + ((long)lines * lineBytesMost) <= bytesMax);

    /// <summary>Room for one more line.</summary>
    public Span<byte> Room()
    {
        if (_buffer.Length - Length < EventLines.LineBytesMax)
        {
            Array.Resize(ref _buffer, _buffer.Length + (256 * EventLines.LineBytesMax));
        }
        return _buffer.AsSpan(Length);
    }

    /// <summary>Counts a line of so many bytes that was written into <see cref="Room"/>.</summary>
    public void Added(int bytes)
    {
        Length += bytes;
        Lines++;
    }

    public void Clear()
    {
        Length = 0;
        Lines = 0;
        if (_buffer.Length > bytesMax + EventLines.LineBytesMax)
        {
            _buffer = new byte[bytesMax + EventLines.LineBytesMax];
        }
    }
}
