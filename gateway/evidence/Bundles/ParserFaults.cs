using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>A fault of a decoder version.</summary>
/// <param name="Id">Its number in the project's list.</param>
/// <param name="Found">Day it was found, such as 2026-11-22.</param>
/// <param name="What">What the decoder does wrongly, and how to see whether a record is affected.</param>
/// <param name="MendedIn">Version that does it rightly; 0 = none yet.</param>
public sealed record ParserFault(string Id, string Found, string What, int MendedIn);

/// <summary>A decoder version and what is known to be wrong with it.</summary>
/// <param name="Version">As leaves name it.</param>
/// <param name="Faults">Empty = none is known.</param>
public sealed record ParserVersionFaults(int Version, IReadOnlyList<ParserFault> Faults);

/// <summary>
/// Which faults of the decoder are known, by its version: <c>Faults/parser-faults.json</c>, which travels in every bundle. A version that is
/// not listed is newer than this program.
/// </summary>
public static class ParserFaults
{
    /// <summary>The list as it stands in the program.</summary>
    public static string Text { get; } = BundleFiles.Script(BundleFiles.KnownFaults);

    /// <summary>Version by version.</summary>
    public static IReadOnlyList<ParserVersionFaults> All { get; } = Parse(Text)!;

    /// <summary>Reads such a list; null when it is none.</summary>
    public static IReadOnlyList<ParserVersionFaults>? Parse(string untrustedText)
    {
        try
        {
            return JsonSerializer.Deserialize(untrustedText, ParserFaultsJson.Default.ParserFaultList)?.Parsers;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>One line a version, for people.</summary>
    public static IEnumerable<string> Lines(IEnumerable<int> versions)
    {
        foreach (var version in versions.Distinct().Order())
        {
            if (All.FirstOrDefault(p => p.Version == version) is not { } known)
            {
                yield return $"Parser version {version}: newer than the program that wrote this; ask for its list.";
                continue;
            }
            if (known.Faults.Count == 0)
            {
                yield return $"Parser version {version}: none known.";
            }
            foreach (var fault in known.Faults)
            {
                var mended = fault.MendedIn == 0 ? "not mended yet" : $"mended in version {fault.MendedIn}";
                yield return $"Parser version {version}, fault {fault.Id} (found {fault.Found}, {mended}): {fault.What}";
            }
        }
    }

    /// <summary>Faults that this program knows of those versions and an older list does not.</summary>
    public static IEnumerable<string> NotIn(IReadOnlyList<ParserVersionFaults> older, IEnumerable<int> versions)
    {
        ArgumentNullException.ThrowIfNull(older);
        var told = older.SelectMany(p => p.Faults.Select(f => (p.Version, f.Id))).ToHashSet();
        return from version in versions.Distinct().Order()
            from known in All
            where known.Version == version
            from fault in known.Faults
            where !told.Contains((version, fault.Id))
            select $"Parser version {version}, fault {fault.Id}, found {fault.Found} after this bundle was made: {fault.What}";
    }
}

internal sealed record ParserFaultList(string Schema, IReadOnlyList<ParserVersionFaults> Parsers);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ParserFaultList))]
internal sealed partial class ParserFaultsJson : JsonSerializerContext;
