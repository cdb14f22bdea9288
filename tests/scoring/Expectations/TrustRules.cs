using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>
/// D15, D17 and D18: signed heads, translations and receipts. Each visit with one is a subject. A checkpoint, the other half of D15, is
/// said in a conversation only, never in a capture.
/// </summary>
internal static class TrustRules
{
    private static readonly string[] All = ["D15", "D17", "D18"];

    public static void Derive(Scene scene)
    {
        // where nobody signs, translates again or shows a receipt, every finding is wrong
        Array.ForEach(All, rule => scene.Found.CountLookAlikes(rule, 0));
        var visits = scene.World.Visits.ToDictionary(v => v.Id);
        Heads(scene, visits);
        foreach (var read in scene.World.Translations)
        {
            OfVisit(scene, "D17", visits[read.Visit], read.Differing > 0 ? Verdict.Expected : Verdict.Forbidden, "read again");
        }

        foreach (var shown in scene.World.Receipts)
        {
            OfVisit(scene, "D18", visits[shown.Visit], shown.IsForgotten ? Verdict.Expected : Verdict.Forbidden, "a receipt shown");
        }
    }

    private static void Heads(Scene scene, Dictionary<int, Visit> visits)
    {
        var altered = scene.World.LogAlterations.ToLookup(a => a.Record[..a.Record.LastIndexOf('/')], a => (Sequence(a.Record), a.Visit));
        var verdicts = new Dictionary<int, Verdict>();
        foreach (var log in scene.World.Heads.GroupBy(h => (h.Device, h.Log, h.Epoch)))
        {
            var inOrder = log.OrderBy(h => visits[h.Visit].AtMs).ThenBy(h => h.Range.First).ToList();
            var wrong = StoredAltered(
                inOrder,
                [.. altered[FormattableString.Invariant($"{log.Key.Device}/{log.Key.Log}/{log.Key.Epoch}")]]
            );
            var good = new List<Head>();
            foreach (var head in inOrder)
            {
                var verdict = Judge(head, wrong, good);
                if (verdict != Verdict.Expected)
                {
                    good.Add(head);
                }

                verdicts[head.Visit] = (Verdict)Math.Min((int)verdict, (int)verdicts.GetValueOrDefault(head.Visit, Verdict.Forbidden));
            }
        }

        foreach (var (visit, verdict) in verdicts)
        {
            OfVisit(scene, "D15", visits[visit], verdict, "a signed head");
        }
    }

    /// <summary>
    /// What a dock altered and the gateway had not received before: that is what stands in the ledger, and no chain of the device leads over
    /// it. What came before as it was written stands as it was.
    /// </summary>
    private static HashSet<ulong> StoredAltered(List<Head> inOrder, IReadOnlyList<(ulong Sequence, int Visit)> altered) =>
        [.. altered.Where(a => inOrder.Find(h => h.Range.Holds(a.Sequence))?.Visit == a.Visit).Select(a => a.Sequence)];

    private static Verdict Judge(Head head, HashSet<ulong> wrong, List<Head> good) =>
        head.Made == "altered" || wrong.Any(head.Range.Holds) ? Verdict.Expected
        : head.Made != "forked" ? Verdict.Forbidden
        // one that goes on from elsewhere shows only beside the one before, where that covers or ends at its beginning
        : good.Exists(before => before.Range.First <= head.Range.First && head.Range.First <= before.Range.Last + 1) ? Verdict.Expected
        : Verdict.Allowed;

    private static void OfVisit(Scene scene, string rule, Visit visit, Verdict verdict, string why) =>
        scene.Found.OfDevice(rule, verdict, visit.Device, visit.AtMs - TrueWorld.MinuteMs, visit.AtMs + TrueWorld.MinuteMs, why);

    private static ulong Sequence(string record) =>
        ulong.Parse(record.AsSpan(record.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture);
}
