using System.Text.Json.Nodes;

namespace TaserTelemetry.Scoring.Score;

/// <summary>
/// A rule set or a set of inputs made worse on purpose: a rule switched off, a limit one off, a precondition taken away. The score of every
/// rule named must fall, or the scorer is blind to it.
/// </summary>
internal sealed record Mutation(string Name, JsonObject? Rules, string? WithoutInput, IReadOnlyList<string> Marks, bool InEveryRun = false)
{
    private static readonly Mutation[] Known =
    [
        new("the first half of all rules is switched off", null, null, ["0"], InEveryRun: true),
        new("the second half of all rules is switched off", null, null, ["1"]),
        With(
            "limits one too high",
            ["B02", "B03", "E04", "E06", "A01c"],
            ("incidentMsMax", 20_000),
            ("burstActivations", 4),
            ("incidentCyclesMax", 4),
            ("testsPerIssueMax", 4),
            ("testsPerIssue", 2)
        ) with
        {
            InEveryRun = true,
        },
        With("limits one too low", ["B03", "E04"], ("incidentCyclesMax", 2), ("testsPerIssueMax", 2)),
        With("cycles of ten seconds", ["B01", "B04"], ("cycleMsMax", 10_000), ("continuousMsMax", 25_000)),
        With(
            "windows too wide",
            ["A17", "E03", "D06"],
            ("reportingWindowHours", 96),
            ("testWindowMinutes", 240),
            ("dockOverdueAfterActivationDays", 70)
        ),
        With(
            "limits of registers off",
            ["C04", "E07", "E10"],
            ("specialHoursMin", 100),
            ("batteryPercentMin", 10),
            ("functionCheckWeeks", 60)
        ),
        With(
            "tolerances off",
            ["D03", "D04", "D10", "D11"],
            ("memoryPercentMax", 400),
            ("driftSecondsPerDayMax", 1_000),
            ("pulsePercentMax", 90),
            ("batteryRiseMax", 90)
        ),
        With("exhibits within no time", ["C07"], ("exhibitDays", 0)),
        With("matches from hours away", ["A02", "A13"], ("reportTimeBandMinutes", 600)),
        With("hardly a match stands", ["A02", "A04", "A13", "A14"], ("matchThreshold", 0.9)),
        With("absence counts without coverage", ["E01"], ("absenceNeedsCoverage", false)),
        new("no training lists", null, "training.csv", ["A01a", "E06"]),
        new("no workshop book", null, "maintenance.csv", ["A01a"], InEveryRun: true),
        new("no register of unintentional discharges", null, "unintentional.csv", ["A01a", "A18"]),
        new("no roster", null, "roster.csv", ["A13", "A14"]),
    ];

    public static IReadOnlyList<Mutation> All => Known;

    public static Mutation Named(string name) => Known.Single(m => m.Name == name);

    /// <summary>The rule set of this mutation; halves name every rule with a true case.</summary>
    public JsonObject? RulesFor(Tally sound) =>
        Marks is ["0"] or ["1"]
            ? new JsonObject { ["disabledRules"] = new JsonArray([.. Touches(sound).SelectMany(Ids).Select(r => (JsonNode)r)]) }
            : Rules;

    /// <summary>The rules whose score must fall.</summary>
    public IEnumerable<string> Touches(Tally sound) =>
        Marks is ["0"] or ["1"]
            ? sound.Rules.Values.Where(r => r.Found > 0).Where((_, i) => i % 2 == (Marks[0] == "0" ? 0 : 1)).Select(r => r.Rule)
            : Marks;

    public static bool IsLower(RuleTally sound, RuleTally mutated) => mutated.Recall < sound.Recall || mutated.Precision < sound.Precision;

    private static string[] Ids(string rule) => rule.Split('/');

    private static Mutation With(string name, string[] rules, params (string Name, JsonNode Value)[] members)
    {
        var set = new JsonObject();
        foreach (var (member, value) in members)
        {
            set[member] = value;
        }

        return new Mutation(name, set, null, rules);
    }
}
