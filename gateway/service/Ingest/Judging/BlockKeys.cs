using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Ledger.Journals;

namespace TaserTelemetry.Gateway.Ingest.Judging;

/// <summary>
/// Under which keys a stored batch stands in the index of its segment (FORMAT.md clause 8): one for each block of 256 sequences, the blocks of
/// one log side by side. Two logs whose hashes collide are told apart by the leaf that is read then.
/// </summary>
internal static class BlockKeys
{
    private const int SequencesPerBlock = 256;

    public static UInt128 Of(in LogKey key, ulong sequence) => new(HashOf(key), sequence / SequencesPerBlock);

    /// <summary>Adds the entries of one stored batch.</summary>
    public static void Add(List<KeyIndexEntry> into, ulong index, StoredBatch batch)
    {
        var hash = HashOf(new LogKey(batch.Device, batch.Log, batch.Epoch));
        foreach (var range in batch.NewRanges.AsSpan())
        {
            for (var block = range.First / SequencesPerBlock; block <= (range.Next - 1) / SequencesPerBlock; block++)
            {
                into.Add(new KeyIndexEntry(new UInt128(hash, block), index));
            }
        }
    }

    private static ulong HashOf(in LogKey key)
    {
        Span<byte> bytes = stackalloc byte[1 + LeafName.BytesMax + 1 + Epoch.Bytes];
        var length = Encoding.ASCII.GetBytes(key.Device, bytes[1..]);
        bytes[0] = (byte)length;
        bytes[1 + length] = (byte)key.Log;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[(2 + length)..], key.Epoch.Number);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[(6 + length)..], key.Epoch.Incarnation);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..(14 + length)], hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
