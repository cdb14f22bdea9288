using System.Globalization;
using System.Security.Cryptography;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>
/// Snapshots beside the segments, <c>{index:D20}.{kind}.snap</c>: what somebody had derived from all records below the index. They only
/// save time: a missing or bad one is passed over, and one further back, or none, will do.
/// </summary>
public sealed class SnapshotFiles(IDisk disk, string folder, Hash256 originHash)
{
    /// <summary>Largest snapshot.</summary>
    public const int BytesMax = 256 << 20;

    private const int Kept = 2;
    private const string Extension = ".snap";

    private static ReadOnlySpan<byte> Magic => "TASERSNP"u8;

    /// <summary>Writes one, durable when it returns, and removes all but the newest two of its kind.</summary>
    /// <param name="kind">Lower-case letters; whose state it is.</param>
    /// <param name="index">All records below it are in the state.</param>
    /// <param name="state">Opaque here, at most <see cref="BytesMax"/>.</param>
    public void Write(string kind, ulong index, ReadOnlySpan<byte> state)
    {
        if (state.Length > BytesMax)
            throw new ArgumentException($"A snapshot has at most {BytesMax} bytes, not {state.Length}.", nameof(state));
        var bytes = new byte[Magic.Length + Hash256.Bytes + state.Length + Hash256.Bytes];
        Magic.CopyTo(bytes);
        originHash.CopyTo(bytes.AsSpan(Magic.Length));
        state.CopyTo(bytes.AsSpan(Magic.Length + Hash256.Bytes));
        Seal(kind, index, bytes).CopyTo(bytes.AsSpan(bytes.Length - Hash256.Bytes));
        DurableFile.Replace(disk, Path.Combine(folder, Name(kind, index)), bytes);
        foreach (var old in Indices(kind).SkipLast(Kept))
            disk.Delete(Path.Combine(folder, Name(kind, old)));
    }

    /// <summary>The newest good one at or below an index; null when there is none.</summary>
    public (ulong Index, ReadOnlyMemory<byte> State)? Newest(string kind, ulong atMost)
    {
        foreach (var index in Indices(kind).Where(index => index <= atMost).Reverse())
        {
            var bytes = DurableFile.ReadOrNull(disk, Path.Combine(folder, Name(kind, index)), BytesMax + 128);
            if (bytes is not null && IsGood(kind, index, bytes))
                return (index, bytes.AsMemory(Magic.Length + Hash256.Bytes, bytes.Length - Magic.Length - (2 * Hash256.Bytes)));
        }
        return null;
    }

    /// <summary>Names of snapshot files that are none of this log's, or not whole. Reads them in pieces; one that goes meanwhile is passed over.</summary>
    internal List<string> Damaged() =>
        [.. disk.FileNames(folder).Where(name => name.EndsWith(Extension, StringComparison.Ordinal) && IsWhole(name) == false)];

    /// <summary>Null when the file has gone: a writer keeps the newest two.</summary>
    private bool? IsWhole(string name)
    {
        try
        {
            using var file = disk.Open(Path.Combine(folder, name), DiskAccess.Read);
            using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            sha.AppendData(System.Text.Encoding.ASCII.GetBytes(name));
            var chunk = new byte[256 << 10];
            var sealAt = file.Length - Hash256.Bytes;
            var head = chunk.AsSpan(0, Magic.Length + Hash256.Bytes);
            if (sealAt < head.Length || file.Read(head, 0) != head.Length || !head.StartsWith(Magic))
                return false;
            if (Hash256.From(head[Magic.Length..]) != originHash)
                return false;
            for (long offset = 0; offset < sealAt; )
            {
                var read = file.Read(chunk.AsSpan(0, (int)Math.Min(chunk.Length, sealAt - offset)), offset);
                if (read == 0)
                    return false;
                sha.AppendData(chunk, 0, read);
                offset += read;
            }
            var sealOf = new byte[Hash256.Bytes];
            return file.Read(sealOf, sealAt) == sealOf.Length && sealOf.AsSpan().SequenceEqual(sha.GetHashAndReset());
        }
        catch (DiskException e) when (e.Fault == DiskFault.NotFound)
        {
            return null;
        }
    }

    private bool IsGood(string kind, ulong index, byte[] bytes) =>
        bytes.Length >= Magic.Length + (2 * Hash256.Bytes)
        && bytes.AsSpan().StartsWith(Magic)
        && Hash256.From(bytes.AsSpan(Magic.Length)) == originHash
        && Hash256.From(bytes.AsSpan(bytes.Length - Hash256.Bytes)) == Seal(kind, index, bytes);

    /// <summary>SHA-256 over the name and all but the last 32 bytes: a snapshot under another's name is not taken for it.</summary>
    private static Hash256 Seal(string kind, ulong index, byte[] bytes)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(System.Text.Encoding.ASCII.GetBytes(Name(kind, index)));
        sha.AppendData(bytes, 0, bytes.Length - Hash256.Bytes);
        return Hash256.From(sha.GetHashAndReset());
    }

    private List<ulong> Indices(string kind)
    {
        var indices = new List<ulong>();
        foreach (var name in disk.FileNames(folder))
        {
            if (
                name.EndsWith("." + kind + Extension, StringComparison.Ordinal)
                && name.Length == Name(kind, 0).Length
                && ulong.TryParse(name.AsSpan(0, 20), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            )
                indices.Add(index);
        }
        return indices;
    }

    private static string Name(string kind, ulong index) => string.Create(CultureInfo.InvariantCulture, $"{index:D20}.{kind}{Extension}");
}
