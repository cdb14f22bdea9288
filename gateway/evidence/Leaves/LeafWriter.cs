using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>Writes leaf fields little-endian. A span that is too small or a name that is not plain is a programming error and throws.</summary>
internal ref struct LeafWriter(Span<byte> destination)
{
    private readonly Span<byte> destination = destination;

    public int Position { get; private set; }

    public void U8(byte value) => Take(1)[0] = value;

    public void Flag(bool value) => U8(value ? (byte)1 : (byte)0);

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Digest(in Digest value) => value.Write(Take(Leaves.Digest.Bytes));

    public void Actor(in ActorId value) => value.Write(Take(ActorId.Bytes));

    public void Name(string value)
    {
        if (!LeafName.IsPlain(value))
        {
            throw new ArgumentException(
                $"'{value}' is no name for a leaf: at most 32 bytes of printable ASCII without spaces.",
                nameof(value)
            );
        }
        U8((byte)value.Length);
        System.Text.Encoding.ASCII.GetBytes(value, Take(value.Length));
    }

    public void Epoch(in Epoch value)
    {
        U32(value.Number);
        U64(value.Incarnation);
    }

    public void Ranges(in SequenceRanges value)
    {
        U8((byte)value.Count);
        foreach (var range in value.AsSpan())
        {
            U64(range.First);
            U32(range.Count);
        }
    }

    public void Reference(in LeafReference value)
    {
        U64(value.Index);
        Digest(value.LeafHash);
    }

    public void Place(in Place value)
    {
        Name(value.Force);
        Name(value.Armoury);
        Name(value.Dock);
    }

    public void Arrival(in Arrival value)
    {
        U64(value.ReceivedNs);
        U64(value.SessionId);
        U8((byte)value.Via);
        if (value.Via is ArrivalVia.Capture or ArrivalVia.VendorFile)
        {
            U64(value.ImportLeaf);
        }
        U16(value.ParserVersion);
        Place(value.Place);
    }

    public void Clock(in ClockBasis value)
    {
        I64(value.OffsetNs);
        U64(value.BoundNs);
        U8((byte)value.Quality);
    }

    public void Key(in PublicKey value)
    {
        U8((byte)value.Algorithm);
        U8((byte)value.Bytes.Length);
        value.Bytes.CopyTo(Take(value.Bytes.Length));
    }

    public void HeldLogs(in HeldLogs value)
    {
        U8((byte)value.Count);
        foreach (var held in value.AsSpan())
        {
            U8((byte)held.Log);
            Epoch(held.Epoch);
            U64(held.First);
            U64(held.Next);
        }
    }

    private Span<byte> Take(int bytes)
    {
        var field = destination.Slice(Position, bytes);
        Position += bytes;
        return field;
    }
}
