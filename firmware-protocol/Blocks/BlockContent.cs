using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Blocks;

/// <summary>One serial number of a Serials block (SPEC clause 9.2).</summary>
/// <param name="Of">What it belongs to.</param>
/// <param name="Bay">The bay, 0 to 9; 255 = none.</param>
/// <param name="Type">Vendor's type, such as a cartridge's range class; empty = not stated.</param>
/// <param name="Serial">The serial number; empty = could not be read.</param>
public readonly record struct PartSerial(SerialOf Of, byte Bay, string Type, string Serial);

/// <summary>Content of a Versions block (SPEC clause 9.3).</summary>
/// <param name="From">Version before; empty = not stated.</param>
/// <param name="To">Version after; empty = not stated.</param>
public readonly record struct VersionChange(string From, string To);

/// <summary>Content of a TimeSync block (SPEC clause 9.4): the step that was set is what the clock had drifted.</summary>
/// <param name="Source">Who set it.</param>
/// <param name="Unit">What both stamps count.</param>
/// <param name="Before">Device clock before, raw; all ones = not known.</param>
/// <param name="After">Device clock after, raw; all ones = not known.</param>
public readonly record struct ClockSetting(SyncSource Source, StampUnit Unit, ulong Before, ulong After);

/// <summary>One pulse (SPEC clause 9.5), 8 bytes. All ones in any field = not measured.</summary>
/// <param name="Since10us">Since the pulse before, in steps of 10 microseconds; of the first in its cycle, since the cycle's start.</param>
/// <param name="Charge10nC">Charge delivered, in steps of 10 nanocoulombs.</param>
/// <param name="PeakV">Peak voltage in volts.</param>
/// <param name="ArcV">Arc voltage in units of 10 volts.</param>
public readonly record struct Pulse(ushort Since10us, ushort Charge10nC, ushort PeakV, ushort ArcV)
{
    /// <summary>Bytes of a pulse.</summary>
    public const int Bytes = 8;
}

/// <summary>Reads and writes what stands in Blocks (SPEC clause 9). Readers never throw; offsets count from the content's first byte.</summary>
public static class BlockContent
{
    /// <summary>Serial numbers in one block.</summary>
    public const int SerialsMax = 16;

    private const int PulsesHeadBytes = 4;

    /// <summary>Reads a Serials block.</summary>
    public static Rejection ReadSerials(ReadOnlySpan<byte> untrusted, out PartSerial[] serials)
    {
        var reader = new PayloadReader(untrusted);
        int count = reader.U8();
        if (count > SerialsMax)
        {
            reader.Reject(Reason.TooManyItems, 0);
        }

        serials = new PartSerial[reader.Failed ? 0 : count];
        for (var index = 0; index < serials.Length; index++)
        {
            serials[index] = new((SerialOf)reader.U8(), reader.U8(), reader.Text(TextKind.Label), reader.Text(TextKind.SerialOrNone));
        }

        return Close(reader);
    }

    /// <summary>Writes a Serials block and answers its bytes.</summary>
    public static int WriteSerials(Span<byte> destination, ReadOnlySpan<PartSerial> serials)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(serials.Length, SerialsMax);
        var writer = new PayloadWriter(destination);
        writer.U8((byte)serials.Length);
        foreach (var serial in serials)
        {
            writer.U8((byte)serial.Of);
            writer.U8(serial.Bay);
            writer.Text(serial.Type, TextKind.Label);
            writer.Text(serial.Serial, TextKind.SerialOrNone);
        }

        return writer.Position;
    }

    /// <summary>Reads a Versions block.</summary>
    public static Rejection ReadVersions(ReadOnlySpan<byte> untrusted, out VersionChange versions)
    {
        var reader = new PayloadReader(untrusted);
        versions = new(reader.Text(TextKind.Label), reader.Text(TextKind.Label));
        return Close(reader);
    }

    /// <summary>Writes a Versions block and answers its bytes.</summary>
    public static int WriteVersions(Span<byte> destination, in VersionChange versions)
    {
        var writer = new PayloadWriter(destination);
        writer.Text(versions.From, TextKind.Label);
        writer.Text(versions.To, TextKind.Label);
        return writer.Position;
    }

    /// <summary>Reads a TimeSync block.</summary>
    public static Rejection ReadTimeSync(ReadOnlySpan<byte> untrusted, out ClockSetting setting)
    {
        var reader = new PayloadReader(untrusted);
        setting = new((SyncSource)reader.U8(), (StampUnit)reader.U8(), reader.U64(), reader.U64());
        return Close(reader);
    }

    /// <summary>Writes a TimeSync block and answers its bytes.</summary>
    public static int WriteTimeSync(Span<byte> destination, in ClockSetting setting)
    {
        var writer = new PayloadWriter(destination);
        writer.U8((byte)setting.Source);
        writer.U8((byte)setting.Unit);
        writer.U64(setting.Before);
        writer.U64(setting.After);
        return writer.Position;
    }

    /// <summary>Reads a Pulses block: the number of its first pulse within the cycle, and how many it has.</summary>
    public static Rejection ReadPulses(ReadOnlySpan<byte> untrusted, out uint firstPulse, out int count)
    {
        var reader = new PayloadReader(untrusted);
        firstPulse = reader.U32();
        count = reader.Left / Pulse.Bytes;
        reader.Take(count * Pulse.Bytes);
        var rejection = Close(reader);
        count = rejection.IsNone ? count : 0;
        return rejection;
    }

    /// <summary>The pulse at a position of a Pulses block, 0 to its count - 1.</summary>
    public static Pulse PulseAt(ReadOnlySpan<byte> content, int index)
    {
        var reader = new PayloadReader(content.Slice(PulsesHeadBytes + (index * Pulse.Bytes), Pulse.Bytes));
        return new(reader.U16(), reader.U16(), reader.U16(), reader.U16());
    }

    /// <summary>Writes a Pulses block and answers its bytes.</summary>
    public static int WritePulses(Span<byte> destination, uint firstPulse, ReadOnlySpan<Pulse> pulses)
    {
        var writer = new PayloadWriter(destination);
        writer.U32(firstPulse);
        foreach (var pulse in pulses)
        {
            writer.U16(pulse.Since10us);
            writer.U16(pulse.Charge10nC);
            writer.U16(pulse.PeakV);
            writer.U16(pulse.ArcV);
        }

        return writer.Position;
    }

    /// <summary>Reads a Native block: the vendor format's number, and the vendor's bytes.</summary>
    public static Rejection ReadNative(ReadOnlySpan<byte> untrusted, out ushort vendorFormat, out ReadOnlySpan<byte> vendorBytes)
    {
        var reader = new PayloadReader(untrusted);
        vendorFormat = reader.U16();
        vendorBytes = reader.Take(reader.Left);
        return Close(reader);
    }

    /// <summary>Writes a Native block and answers its bytes.</summary>
    public static int WriteNative(Span<byte> destination, ushort vendorFormat, ReadOnlySpan<byte> vendorBytes)
    {
        var writer = new PayloadWriter(destination);
        writer.U16(vendorFormat);
        writer.Bytes(vendorBytes);
        return writer.Position;
    }

    // The reader speaks of frames; here offsets are the content's.
    private static Rejection Close(PayloadReader reader)
    {
        var rejection = reader.End(extended: false);
        return rejection.IsNone ? rejection : new(rejection.Reason, rejection.Offset - FrameHeader.Bytes);
    }
}
