using System.Buffers.Binary;
using System.Security.Cryptography;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Trust;

/// <summary>
/// The hash chain over record bytes as the device wrote them (SPEC clause 13.4): chain(n + 1) = SHA-256(chain(n), sequence u64, width u16,
/// record bytes), each in that order.
/// </summary>
public static class HashChain
{
    private const int StepHeadBytes = Limits.HashBytes + sizeof(ulong) + sizeof(ushort);

    private static ReadOnlySpan<byte> StartLabel => "taser/1 chain\0"u8;

    /// <summary>
    /// Where a chain begins when there is none in the source: at the log's first record, or at the first one of what a dock read.
    /// SHA-256 of label, log kind u8, epoch, first sequence u64, and the device serial with its length in front.
    /// </summary>
    public static Hash32 Start(in LogKey log, ulong firstSequence)
    {
        Span<byte> bytes = stackalloc byte[StartLabel.Length + 1 + Epoch.Bytes + sizeof(ulong) + 1 + Limits.TextBytesMax];
        var writer = new PayloadWriter(bytes);
        writer.Bytes(StartLabel);
        writer.U8((byte)log.Log);
        writer.Epoch(log.Epoch);
        writer.U64(firstSequence);
        writer.Text(log.Device, TextKind.Serial);
        return Hashed(bytes[..writer.Position]);
    }

    /// <summary>The chain behind one more record, of <see cref="EventRecord.Bytes"/> to <see cref="Limits.RecordBytesMax"/> bytes.</summary>
    public static Hash32 Next(in Hash32 chain, ulong sequence, ReadOnlySpan<byte> recordBytes)
    {
        Span<byte> bytes = stackalloc byte[StepHeadBytes + Limits.RecordBytesMax];
        chain.CopyTo(bytes);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[Limits.HashBytes..], sequence);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[(Limits.HashBytes + sizeof(ulong))..], (ushort)recordBytes.Length);
        recordBytes.CopyTo(bytes[StepHeadBytes..]);
        return Hashed(bytes[..(StepHeadBytes + recordBytes.Length)]);
    }

    /// <summary>The chain behind every record of a batch.</summary>
    public static Hash32 Over(Hash32 chain, RecordBatch batch)
    {
        for (var index = 0; index < batch.Count; index++)
        {
            chain = Next(chain, batch.FirstSequence + (uint)index, batch.RecordBytes(index));
        }

        return chain;
    }

    private static Hash32 Hashed(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Limits.HashBytes];
        SHA256.HashData(bytes, hash);
        return Hash32.From(hash);
    }
}
