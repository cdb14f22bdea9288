using System.Buffers;
using System.Text.Json;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>
/// Points that a server will never take, each with the server's words, one JSON document a line in DATA/refused/. Derived: deleted,
/// it comes back when the series are rebuilt. It has a limit, because a server that refuses everything is a fault of configuration
/// and not of a million points.
/// </summary>
internal sealed class RefusedLines : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly long _bytesMax;
    private readonly TimeProvider _time;
    private readonly ArrayBufferWriter<byte> _entry = new(4_096);

    /// <summary>Hashes of the lines kept since the start: a count that sends again what a server refuses must not fill the file with repeats.</summary>
    private readonly HashSet<ulong> _known = [];

    public RefusedLines(string folder, string name, long bytesMax, TimeProvider time)
    {
        Directory.CreateDirectory(folder);
        FilePath = Path.Combine(folder, name + ".jsonl");
        _file = new FileStream(FilePath, FileMode.Append, FileAccess.Write, FileShare.Read);
        _bytesMax = bytesMax;
        _time = time;
    }

    public string FilePath { get; }

    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _file.Length;
            }
        }
    }

    /// <summary>Keeps every line of the body and returns once they are on the disk; false, and keeps none, when there is no room.</summary>
    public bool TryAdd(string target, string words, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            _entry.Clear();
            foreach (var range in body.Split((byte)'\n'))
            {
                if (body[range].IsEmpty || !_known.Add(HashOf(body[range])))
                {
                    continue;
                }
                using (var json = new Utf8JsonWriter(_entry))
                {
                    json.WriteStartObject();
                    json.WriteNumber("schema", 1);
                    json.WriteString("at", _time.GetUtcNow());
                    json.WriteString("target", target);
                    json.WriteString("serverSaid", words.Length > 2_048 ? words[..2_048] : words);
                    json.WriteString("line", body[range]);
                    json.WriteEndObject();
                }
                _entry.Write("\n"u8);
            }
            if (_file.Length + _entry.WrittenCount > _bytesMax)
            {
                Forget(body);
                return false;
            }
            _file.Write(_entry.WrittenSpan);
            _file.Flush(flushToDisk: true);
            return true;
        }
    }

    /// <summary>Forgets what was refused: everything is about to be offered again.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _known.Clear();
            _file.SetLength(0);
            _file.Flush(flushToDisk: true);
        }
    }

    private void Forget(ReadOnlySpan<byte> body)
    {
        foreach (var range in body.Split((byte)'\n'))
        {
            _known.Remove(HashOf(body[range]));
        }
    }

    private static ulong HashOf(ReadOnlySpan<byte> line)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var letter in line)
        {
            // FNV-1a is arithmetic modulo 2^64 by definition.
            hash = unchecked((hash ^ letter) * 1_099_511_628_211UL);
        }
        return hash;
    }

    public void Dispose() => _file.Dispose();
}
