using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>
/// What carriers in one docking session said they hold, and what is due to them: a Want for each Docked, another when what was wanted has
/// come and more is missing, and receipts for what is durable (SPEC clauses 8.9, 8.10, 13.7).
/// </summary>
internal sealed class GatewayOffers
{
    private readonly List<Offer> offers;
    private readonly List<Docked> unanswered;

    public GatewayOffers() => (offers, unanswered) = ([], []);

    private GatewayOffers(GatewayOffers other) =>
        (offers, unanswered) = ([.. other.offers.Select(offer => offer with { })], [.. other.unanswered]);

    public bool HasAnswers => unanswered.Count > 0;

    public GatewayOffers Copy() => new(this);

    public void Add(in Docked docked)
    {
        var (log, carrier) = (docked.Log, docked.Carrier);
        if (unanswered.Count < GatewaySession.OffersMax && !unanswered.Contains(docked))
        {
            unanswered.Add(docked);
        }

        offers.RemoveAll(offer => offer.Docked.Log == log && offer.Docked.Carrier == carrier);
        if (offers.Count < GatewaySession.OffersMax)
        {
            offers.Add(new Offer(docked));
        }
    }

    /// <summary>Something of that log is on its way to the disk.</summary>
    public void Touched(LogKey log)
    {
        foreach (var offer in offers)
        {
            offer.Touched |= offer.Docked.Log == log;
        }
    }

    /// <summary>Adds to the outbox what is due by what is durable. While no Want may go yet, receipts go all the same.</summary>
    public void Answer(IDurableLogs durable, bool mayWant, List<byte[]> outbox, uint session)
    {
        if (mayWant && unanswered.Count > 0)
        {
            // Devices with an activation first: their wants go out before the others'.
            foreach (var docked in unanswered.OrderByDescending(d => d.Flags.HasFlag(DockedFlags.HoldsActivation)))
            {
                var missing = durable.Missing(docked);
                outbox.Add(FrameWriter.ToArray(session, 0, new Want(docked.Log, missing, docked.Carrier)));
                if (offers.Find(offer => offer.Docked == docked) is { } answered)
                {
                    (answered.Wanted, answered.Touched) = (missing, answered.Touched && missing.Count > 0);
                }

                Receipt(durable, docked, outbox, session);
            }

            unanswered.Clear();
        }

        foreach (var offer in offers.Where(offer => offer.Touched && !unanswered.Contains(offer.Docked)))
        {
            Continue(durable, offer, outbox, session);
        }
    }

    public void WriteState(BinaryWriter to)
    {
        foreach (var offer in offers)
        {
            to.Write(offer.Docked.ToString());
            to.Write(offer.Wanted.ToString());
            to.Write(offer.Touched);
        }

        unanswered.ForEach(docked => to.Write(docked.ToString()));
    }

    private static void Continue(IDurableLogs durable, Offer offer, List<byte[]> outbox, uint session)
    {
        var missing = durable.Missing(offer.Docked);
        if (missing.Count == 0)
        {
            offer.Touched = false; // one receipt when the last of it has become durable
            Receipt(durable, offer.Docked, outbox, session);
        }
        else if (!Overlap(missing, offer.Wanted))
        {
            // More than 16 ranges were missing: the first have come, now the next.
            offer.Wanted = missing;
            outbox.Add(FrameWriter.ToArray(session, 0, new Want(offer.Docked.Log, missing, offer.Docked.Carrier)));
        }
    }

    private static void Receipt(IDurableLogs durable, in Docked docked, List<byte[]> outbox, uint session)
    {
        if (durable.ReceiptFor(docked) is { } receipt)
        {
            outbox.Add(FrameWriter.ToArray(session, 0, receipt));
        }
    }

    private static bool Overlap(SequenceRanges missing, SequenceRanges wanted)
    {
        foreach (var lacking in missing.Span)
        {
            foreach (var asked in wanted.Span)
            {
                if (lacking.First < asked.Next && asked.First < lacking.Next)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private sealed record Offer(Docked Docked)
    {
        public SequenceRanges Wanted { get; set; }

        /// <summary>Something of its log came, and it was not all durable at the last look.</summary>
        public bool Touched { get; set; }
    }
}
