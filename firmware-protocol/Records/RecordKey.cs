namespace TaserTelemetry.FirmwareProtocol.Records;

/// <summary>Which of a device's logs (SPEC clause 6.1). Some models keep three. Other numbers are kept as they came.</summary>
public enum LogKind : byte
{
    /// <summary>The event log: 40-byte event records.</summary>
    Event = 1,

    /// <summary>The pulse log.</summary>
    Pulse = 2,

    /// <summary>The engineering log.</summary>
    Engineering = 3,
}

/// <summary>
/// One life of a log (SPEC clause 6.3): it rises only when the sequence restarts, never for a clock reset. Sources without epochs
/// send 0. In a key all 12 bytes count.
/// </summary>
/// <param name="Number">Rises by one when the log is cleared; 0 = the first, or a source without epochs.</param>
/// <param name="Incarnation">8 random bytes drawn by whoever cleared the log, read little-endian; 0 = never cleared or not known.</param>
public readonly record struct Epoch(uint Number, ulong Incarnation)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Bytes = 12;
}

/// <summary>One log of one device in one epoch (SPEC clause 6).</summary>
/// <param name="Device">Device serial, 1 to 32 bytes of printable ASCII.</param>
/// <param name="Log">Which log.</param>
/// <param name="Epoch">Which life of it.</param>
public readonly record struct LogKey(string Device, LogKind Log, Epoch Epoch);

/// <summary>The identity of a record (SPEC clause 6): the same key with different bytes is not an update but a finding.</summary>
/// <param name="Log">Device, log kind and epoch.</param>
/// <param name="Sequence">Position in the log, unwrapped to 64 bits.</param>
/// <param name="Part">0 = the event record itself; Blocks are 1 to n.</param>
public readonly record struct RecordKey(LogKey Log, ulong Sequence, ushort Part);

/// <summary>A run of sequences, first and how many (SPEC clause 6.5). A count of zero is empty and is refused on the wire.</summary>
/// <param name="First">First sequence.</param>
/// <param name="Count">How many.</param>
public readonly record struct SequenceRange(ulong First, uint Count)
{
    /// <summary>The sequence after the last. Throws <see cref="OverflowException"/> where the range passes the end of 64 bits.</summary>
    public ulong Next => First + Count;
}
