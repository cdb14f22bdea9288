using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using TaserTelemetry.Reconciler.Rules;

namespace TaserTelemetry.Reconciler.Configuration;

/// <summary>What is wrong with a rule set that people wrote, all of it at once, by the names they wrote. Pure.</summary>
internal static class RuleSetFaults
{
    public static IReadOnlyList<string> Of(RuleSet set)
    {
        var faults = new List<string>();
        OutOfRange(set, "", faults);
        foreach (var model in set.Models)
        {
            OutOfRange(model, $"models, {model.Name}: ", faults);
        }

        if (set.LevelOrder.Count != 7 || !set.LevelOrder.Order().SequenceEqual(RuleSet.Standard.LevelOrder.Order()))
        {
            faults.Add("levelOrder must name each of the seven levels once");
        }

        if (set.CandidateFloor > set.MatchThreshold)
        {
            faults.Add(
                FormattableString.Invariant($"candidateFloor ({set.CandidateFloor}) must not exceed matchThreshold ({set.MatchThreshold})")
            );
        }

        var unknown = set.DisabledRules.Except(RuleCatalogue.All.Select(r => r.Id), StringComparer.Ordinal).ToList();
        faults.AddRange(unknown.Select(id => $"disabledRules: there is no rule {id}"));
        return faults;
    }

    private static void OutOfRange(object row, string where, List<string> faults)
    {
        foreach (var property in row.GetType().GetProperties())
        {
            foreach (var range in property.GetCustomAttributes(typeof(RangeAttribute), inherit: false).Cast<RangeAttribute>())
            {
                var value = property.GetValue(row);
                if (!range.IsValid(value))
                {
                    var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
                    faults.Add(
                        FormattableString.Invariant($"{where}{name} is {value}, and must lie from {range.Minimum} to {range.Maximum}")
                    );
                }
            }
        }
    }
}
