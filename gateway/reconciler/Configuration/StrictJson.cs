using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaserTelemetry.Reconciler.Configuration;

/// <summary>
/// JSON that people write: comments allowed, unknown and repeated members are errors, and what is left out keeps its default (the
/// source generator would set left-out init members to zero, so this goes by reflection).
/// </summary>
internal static class StrictJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter() },
    };
}
