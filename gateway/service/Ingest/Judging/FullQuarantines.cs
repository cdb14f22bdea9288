using System.Globalization;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>Senders whose quarantine is full, for a person to look at (wire 21): said once in the log, and in health from then on. Written by the ingest thread, read by any.</summary>
internal sealed class FullQuarantines
{
    /// <summary>Senders named; of more, only the last of the words tells.</summary>
    public const int NamedMax = 20;

    private readonly Dictionary<string, ulong> refused = new(StringComparer.Ordinal);
    private readonly Queue<string> news = new();
    private volatile IReadOnlyList<string> words = [];
    private ulong others;

    /// <summary>What is wrong, a sentence for each sender; empty = nothing.</summary>
    public IReadOnlyList<string> Words => words;

    /// <summary>So many more of a sender's items were not kept.</summary>
    public void Refused(string source, ulong count)
    {
        if (!refused.TryGetValue(source, out var known) && refused.Count == NamedMax)
        {
            others += count;
        }
        else
        {
            refused[source] = known + count;
            if (known == 0)
            {
                news.Enqueue(Sentence(source, count));
            }
        }
        var all = refused.Select(one => Sentence(one.Key, one.Value));
        words = others == 0 ? [.. all] : [.. all, Sentence("", others)];
    }

    /// <summary>Those that are full since the last call, each once.</summary>
    public IEnumerable<string> TakeNew()
    {
        while (news.TryDequeue(out var sentence))
        {
            yield return sentence;
        }
    }

    private static string Sentence(string source, ulong count) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"The quarantine of {(source.Length == 0 ? "other senders" : source)} is full: {count} items were not kept since the start. See with taser-gateway quarantine list what is sent and why it is kept aside; mend or enrol the sender, or raise the limits:quarantine quotas."
        );
}
