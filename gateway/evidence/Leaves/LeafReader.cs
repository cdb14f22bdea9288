using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>
/// Reads leaf fields. The first thing wrong is kept and all later reads answer zero, so that a decoder is one expression and still
/// names the place.
/// </summary>
internal ref struct LeafReader(ReadOnlySpan<byte> untrustedLeaf, NameCache names)
{
    private readonly ReadOnlySpan<byte> untrustedLeaf = untrustedLeaf;

    public int Position { get; private set; }

    public LeafReject Reject { get; private set; }

    public readonly int Remaining => untrustedLeaf.Length - Position;

    public byte U8() => Take(1) is [var value] ? value : (byte)0;

    public bool Flag() => Closed(U8(), 1) == 1;

    /// <summary>A byte from a closed list numbered 0 to last without holes.</summary>
    public byte Closed(byte value, byte last)
    {
        if (value > last)
        {
            Fail(LeafReject.ValueOutOfRange);
            return 0;
        }
        return value;
    }

    public ushort U16() => Take(2) is { IsEmpty: false } field ? BinaryPrimitives.ReadUInt16LittleEndian(field) : (ushort)0;

    public uint U32() => Take(4) is { IsEmpty: false } field ? BinaryPrimitives.ReadUInt32LittleEndian(field) : 0;

    public ulong U64() => Take(8) is { IsEmpty: false } field ? BinaryPrimitives.ReadUInt64LittleEndian(field) : 0;

    public long I64() => Take(8) is { IsEmpty: false } field ? BinaryPrimitives.ReadInt64LittleEndian(field) : 0;

    public Digest Digest() => Take(Leaves.Digest.Bytes) is { IsEmpty: false } field ? Leaves.Digest.Read(field) : default;

    public ActorId Actor() => Take(ActorId.Bytes) is { IsEmpty: false } field ? ActorId.Read(field) : default;

    public string Name()
    {
        var length = U8();
        if (length > LeafName.BytesMax)
        {
            Fail(LeafReject.NameNotPlain);
            return "";
        }
        var field = Take(length);
        if (!LeafName.IsPlain(field))
        {
            Fail(LeafReject.NameNotPlain);
            return "";
        }
        return names.Text(field);
    }

    public Epoch Epoch() => new(U32(), U64());

    public SequenceRanges Ranges()
    {
        var count = U8();
        if (count > SequenceRanges.CountMax)
        {
            Fail(LeafReject.ListOutOfBounds);
            return default;
        }
        Span<SequenceRange> ranges = stackalloc SequenceRange[SequenceRanges.CountMax];
        for (var i = 0; i < count; i++)
        {
            ranges[i] = new SequenceRange(U64(), U32());
            if (Reject == LeafReject.None && !SequenceRanges.IsSound(ranges[i]))
            {
                Fail(LeafReject.ListOutOfBounds);
            }
        }
        return Reject == LeafReject.None ? new SequenceRanges(ranges[..count]) : default;
    }

    public LeafReference Reference() => new(U64(), Digest());

    public Place Place() => new(Name(), Name(), Name());

    public Arrival Arrival()
    {
        var receivedNs = U64();
        var session = U64();
        var via = (ArrivalVia)Closed(U8(), (byte)ArrivalVia.VendorFile);
        var import = via is ArrivalVia.Capture or ArrivalVia.VendorFile ? U64() : 0;
        return new Arrival(receivedNs, session, via, import, U16(), Place());
    }

    public ClockBasis Clock() => new(I64(), U64(), (ClockQuality)Closed(U8(), (byte)ClockQuality.Claimed));

    public PublicKey Key()
    {
        var algorithm = (KeyAlgorithm)Closed(U8(), (byte)KeyAlgorithm.EcdsaP256);
        var length = U8();
        if (length > PublicKey.BytesMax)
        {
            Fail(LeafReject.ListOutOfBounds);
            return default;
        }
        return new PublicKey(algorithm, Take(length));
    }

    public HeldLogs HeldLogs()
    {
        var count = U8();
        if (count > Leaves.HeldLogs.CountMax)
        {
            Fail(LeafReject.ListOutOfBounds);
            return default;
        }
        var held = new HeldLog[count];
        for (var i = 0; i < count; i++)
        {
            held[i] = new HeldLog((LogKind)U8(), Epoch(), U64(), U64());
        }
        return Reject == LeafReject.None ? new HeldLogs(held) : default;
    }

    public void Fail(LeafReject reason)
    {
        if (Reject == LeafReject.None)
        {
            Reject = reason;
        }
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (Reject != LeafReject.None || bytes > Remaining)
        {
            Fail(LeafReject.FieldTruncated);
            return default;
        }
        var field = untrustedLeaf.Slice(Position, bytes);
        Position += bytes;
        return field;
    }
}
