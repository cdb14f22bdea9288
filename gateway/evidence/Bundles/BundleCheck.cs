using System.IO.Compression;
using System.Text;
using System.Text.Json;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>What checking a bundle came to.</summary>
public sealed record BundleVerdict
{
    /// <summary>The bundle's own account of itself; null when it could not be read.</summary>
    public required BundleManifest? Manifest { get; init; }

    /// <summary>What does not hold; empty = all holds.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The key is one of the policy's, not only the bundle's own word.</summary>
    public required bool KeyIsEstablished { get; init; }

    /// <summary>Witnesses of the policy that cosigned the checkpoint.</summary>
    public required IReadOnlyList<string> WitnessedBy { get; init; }

    /// <summary>They reach the policy's quorum.</summary>
    public required bool IsWitnessed { get; init; }

    /// <summary>Completeness as computed here from leaves and raw bytes.</summary>
    public required IReadOnlyList<BundleCompleteness> Completeness { get; init; }

    /// <summary>Faults of the decoder that this program knows of and the bundle's own list does not.</summary>
    public required IReadOnlyList<string> FaultsFoundSince { get; init; }
}

/// <summary>
/// Checks a bundle with nothing but itself and the auditor's policy: signature, every proof, every leaf, every commitment; computes
/// completeness, readings and view again and compares. Throws <see cref="InvalidDataException"/> when the file is no zip.
/// </summary>
public sealed class BundleCheck
{
    private const int FilesMax = 4 * BundleSelection.ItemsMax + 16;

    private readonly ZipArchive zip;
    private readonly LogPolicy? policy;
    private readonly List<string> problems = [];
    private readonly HashSet<string> expected = new(StringComparer.Ordinal);

    private BundleCheck(ZipArchive zip, LogPolicy? policy) => (this.zip, this.policy) = (zip, policy);

    /// <summary>Checks a bundle; the stream must be seekable and stays open.</summary>
    public static BundleVerdict Run(Stream untrustedBundle, LogPolicy? policy)
    {
        using var zip = new ZipArchive(untrustedBundle, ZipArchiveMode.Read, leaveOpen: true);
        if (zip.Entries.Count > FilesMax)
        {
            throw new InvalidDataException($"{zip.Entries.Count:N0} files are more than a bundle ever has.");
        }
        return new BundleCheck(zip, policy).Check();
    }

    private BundleVerdict Check()
    {
        var manifest = ReadManifest();
        var note = Read(BundleFiles.Checkpoint, BundleFiles.PartBytesMax) is { } bytes ? Checkpoint.ParseNote(bytes) : null;
        if (manifest is null || note is not { } signed)
        {
            problems.Add(
                manifest is null
                    ? $"{BundleFiles.Manifest} is missing or cannot be read"
                    : $"{BundleFiles.Checkpoint} is no signed checkpoint"
            );
            return Verdict(manifest, false, [], []);
        }
        var keyIsEstablished = CheckSignature(signed.Note, signed.Checkpoint);
        if (
            manifest.Origin != signed.Checkpoint.Origin
            || manifest.Size != signed.Checkpoint.Size
            || manifest.Root != signed.Checkpoint.Root.ToString()
        )
        {
            problems.Add($"{BundleFiles.Manifest} names another checkpoint than {BundleFiles.Checkpoint}");
        }
        var view = new BundleView();
        var analysis = new BundleAnalysis(manifest.Device, view);
        ulong? before = null;
        foreach (var item in manifest.Items)
        {
            if (item.Index <= before)
            {
                problems.Add($"leaf {item.Index}: listed out of order");
            }
            before = item.Index;
            CheckItem(item, signed.Note, analysis);
        }
        CompareAccount(manifest, analysis, view);
        CheckForStrangers();
        return Verdict(manifest, keyIsEstablished, policy?.SignersOf(signed.Note) ?? [], analysis.Completeness);
    }

    private BundleVerdict Verdict(
        BundleManifest? manifest,
        bool key,
        IReadOnlyList<string> witnesses,
        IReadOnlyList<BundleCompleteness> completeness
    ) =>
        new()
        {
            Manifest = manifest,
            Problems = problems,
            KeyIsEstablished = key,
            WitnessedBy = witnesses,
            IsWitnessed = policy?.IsQuorum(witnesses) ?? false,
            Completeness = completeness,
            FaultsFoundSince = FaultsFoundSince(manifest),
        };

    private List<string> FaultsFoundSince(BundleManifest? manifest)
    {
        var text = Read(BundleFiles.KnownFaults, BundleFiles.PartBytesMax) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        if (manifest is null)
        {
            return [];
        }
        if (ParserFaults.Parse(text) is not { } told)
        {
            problems.Add($"{BundleFiles.KnownFaults} is missing or no list of faults");
            return [];
        }
        return [.. ParserFaults.NotIn(told, manifest.Readings.SelectMany(r => r.ParserVersions))];
    }

    private BundleManifest? ReadManifest()
    {
        if (Read(BundleFiles.Manifest, BundleFiles.FileBytesMax) is not { } bytes)
        {
            return null;
        }
        try
        {
            var manifest = JsonSerializer.Deserialize(bytes, BundleJson.Readable.BundleManifest);
            if (manifest?.Schema == BundleManifest.SchemaName)
            {
                return manifest;
            }
            problems.Add($"{BundleFiles.Manifest} has schema '{manifest?.Schema}', this program reads {BundleManifest.SchemaName}");
        }
        catch (JsonException e)
        {
            problems.Add($"{BundleFiles.Manifest}: {e.Message}");
        }
        return null;
    }

    /// <summary>True when the key is the policy's.</summary>
    private bool CheckSignature(SignedNote note, Checkpoint checkpoint)
    {
        var own = Encoding
            .UTF8.GetString(Read(BundleFiles.Vkey, BundleFiles.PartBytesMax) ?? [])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(VerifierKey.Parse)
            .OfType<VerifierKey>()
            .ToList();
        var signers = (policy?.Logs ?? own).Where(k => k.Name == checkpoint.Origin && note.IsSignedBy(k)).ToList();
        if (signers.Count == 0)
        {
            problems.Add(
                policy is null
                    ? "the checkpoint is not signed by the key in log.vkey"
                    : "the checkpoint is not signed by a log key of the policy"
            );
        }
        return policy is not null && signers.Count > 0;
    }

    private void CheckItem(BundleItem item, SignedNote note, BundleAnalysis analysis)
    {
        Leaf? leaf = null;
        var commitment = default(Digest);
        var hash = TryHex(item.LeafHash);
        if (hash is null)
        {
            problems.Add($"leaf {item.Index}: its hash in {BundleFiles.Manifest} is no SHA-256");
        }
        else
        {
            CheckProof(item, hash.Value, note);
        }
        if (item.Leaf == PartState.Present)
        {
            var bytes = Read(BundleFiles.Leaf(item.Index), BundleFiles.PartBytesMax) ?? [];
            if (hash is { } want && EvidenceReader.HashOf(bytes) != want)
            {
                problems.Add($"leaf {item.Index}: it is not the leaf that the proof is about");
            }
            var decode = Leaf.Decode(bytes);
            (leaf, commitment) = (decode.Leaf, decode.Commitment);
        }
        var received = item.Bytes == PartState.Present ? CheckBytes(item, commitment) : [];
        if (item.Bytes == PartState.Damaged)
        {
            problems.Add($"leaf {item.Index}: its raw bytes were damaged in the ledger this bundle was taken from");
        }
        analysis.Add(item.Index, leaf, item.Bytes, received);
    }

    private void CheckProof(BundleItem item, Digest leafHash, SignedNote note)
    {
        var proof = Read(BundleFiles.Proof(item.Index), BundleFiles.PartBytesMax) is { } bytes ? TlogProof.Parse(bytes) : null;
        var holds =
            proof is not null
            && proof.Index == item.Index
            && proof.Checkpoint.ToString() == note.ToString()
            && Checkpoint.Parse(note.Text) is { } checkpoint
            && MerkleProof.InclusionHolds(item.Index, checkpoint.Size, Hash256.From(leafHash.ToArray()), [.. proof.Proof], checkpoint.Root);
        if (!holds)
        {
            problems.Add($"leaf {item.Index}: no proof that it stands in the log under this checkpoint");
        }
    }

    private byte[] CheckBytes(BundleItem item, Digest commitment)
    {
        var salt = Read(BundleFiles.Salt(item.Index), BundleFiles.PartBytesMax);
        var received = Read(BundleFiles.Received(item.Index), BundleFiles.PartBytesMax);
        if (salt is null || received is null || salt.Length != Commitments.SaltBytes || Commitments.Compute(salt, received) != commitment)
        {
            problems.Add($"leaf {item.Index}: the raw bytes are not those that it commits to");
            return [];
        }
        return received;
    }

    /// <summary>What the bundle says of itself must be what its leaves and raw bytes give.</summary>
    private void CompareAccount(BundleManifest manifest, BundleAnalysis analysis, BundleView view)
    {
        var again = manifest with { Readings = analysis.Readings, Completeness = analysis.Completeness };
        var said = JsonSerializer.SerializeToUtf8Bytes(manifest, BundleJson.Readable.BundleManifest);
        if (!JsonSerializer.SerializeToUtf8Bytes(again, BundleJson.Readable.BundleManifest).AsSpan().SequenceEqual(said))
        {
            problems.Add($"{BundleFiles.Manifest}: readings or completeness are not what leaves and raw bytes give");
        }
        var page = Read(BundleFiles.View, BundleFiles.FileBytesMax) ?? [];
        if (!Encoding.UTF8.GetBytes(view.Page(again)).AsSpan().SequenceEqual(page))
        {
            problems.Add($"{BundleFiles.View}: the decoded view is not what leaves and raw bytes give");
        }
    }

    /// <summary>A file that no item names could pass for evidence.</summary>
    private void CheckForStrangers()
    {
        expected.UnionWith([
            BundleFiles.Readme,
            BundleFiles.KnownFaults,
            BundleFiles.Policy,
            BundleFiles.CheckPython,
            BundleFiles.CheckShell,
        ]);
        foreach (var entry in zip.Entries.Where(e => !expected.Contains(e.FullName)).Take(20))
        {
            problems.Add($"{entry.FullName}: a file that nothing in the bundle speaks of");
        }
        foreach (var twice in zip.Entries.GroupBy(e => e.FullName, StringComparer.Ordinal).Where(g => g.Count() > 1).Take(20))
        {
            problems.Add($"{twice.Key}: stands in the archive {twice.Count()} times");
        }
    }

    private byte[]? Read(string name, long bytesMax)
    {
        expected.Add(name);
        if (zip.GetEntry(name) is not { } entry)
        {
            return null;
        }
        if (entry.Length > bytesMax)
        {
            problems.Add($"{name}: {entry.Length:N0} bytes are more than such a file ever has");
            return null;
        }
        var bytes = new byte[entry.Length];
        using var stream = entry.Open();
        // The declared length may be a lie in both directions: what does not fit it is no file of ours.
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length && stream.ReadByte() < 0 ? bytes : null;
    }

    private static Digest? TryHex(string text)
    {
        Span<byte> bytes = stackalloc byte[Digest.Bytes];
        return
            text.Length == 64
            && Convert.FromHexString(text, bytes, out _, out var written) == System.Buffers.OperationStatus.Done
            && written == Digest.Bytes
            ? Digest.Read(bytes)
            : null;
    }
}
