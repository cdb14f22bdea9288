using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>One range of a receipt, and where the ledger has it (SPEC clause 8.21). 28 bytes.</summary>
/// <param name="Range">Sequences that are durable.</param>
/// <param name="LeafFirst">Lowest leaf that holds some of them.</param>
/// <param name="LeafLast">Highest leaf that does; not below the first.</param>
public readonly record struct ReceiptRange(SequenceRange Range, ulong LeafFirst, ulong LeafLast);

/// <summary>
/// Gateway to dock: signed leave to forget (SPEC clause 8.21). Nothing else permits it. The dock may show it to any gateway.
/// </summary>
public readonly struct Receipt : IMessage<Receipt>, IEquatable<Receipt>
{
    private readonly ReceiptRange[]? ranges;

    /// <summary>A receipt to send; ranges as in SPEC clause 6.5, 1 to 16.</summary>
    public Receipt(LogKey log, ulong issuedUtcNs, ulong keyId, string gateway, ReadOnlySpan<ReceiptRange> ranges, Signature signature)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ranges.Length, Limits.RangesMax);
        Log = log;
        IssuedUtcNs = issuedUtcNs;
        KeyId = keyId;
        Gateway = gateway;
        Signature = signature;
        this.ranges = ranges.ToArray();
    }

    /// <inheritdoc />
    public static MessageType Type => MessageType.Receipt;

    /// <summary>Device, log kind and epoch.</summary>
    public LogKey Log { get; }

    /// <summary>When, ns since 1970-01-01 UTC.</summary>
    public ulong IssuedUtcNs { get; }

    /// <summary>The first 8 bytes, read little-endian, of the SHA-256 of the receipt key's public part.</summary>
    public ulong KeyId { get; }

    /// <summary>Who gave it.</summary>
    public string Gateway { get; }

    /// <summary>What is durable, and where.</summary>
    public ReadOnlySpan<ReceiptRange> Ranges => ranges;

    /// <summary>Over the bytes of SPEC clause 13.3.</summary>
    public Signature Signature { get; }

    /// <summary>Equality of values.</summary>
    public static bool operator ==(Receipt left, Receipt right) => left.Equals(right);

    /// <summary>Equality of values.</summary>
    public static bool operator !=(Receipt left, Receipt right) => !left.Equals(right);

    /// <inheritdoc />
    public static Receipt Read(ref PayloadReader reader)
    {
        var start = reader.Position;
        var kind = (LogKind)reader.U8();
        int count = reader.U8();
        var epoch = reader.Epoch();
        var (issued, keyId) = (reader.U64(), reader.U64());
        if (count is 0 or > Limits.RangesMax)
        {
            // A count is judged where its list begins (SPEC clause 8.1).
            reader.Reject(count == 0 ? Reason.RangeEmpty : Reason.TooManyRanges, start + 1);
        }

        var read = new ReceiptRange[reader.Failed ? 0 : count];
        for (var index = 0; index < read.Length && !reader.Failed; index++)
        {
            var at = reader.Position;
            var range = reader.Ranges(1);
            var (leafFirst, leafLast) = (reader.U64(), reader.U64());
            if (reader.Failed)
            {
                break;
            }

            read[index] = new(range.Span[0], leafFirst, leafLast);
            if (index > 0 && range.Span[0].First <= read[index - 1].Range.Next)
            {
                reader.Reject(Reason.RangesOutOfOrder, at);
            }

            if (leafLast < leafFirst)
            {
                reader.Reject(Reason.ValueNotAllowed, at + 20);
            }
        }

        var device = reader.Text(TextKind.Serial);
        var gateway = reader.Text(TextKind.Name);
        return new(new(device, kind, epoch), issued, keyId, gateway, read, Signature.Read(ref reader));
    }

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        WriteUnsigned(ref writer);
        Signature.Write(ref writer);
    }

    /// <summary>The same receipt with a signature.</summary>
    public Receipt With(Signature signature) => new(Log, IssuedUtcNs, KeyId, Gateway, Ranges, signature);

    /// <summary>The bytes that the signature covers (SPEC clause 13.3).</summary>
    public byte[] BytesToSign()
    {
        Span<byte> buffer = stackalloc byte[Limits.SerialPayloadBytesMax];
        var writer = new PayloadWriter(buffer);
        writer.Bytes(SigningLabel.Receipt);
        WriteUnsigned(ref writer);
        return buffer[..writer.Position].ToArray();
    }

    /// <inheritdoc />
    public bool Equals(Receipt other) =>
        Log == other.Log
        && IssuedUtcNs == other.IssuedUtcNs
        && KeyId == other.KeyId
        && Gateway == other.Gateway
        && Signature == other.Signature
        && Ranges.SequenceEqual(other.Ranges);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Receipt other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Log, IssuedUtcNs, KeyId, Gateway);

    private void WriteUnsigned(ref PayloadWriter writer)
    {
        writer.U8((byte)Log.Log);
        writer.U8((byte)Ranges.Length);
        writer.Epoch(Log.Epoch);
        writer.U64(IssuedUtcNs);
        writer.U64(KeyId);
        foreach (var range in Ranges)
        {
            writer.Ranges(SequenceRanges.Of(range.Range));
            writer.U64(range.LeafFirst);
            writer.U64(range.LeafLast);
        }

        writer.Text(Log.Device, TextKind.Serial);
        writer.Text(Gateway, TextKind.Name);
    }
}

/// <summary>Dock to gateway: a receipt that another gateway gave (SPEC clause 8.22). Numbered and durable.</summary>
/// <param name="Carrier">The carrier the range was on; empty = the device itself.</param>
/// <param name="Receipt">The receipt, as it was given.</param>
public readonly record struct ReceiptShown(string Carrier, Receipt Receipt) : IMessage<ReceiptShown>
{
    /// <inheritdoc />
    public static MessageType Type => MessageType.ReceiptShown;

    /// <inheritdoc />
    public static ReceiptShown Read(ref PayloadReader reader) => new(reader.Text(TextKind.SerialOrNone), Receipt.Read(ref reader));

    /// <inheritdoc />
    public void Write(ref PayloadWriter writer)
    {
        writer.Text(Carrier, TextKind.SerialOrNone);
        Receipt.Write(ref writer);
    }
}
