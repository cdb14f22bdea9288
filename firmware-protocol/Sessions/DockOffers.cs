using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>Records that the gateway wants and the dock said it holds.</summary>
/// <param name="Log">Of which log.</param>
/// <param name="Carrier">Where they are; empty = in the device itself.</param>
/// <param name="Range">Which; never empty.</param>
public readonly record struct WantedRange(LogKey Log, string Carrier, SequenceRange Range);

/// <summary>
/// What a dock said it holds, and what the gateway wants of it (SPEC clauses 8.9, 8.10). Of one (carrier, log) one Docked at a time waits
/// for its Want, since a Want names no more than that.
/// </summary>
internal sealed class DockOffers
{
    /// <summary>Docked of one docking session: more are a programming error.</summary>
    public const int OffersMax = 1_024;

    private readonly List<Offer> offers;
    private readonly List<WantedRange> wanted;
    private readonly HashSet<(LogKey Log, string Carrier)> withActivation;

    public DockOffers() => (offers, wanted, withActivation) = ([], [], []);

    private DockOffers(DockOffers other) =>
        (offers, wanted, withActivation) = (
            [.. other.offers.Select(offer => offer with { })],
            [.. other.wanted],
            [.. other.withActivation]
        );

    /// <summary>Every Docked has its Want, and everything wanted was taken.</summary>
    public bool AllTaken => wanted.Count == 0 && offers.TrueForAll(offer => offer.Answered);

    public bool AllAnswered => offers.TrueForAll(offer => offer.Answered);

    /// <summary>What goes next: of logs with an activation first (clause 8.10), then in the order in which it was wanted.</summary>
    public WantedRange? Next => wanted.Count > 0 ? wanted[NextAt] : null;

    private int NextAt =>
        withActivation.Count == 0 ? 0 : Math.Max(0, wanted.FindIndex(range => withActivation.Contains((range.Log, range.Carrier))));

    public DockOffers Copy() => new(this);

    public void Clear()
    {
        offers.Clear();
        wanted.Clear();
        withActivation.Clear();
    }

    public void Add(in Docked docked)
    {
        if (offers.Count == OffersMax)
        {
            throw new InvalidOperationException($"{OffersMax} logs are docked already: withdraw what was taken out.");
        }

        offers.Add(new Offer(docked));
        if (docked.Flags.HasFlag(DockedFlags.HoldsActivation))
        {
            withActivation.Add((docked.Log, docked.Carrier));
        }
    }

    public void Withdraw(LogKey log, string carrier)
    {
        offers.RemoveAll(offer => offer.Docked.Log == log && offer.Docked.Carrier == carrier);
        wanted.RemoveAll(range => range.Log == log && range.Carrier == carrier);
        withActivation.Remove((log, carrier));
    }

    /// <summary>The first so many records of <see cref="Next"/> are on their way, or are said to be gone.</summary>
    public void Took(uint records)
    {
        var at = NextAt;
        var range = wanted[at].Range;
        if (records >= range.Count)
        {
            wanted.RemoveAt(at);
        }
        else
        {
            wanted[at] = wanted[at] with { Range = new(range.First + records, range.Count - records) };
        }
    }

    /// <summary>Docked messages whose time has come: new ones, and those without a Want for as long as the retransmission timer.</summary>
    public void TakeDue(long nowMs, int timerMs, Action<Docked> say)
    {
        foreach (var offer in Waiting())
        {
            if (nowMs >= offer.DueMs)
            {
                offer.DueMs = nowMs + timerMs;
                say(offer.Docked);
            }
        }
    }

    public long DueAtMs() => Waiting().Select(offer => offer.DueMs).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>Takes a Want; answers what it asks for and no Docked of this session said, which the dock's own memory must answer.</summary>
    public List<WantedRange> Wanted(in Want want)
    {
        var (log, carrier) = (want.Log, want.Carrier);
        var same = offers.Where(offer => offer.Docked.Log == log && offer.Docked.Carrier == carrier).ToList();
        if (same.Find(offer => !offer.Answered) is { } answered)
        {
            answered.Answered = true;
            same = [answered];
        }
        else
        {
            // A later Want replaces the earlier one (clause 8.10).
            wanted.RemoveAll(range => range.Log == log && range.Carrier == carrier);
        }

        var beyond = new List<WantedRange>();
        foreach (var range in want.Ranges.Span)
        {
            var from = range.First;
            foreach (var held in same.SelectMany(offer => offer.Docked.Held.Span.ToArray()).OrderBy(held => held.First))
            {
                var (first, next) = (Math.Max(held.First, from), Math.Min(held.Next, range.Next));
                if (first < next)
                {
                    AddIfAny(beyond, log, carrier, from, first);
                    AddIfAny(wanted, log, carrier, first, next);
                    from = next;
                }
            }

            AddIfAny(beyond, log, carrier, from, range.Next);
        }

        return same.Count == 0 ? [] : beyond;
    }

    public void WriteState(BinaryWriter to, long nowMs)
    {
        foreach (var offer in offers)
        {
            to.Write(offer.Docked.Carrier);
            to.Write(offer.Docked.Log.ToString());
            to.Write(offer.Docked.Held.ToString());
            to.Write((byte)offer.Docked.Flags);
            to.Write(offer.Answered);
            to.Write(SessionState.FromNow(offer.DueMs, nowMs));
        }

        foreach (var range in wanted)
        {
            to.Write(range.ToString());
        }
    }

    private static void AddIfAny(List<WantedRange> list, LogKey log, string carrier, ulong first, ulong next)
    {
        if (first < next)
        {
            list.Add(new(log, carrier, new(first, (uint)(next - first))));
        }
    }

    private IEnumerable<Offer> Waiting() =>
        offers.Where(offer => !offer.Answered).DistinctBy(offer => (offer.Docked.Log, offer.Docked.Carrier));

    private sealed record Offer(Docked Docked)
    {
        public bool Answered { get; set; }

        public long DueMs { get; set; } = long.MinValue;
    }
}
