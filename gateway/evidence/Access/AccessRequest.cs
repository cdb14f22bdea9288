using System.Text.Json;
using System.Text.Json.Serialization;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Evidence.Access;

/// <summary>
/// What a tool is about to read from live DATA, as it lies in DATA/access/spool until the gateway has recorded it. It names the reader's
/// account, which the gateway maps to an actor id in DATA/records before anything becomes a leaf; then the file goes.
/// </summary>
public sealed record AccessRequest
{
    /// <summary>Name of the schema.</summary>
    public const string SchemaName = "taser-access/1";

    /// <summary>Longest request in bytes; a longer file is no request.</summary>
    public const int BytesMax = 8_192;

    /// <summary>Schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>32 random hexadecimal digits; the receipt bears the same.</summary>
    public required string Id { get; init; }

    /// <summary>Account of the operating system that reads.</summary>
    public required string User { get; init; }

    /// <summary>What for.</summary>
    public required AuditVerb Verb { get; init; }

    /// <summary>Device serial; empty = not of one device.</summary>
    public string Device { get; init; } = "";

    /// <summary>Period from, ns UTC; 0 = open.</summary>
    public ulong FromNs { get; init; }

    /// <summary>Period to, ns UTC; 0 = open.</summary>
    public ulong ToNs { get; init; }

    /// <summary>Leaves that are read.</summary>
    public ulong Items { get; init; }
}

/// <summary>The gateway's answer: only with it may data leave.</summary>
/// <param name="Id">Of the request.</param>
/// <param name="Recorded">False: it was not recorded, and nothing may be shown.</param>
/// <param name="LeafIndex">Index in the access log.</param>
/// <param name="Because">Why not; empty when recorded.</param>
public sealed record AccessReceipt(string Id, bool Recorded, ulong LeafIndex, string Because);

/// <summary>How both are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false
)]
[JsonSerializable(typeof(AccessRequest))]
[JsonSerializable(typeof(AccessReceipt))]
internal sealed partial class AccessJson : JsonSerializerContext
{
    public static T? Parse<T>(ReadOnlySpan<byte> untrusted, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(untrusted, type);
        }
        catch (JsonException)
        {
            // Not one of ours, which is all that anybody needs to know.
            return null;
        }
    }
}
