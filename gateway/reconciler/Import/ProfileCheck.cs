using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>What a profile must say to be usable.</summary>
internal static class ProfileCheck
{
    private static readonly ReportField[] Times = [ReportField.UsedAt, ReportField.SubmittedAt, ReportField.ReviewedAt];

    public static string? Error(Profile profile)
    {
        if (!profile.Fields.TryGetValue(ReportField.UsedAt, out _))
        {
            return "fields.usedAt is missing: without the time of use no report can be matched";
        }

        foreach (var time in Times)
        {
            if (profile.Fields.TryGetValue(time, out var source) && source.Layouts.Count == 0)
            {
                return $"fields.{time} states no layouts: dates are never guessed";
            }
        }

        foreach (var (field, source) in profile.Fields)
        {
            if (source.Columns.Count == 0)
            {
                return $"fields.{field} names no column";
            }
        }

        foreach (string level in profile.LevelTicks.Keys.Concat(profile.Levels?.Words.Values ?? []))
        {
            if (!TryLevel(level, out _))
            {
                return $"\"{level}\" is no level: {string.Join(", ", Enum.GetNames<UseLevels>())} or NotStated";
            }
        }

        return profile.Delimiter is { Length: not 1 } ? "delimiter must be one character"
            : Zone(profile.TimeZone) is null ? $"time zone \"{profile.TimeZone}\" is not known on this machine"
            : null;
    }

    public static bool TryLevel(string name, out UseLevels level)
    {
        level = UseLevels.None;
        return name == "NotStated" || Enum.TryParse(name, out level);
    }

    public static TimeZoneInfo? Zone(string name) => TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;
}
