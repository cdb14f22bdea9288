using System.Text.Json.Nodes;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Scoring.Score;

/// <summary>
/// What one seed scored when it was last looked at: held.json beside this project. A score may rise; one that falls fails. It is raised by
/// copying .artifacts/scoring/one-seed-*.held.json over it, and lowered only with a reason in the commit.
/// </summary>
internal static class HeldBar
{
    private const double Slack = 0.0005;

    public static IEnumerable<string> Below(Tally tally)
    {
        var path = Path.Combine(Campaign.RepositoryRoot, "tests", "scoring", $"held-{tally.Profile}.json");
        var held = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        foreach (var (rule, node) in held["rules"]!.AsObject())
        {
            var (recall, precision) = (node!["recall"]!.GetValue<double>(), node["precision"]!.GetValue<double>());
            var now = tally.Rule(rule);
            if (now.True == 0)
            {
                yield return $"{tally.Profile} {rule}: no true case is left in the simulation";
            }

            if (now.Recall < recall - Slack || now.Precision < precision - Slack)
            {
                yield return FormattableString.Invariant(
                    $"{tally.Profile} {rule}: recall {now.Recall:0.0000} (held {recall:0.0000}), precision {now.Precision:0.0000} (held {precision:0.0000}); first: {now.Misses.Concat(now.Wrong).FirstOrDefault()}"
                );
            }
        }

        foreach (var (name, value, least) in Shares(tally).Select(s => (s.Name, s.Value, held[s.Name]!.GetValue<double>())))
        {
            if (value < least - Slack)
            {
                yield return FormattableString.Invariant($"{tally.Profile} {name}: {value:0.0000}, held {least:0.0000}");
            }
        }
    }

    public static JsonObject Of(Tally tally)
    {
        var rules = new JsonObject();
        foreach (var rule in tally.Rules.Values.Where(r => r.True > 0))
        {
            rules[rule.Rule] = new JsonObject { ["recall"] = Down(rule.Recall), ["precision"] = Down(rule.Precision) };
        }

        var held = new JsonObject();
        foreach (var (name, value) in Shares(tally))
        {
            held[name] = Down(value);
        }

        held["rules"] = rules;
        return held;
    }

    private static IEnumerable<(string Name, double Value)> Shares(Tally tally) =>
        [
            ("linkPrecision", ScoreTable.Share(tally.LinksRight, tally.Links)),
            ("linkRecall", ScoreTable.Share(tally.LinksRight, tally.LinksTrue)),
            ("judgedReports", 1 - ScoreTable.Share(tally.Abstained, tally.Reports)),
        ];

    private static double Down(double value) => Math.Floor(value * 10_000) / 10_000;
}
