using System.IO.Compression;
using System.Text;
using System.Text.Json;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>What a bundle is made from besides the journal.</summary>
/// <param name="Scope">Device and period.</param>
/// <param name="Checkpoint">The signed checkpoint that all proofs lead to.</param>
/// <param name="Vkeys">The log's public keys as text, one a line.</param>
/// <param name="Policy">The auditor's policy as text; null = none travels.</param>
/// <param name="Redactions">What is withheld.</param>
/// <param name="EstablishedWhenMade">What verifying the whole ledger established.</param>
/// <param name="Tool">Program and version.</param>
/// <param name="Downloader">Who makes it, by name.</param>
/// <param name="Authority">On what authority it is made; empty = not stated.</param>
public sealed record BundleSource(
    BundleScope Scope,
    SignedNote Checkpoint,
    string Vkeys,
    string? Policy,
    Redactions Redactions,
    IReadOnlyList<string> EstablishedWhenMade,
    string Tool,
    string Downloader,
    string Authority
);

/// <summary>Writes a bundle: the same ledger, scope and redactions give the same bytes.</summary>
public sealed class BundleWriter
{
    // Dates in the archive would make two bundles of the same records differ.
    private static readonly DateTimeOffset NoDate = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly BundleSource source;
    private readonly ZipArchive zip;
    private readonly BundleView view = new();
    private readonly BundleAnalysis analysis;
    private readonly List<BundleItem> items = [];

    private BundleWriter(BundleSource source, ZipArchive zip)
    {
        this.source = source;
        this.zip = zip;
        analysis = new BundleAnalysis(source.Scope.Device, view);
    }

    /// <summary>
    /// Writes the chosen leaves of a second reading of the same ledger; the stream stays open. Answers the manifest, or null and why the
    /// journal could not be read.
    /// </summary>
    /// <exception cref="IOException">A tile is missing, or the output cannot be written.</exception>
    public static BundleManifest? Write(
        Stream output,
        BundleSource source,
        BundleSelection selection,
        EvidenceReader reader,
        TileReader tree,
        out string why
    )
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(tree);
        using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        var writer = new BundleWriter(source, zip);
        foreach (var (index, reason) in selection.Chosen)
        {
            if (!SkipTo(reader, index))
            {
                why = reader.Problem?.ToString() ?? $"the journal ends before leaf {index}";
                return null;
            }
            writer.WriteItem(reader, reason, tree);
        }
        why = "";
        return writer.Finish(Checkpoint.Parse(source.Checkpoint.Text)!);
    }

    private static bool SkipTo(EvidenceReader reader, ulong index)
    {
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Index == index)
            {
                return true;
            }
        }
        return false;
    }

    private void WriteItem(EvidenceReader reader, string why, TileReader tree)
    {
        var index = reader.Index;
        var leafState = source.Redactions.WithholdsLeaf(index) ? PartState.Withheld : PartState.Present;
        var bytesState = BytesState(reader);
        var proof = new TlogProof(index, tree.Inclusion(index), source.Checkpoint);
        Add(BundleFiles.Proof(index), Encoding.UTF8.GetBytes(proof.ToString()));
        if (leafState == PartState.Present)
        {
            Add(BundleFiles.Leaf(index), reader.LeafBytes);
        }
        if (bytesState == PartState.Present)
        {
            Add(BundleFiles.Salt(index), reader.Salt);
            Add(BundleFiles.Received(index), reader.Received);
        }
        var leaf = leafState == PartState.Present ? reader.Leaf : null;
        analysis.Add(index, leaf, bytesState, bytesState == PartState.Present ? reader.Received : default);
        items.Add(new BundleItem(index, reader.Reference.LeafHash.ToString(), leaf?.Type.ToString() ?? "", why, leafState, bytesState));
    }

    private PartState BytesState(EvidenceReader reader) =>
        reader.Kind == RecordKind.OwnEvent ? PartState.None
        : source.Redactions.WithholdsBytes(reader.Index) ? PartState.Withheld
        : reader.State switch
        {
            ReceivedState.Present => PartState.Present,
            ReceivedState.Disposed => PartState.Disposed,
            _ => PartState.Damaged,
        };

    private BundleManifest Finish(Checkpoint checkpoint)
    {
        var manifest = new BundleManifest
        {
            Tool = source.Tool,
            Device = source.Scope.Device,
            From = TimeInterval.Text(source.Scope.FromNs),
            To = TimeInterval.Text(source.Scope.ToNs),
            Downloader = source.Downloader,
            Authority = source.Authority,
            Origin = checkpoint.Origin,
            Size = checkpoint.Size,
            Root = checkpoint.Root.ToString(),
            EstablishedWhenMade = source.EstablishedWhenMade,
            Items = items,
            Readings = analysis.Readings,
            Completeness = analysis.Completeness,
        };
        Add(BundleFiles.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, BundleJson.Readable.BundleManifest));
        Add(BundleFiles.Checkpoint, source.Checkpoint.ToBytes());
        Add(BundleFiles.Vkey, Encoding.UTF8.GetBytes(source.Vkeys));
        Add(BundleFiles.View, Encoding.UTF8.GetBytes(view.Page(manifest)));
        Add(BundleFiles.Readme, Encoding.UTF8.GetBytes(BundleReadme.Text(manifest, source.Policy is not null)));
        Add(BundleFiles.KnownFaults, Encoding.UTF8.GetBytes(ParserFaults.Text));
        Add(BundleFiles.CheckPython, Encoding.UTF8.GetBytes(BundleFiles.Script(BundleFiles.CheckPython)));
        Add(BundleFiles.CheckShell, Encoding.UTF8.GetBytes(BundleFiles.Script(BundleFiles.CheckShell)));
        if (source.Policy is { } policy)
        {
            Add(BundleFiles.Policy, Encoding.UTF8.GetBytes(policy));
        }
        return manifest;
    }

    private void Add(string name, ReadOnlySpan<byte> bytes)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = NoDate;
        using var stream = entry.Open();
        stream.Write(bytes);
    }
}
