using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// Journal records by index, asked for nearly in order: a few readers that stay where they last read spare walking through a segment from its
/// start for each. For one thread at a time.
/// </summary>
internal sealed class StandingReaders(Func<ulong, JournalReader> openAt) : IDisposable
{
    /// <summary>Readers held open.</summary>
    public const int ReadersMax = 4;

    /// <summary>Records that a reader goes on over rather than that another one walks there.</summary>
    private const ulong ReachMax = 1_024;

    private readonly List<(JournalReader Reader, ulong Next)> readers = [];

    /// <summary>A reader that stands on that record, valid until the next call; null when it cannot be read.</summary>
    public JournalReader? At(ulong index)
    {
        var reader = Take(index);
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Index == index)
            {
                readers.Add((reader, index + 1));
                return reader;
            }
        }
        reader.Dispose();
        return null;
    }

    public void Dispose()
    {
        readers.ForEach(held => held.Reader.Dispose());
        readers.Clear();
    }

    /// <summary>The reader that is nearest before the index, or a new one in place of that which was used least recently.</summary>
    private JournalReader Take(ulong index)
    {
        var at = readers.FindLastIndex(held => held.Next <= index && index - held.Next <= ReachMax);
        if (at < 0)
        {
            if (readers.Count == ReadersMax)
            {
                readers[0].Reader.Dispose();
                readers.RemoveAt(0);
            }
            return openAt(index);
        }
        var reader = readers[at].Reader;
        readers.RemoveAt(at);
        return reader;
    }
}
