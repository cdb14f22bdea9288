using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>Whether something travels in the bundle.</summary>
public enum PartState : byte
{
    /// <summary>It is there.</summary>
    Present = 0,

    /// <summary>There is none: an event of the gateway's own has no received bytes.</summary>
    None = 1,

    /// <summary>Withheld by whoever made the bundle; the proof still shows that it exists.</summary>
    Withheld = 2,

    /// <summary>Disposed of under a retention policy before the bundle was made.</summary>
    Disposed = 3,

    /// <summary>Damaged in the ledger it was taken from.</summary>
    Damaged = 4,
}

/// <summary>One leaf of the bundle.</summary>
/// <param name="Index">Leaf index.</param>
/// <param name="LeafHash">RFC 6962 leaf hash, hexadecimal.</param>
/// <param name="Type">Leaf type; empty when the leaf is withheld.</param>
/// <param name="Why">Why it is in the bundle.</param>
/// <param name="Leaf">Whether the leaf itself is there.</param>
/// <param name="Bytes">Whether salt and received bytes are there.</param>
public sealed record BundleItem(ulong Index, string LeafHash, string Type, string Why, PartState Leaf, PartState Bytes);

/// <summary>One reading of a device: who read what, where and when.</summary>
/// <param name="SessionId">Docking session.</param>
/// <param name="Dock">Dock.</param>
/// <param name="Armoury">Armoury.</param>
/// <param name="Force">Force.</param>
/// <param name="Via">Transport or file.</param>
/// <param name="First">First received, RFC 3339.</param>
/// <param name="Last">Last received, RFC 3339.</param>
/// <param name="Carriers">Serials of what brought the log; empty text = the device itself.</param>
/// <param name="Grades">Authenticity grades.</param>
/// <param name="ParserVersions">Decoder versions.</param>
/// <param name="RecordsNew">Records of all logs new in it.</param>
/// <param name="RecordsAgain">Records of all logs delivered again and compared equal.</param>
/// <param name="RecordsDiffering">Records of all logs delivered again with other bytes.</param>
public sealed record BundleReading(
    ulong SessionId,
    string Dock,
    string Armoury,
    string Force,
    string Via,
    string First,
    string Last,
    IReadOnlyList<string> Carriers,
    IReadOnlyList<string> Grades,
    IReadOnlyList<int> ParserVersions,
    ulong RecordsNew,
    ulong RecordsAgain,
    ulong RecordsDiffering
);

/// <summary>Whether the event log of one epoch is shown complete between the first and the last sequence in the bundle.</summary>
/// <param name="Epoch">Number and incarnation.</param>
/// <param name="First">First sequence.</param>
/// <param name="Last">Last sequence.</param>
/// <param name="Complete">Every sequence from first to last is there, checked, once.</param>
/// <param name="Because">Why not; empty when complete.</param>
public sealed record BundleCompleteness(string Epoch, ulong First, ulong Last, bool Complete, IReadOnlyList<string> Because)
{
    /// <summary>The one sentence that people quote.</summary>
    public string Sentence =>
        Complete
            ? $"Epoch {Epoch}: complete from sequence {First} to {Last}."
            : $"Epoch {Epoch}: from sequence {First} to {Last} not shown complete, because {string.Join("; ", Because)}.";
}

/// <summary>bundle.json: what is in the bundle and what it rests on.</summary>
public sealed record BundleManifest
{
    /// <summary>Name of the schema; members are only ever added to it.</summary>
    public const string SchemaName = "taser-evidence/1";

    /// <summary>Schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Program and version that made it.</summary>
    public required string Tool { get; init; }

    /// <summary>Device serial.</summary>
    public required string Device { get; init; }

    /// <summary>Period from, RFC 3339.</summary>
    public required string From { get; init; }

    /// <summary>Period to, not included, RFC 3339.</summary>
    public required string To { get; init; }

    /// <summary>Who made it: a name given with --by, else the account of the operating system. A claim, not a proof.</summary>
    public string Downloader { get; init; } = "";

    /// <summary>On what authority it was made; empty = not stated.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Origin of the log.</summary>
    public required string Origin { get; init; }

    /// <summary>Size of the checkpoint that all proofs lead to.</summary>
    public required ulong Size { get; init; }

    /// <summary>Its root, base64.</summary>
    public required string Root { get; init; }

    /// <summary>What verifying the whole ledger established when the bundle was made.</summary>
    public required IReadOnlyList<string> EstablishedWhenMade { get; init; }

    /// <summary>Leaves, by index.</summary>
    public required IReadOnlyList<BundleItem> Items { get; init; }

    /// <summary>Readings of the device.</summary>
    public required IReadOnlyList<BundleReading> Readings { get; init; }

    /// <summary>Completeness by epoch.</summary>
    public required IReadOnlyList<BundleCompleteness> Completeness { get; init; }
}

/// <summary>How bundle.json is written.</summary>
[JsonSerializable(typeof(BundleManifest))]
internal sealed partial class BundleJson : JsonSerializerContext
{
    public static BundleJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                WriteIndented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                Converters = { new JsonStringEnumConverter<PartState>(JsonNamingPolicy.CamelCase) },
                UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
            }
        );
}
