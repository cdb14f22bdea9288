using System.Buffers.Binary;
using System.Globalization;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Reconciler.Inputs;

/// <summary>SHA-256 of a leaf, 32 bytes held as four words. The default value is "no leaf": a fact that stands in no ledger.</summary>
public readonly record struct LeafHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Bytes of a leaf hash.</summary>
    public const int Bytes = 32;

    /// <summary>Reads 32 bytes. A shorter span is a programming error.</summary>
    public static LeafHash From(ReadOnlySpan<byte> hash) =>
        new(
            BinaryPrimitives.ReadUInt64BigEndian(hash),
            BinaryPrimitives.ReadUInt64BigEndian(hash[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(hash[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(hash[24..])
        );

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{A:x16}{B:x16}{C:x16}{D:x16}");
}

/// <summary>Where a fact stands in the ledger (design 2, promise 10: leaf index and leaf hash, never a hash of raw bytes).</summary>
/// <param name="Index">Leaf index, from 0.</param>
/// <param name="Hash">Leaf hash.</param>
public readonly record struct LeafRef(ulong Index, LeafHash Hash);

/// <summary>How well the device clock was compared with UTC in the docking session that brought a batch.</summary>
public enum ClockQuality : byte
{
    /// <summary>No comparison: the offset and its bound mean nothing.</summary>
    None = 0,

    /// <summary>Bounded from one side only.</summary>
    OneSided = 1,

    /// <summary>Bounded from both sides.</summary>
    TwoSided = 2,

    /// <summary>Stated by a capture or an importer, not measured here.</summary>
    Claimed = 3,
}

/// <summary>What the signature of a session head proves (wire.md 14).</summary>
public enum AuthenticityGrade : byte
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>Signed by the device over a gateway nonce.</summary>
    A = 1,

    /// <summary>Signed by the device over a rising counter.</summary>
    B = 2,

    /// <summary>Signed by the dock.</summary>
    C = 3,

    /// <summary>Unsigned.</summary>
    D = 4,

    /// <summary>A vendor's export.</summary>
    E = 5,
}

/// <summary>
/// What the event records of one stored batch have in common. One object per leaf: entries refer to it by the number that
/// <see cref="LogStore.AddBatch"/> answers. Times are nanoseconds since 1970-01-01T00:00:00Z.
/// </summary>
public sealed record LogBatch
{
    /// <summary>Device serial.</summary>
    public required string Device { get; init; }

    /// <summary>Model as the dock or the enrolment states it; empty = not stated (the asset register may still say).</summary>
    public string Model { get; init; } = "";

    /// <summary>Which log.</summary>
    public LogKind Log { get; init; } = LogKind.Event;

    /// <summary>Which life of the log.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>Lowest sequence that it brought.</summary>
    public ulong First { get; init; }

    /// <summary>One past the highest sequence that it brought.</summary>
    public ulong Next { get; init; }

    /// <summary>Serial of what brought it; empty = the device itself.</summary>
    public string Carrier { get; init; } = "";

    /// <summary>Dock that read it; empty = not known.</summary>
    public string Dock { get; init; } = "";

    /// <summary>Armoury of the dock; empty = not known.</summary>
    public string Armoury { get; init; } = "";

    /// <summary>Force of the dock; empty = not known.</summary>
    public string Force { get; init; } = "";

    /// <summary>Firmware version; empty = not stated. X26 V22 and V24 log one cycle as several (domain 1.10).</summary>
    public string Firmware { get; init; } = "";

    /// <summary>Docking session; joins batches with <see cref="ClockComparison"/> and <see cref="Docking"/>. 0 = not known.</summary>
    public ulong DockingSession { get; init; }

    /// <summary>When the gateway received it, ns UTC.</summary>
    public ulong ReceivedNs { get; init; }

    /// <summary>Nanoseconds per unit of <see cref="EventRecord.Stamp"/>.</summary>
    public ulong StampUnitNs { get; init; } = 1_000_000_000;

    /// <summary>Steps the stamp moves in, ns; 0 = one unit.</summary>
    public ulong StampResolutionNs { get; init; }

    /// <summary>Steps a duration moves in, ms: "5 s" of a whole-second log spans 4.5 to 5.5 s. 0 = 1 ms.</summary>
    public uint DurationResolutionMs { get; init; }

    /// <summary>What to add to (stamp x unit) to get UTC, measured in this docking session, ns. Meaningless when the quality is none.</summary>
    public long ClockOffsetNs { get; init; }

    /// <summary>Half-width of the offset's interval, ns.</summary>
    public ulong ClockBoundNs { get; init; }

    /// <summary>Quality of the offset.</summary>
    public ClockQuality ClockQuality { get; init; }

    /// <summary>Authenticity grade of the session head.</summary>
    public AuthenticityGrade Grade { get; init; }

    /// <summary>Where the batch stands in the ledger.</summary>
    public LeafRef Leaf { get; init; }
}
