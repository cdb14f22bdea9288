using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>Where something came in. Each is a plain name (<see cref="LeafName"/>); empty means not known.</summary>
/// <param name="Force">Force id as enrolled.</param>
/// <param name="Armoury">Armoury id as enrolled.</param>
/// <param name="Dock">Dock id, unique in a ledger.</param>
public readonly record struct Place(string Force, string Armoury, string Dock);

/// <summary>How the bytes came.</summary>
public enum ArrivalVia : byte
{
    /// <summary>Over the embedded or an external broker.</summary>
    Mqtt = 0,

    /// <summary>Over a serial line.</summary>
    Serial = 1,

    /// <summary>From a capture file; its receive times are claims.</summary>
    Capture = 2,

    /// <summary>From a vendor's export, translated by a declared profile.</summary>
    VendorFile = 3,
}

/// <summary>When, from where and through which program a frame came in.</summary>
/// <param name="ReceivedNs">Gateway's UTC, ns since 1970. Never the capture's own time.</param>
/// <param name="SessionId">The docking session, unique in a ledger; 0 = none (an import that names no session).</param>
/// <param name="Via">Transport or file.</param>
/// <param name="ImportLeaf">Leaf index of the <see cref="Import"/> for captures and vendor files; else 0 and not in the bytes.</param>
/// <param name="ParserVersion">Version of the decoder that judged the frame.</param>
/// <param name="Place">Force, armoury and dock as enrolled, or as claimed when the marks say so.</param>
public readonly record struct Arrival(
    ulong ReceivedNs,
    ulong SessionId,
    ArrivalVia Via,
    ulong ImportLeaf,
    ushort ParserVersion,
    Place Place
);

/// <summary>How the offset between a device clock and UTC is known.</summary>
public enum ClockQuality : byte
{
    /// <summary>No comparison in this docking session: offset and bound mean nothing.</summary>
    None = 0,

    /// <summary>One side only (no echo in time, or order against a sync not known): the bound is one-sided.</summary>
    OneSided = 1,

    /// <summary>Dock reading and gateway echo both: the bound holds on both sides.</summary>
    TwoSided = 2,

    /// <summary>Taken from a capture's or export's own times: a claim.</summary>
    Claimed = 3,
}

/// <summary>Device clock to UTC as measured in the docking session that delivered the frame.</summary>
/// <param name="OffsetNs">UTC minus device stamp, ns.</param>
/// <param name="BoundNs">Largest error of the offset, ns; meaningless at <see cref="ClockQuality.None"/>.</param>
/// <param name="Quality">How it is known.</param>
public readonly record struct ClockBasis(long OffsetNs, ulong BoundNs, ClockQuality Quality);

/// <summary>
/// What there was to say about a stored frame: bits 0 to 15 are the decoder's record checks, or-ed over the batch, and keep the decoder's
/// names; the gateway's own begin at bit 16.
/// </summary>
[Flags]
public enum BatchMarks : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The device is not enrolled.</summary>
    DeviceUnknown = 1 << 16,

    /// <summary>The device is enrolled for another force or armoury than the dock's.</summary>
    PlaceDiffers = 1 << 17,

    /// <summary>The dock's hello was not signed and the policy allows that.</summary>
    DockUnsigned = 1 << 18,

    /// <summary>The session's nonce was unknown, expired or already spent; the grade was lowered.</summary>
    NonceNotGood = 1 << 19,

    /// <summary>At least one record differs from the stored one of the same key (see the variant ranges).</summary>
    Variant = 1 << 20,

    /// <summary>Translated by another translator version than an earlier copy of the same record.</summary>
    Retranslated = 1 << 21,

    /// <summary>Judged again out of quarantine; the first judgement stays where it is.</summary>
    FromQuarantine = 1 << 22,

    /// <summary>Part of the range is older than what the device itself said it still holds: delivered late by another carrier.</summary>
    LateCarrier = 1 << 23,

    /// <summary>Between the records: an activation behind SAFE and before the next ARM.</summary>
    OutsideArmed = 1 << 24,

    /// <summary>Between the records: the battery level rose by more than 2 points without a change of pack or a dock.</summary>
    BatteryRose = 1 << 25,

    /// <summary>Between the records: a pulse count that no model makes in the activation before it.</summary>
    PulsesOff = 1 << 26,

    /// <summary>Between the records: stamp or time since start went back without a setting, a reset or a start.</summary>
    TimeBackwards = 1 << 27,

    /// <summary>A stamp more than 2 days after receipt.</summary>
    StampAhead = 1 << 28,

    /// <summary>The device was enrolled and is revoked.</summary>
    DeviceRevoked = 1 << 29,
}

/// <summary>Marks that mean the same to whoever judges by them.</summary>
public static class MarkGroups
{
    /// <summary>All marks about records, their own and between them: what makes a batch doubtful.</summary>
    public const BatchMarks Doubtful =
        (BatchMarks)0xffff
        | BatchMarks.OutsideArmed
        | BatchMarks.BatteryRose
        | BatchMarks.PulsesOff
        | BatchMarks.TimeBackwards
        | BatchMarks.StampAhead;
}

/// <summary>What became of a frame that is in the journal.</summary>
public enum LeafVerdict : byte
{
    /// <summary>Durable and counted.</summary>
    Stored = 0,

    /// <summary>Durable in quarantine, not counted.</summary>
    KeptAside = 1,
}

/// <summary>How far the origin of bytes is authenticated (wire clause on grades).</summary>
public enum AuthenticityGrade : byte
{
    /// <summary>Not established yet.</summary>
    NotStated = 0,

    /// <summary>Signed by the device over a gateway nonce.</summary>
    A = 1,

    /// <summary>Signed by the device over a rising head counter.</summary>
    B = 2,

    /// <summary>Signed by the dock: which bytes were read, when and by whom.</summary>
    C = 3,

    /// <summary>Unsigned.</summary>
    D = 4,

    /// <summary>A vendor's export.</summary>
    E = 5,
}

/// <summary>Signature algorithm of a key.</summary>
public enum KeyAlgorithm : byte
{
    /// <summary>No key.</summary>
    None = 0,

    /// <summary>Ed25519, 32 bytes.</summary>
    Ed25519 = 1,

    /// <summary>ECDSA P-256, 33 bytes compressed or 65 uncompressed.</summary>
    EcdsaP256 = 2,
}

/// <summary>A public key with value equality. The default is no key.</summary>
public readonly struct PublicKey : IEquatable<PublicKey>
{
    /// <summary>Bytes of the longest key.</summary>
    public const int BytesMax = 65;

    private readonly byte[]? bytes;

    /// <summary>Copies the key. More than <see cref="BytesMax"/> bytes is a programming error.</summary>
    public PublicKey(KeyAlgorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, BytesMax, nameof(bytes));
        Algorithm = algorithm;
        this.bytes = bytes.IsEmpty ? null : bytes.ToArray();
    }

    /// <summary>Which algorithm the bytes belong to.</summary>
    public KeyAlgorithm Algorithm { get; }

    /// <summary>The raw key; empty = none.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <inheritdoc/>
    public bool Equals(PublicKey other) => Algorithm == other.Algorithm && Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Algorithm);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Algorithm == KeyAlgorithm.None ? "none" : $"{Algorithm}:{Convert.ToHexStringLower(Bytes)}";

    /// <summary>Same algorithm and bytes.</summary>
    public static bool operator ==(PublicKey left, PublicKey right) => left.Equals(right);

    /// <summary>Different algorithm or bytes.</summary>
    public static bool operator !=(PublicKey left, PublicKey right) => !left.Equals(right);
}

/// <summary>What a carrier says it holds of one log: oldest sequence to one past the newest. Holes in between travel in the frame.</summary>
/// <param name="Log">Which log.</param>
/// <param name="Epoch">Which life of it.</param>
/// <param name="First">Oldest sequence held.</param>
/// <param name="Next">One past the newest; equal to First when nothing is held.</param>
public readonly record struct HeldLog(LogKind Log, Epoch Epoch, ulong First, ulong Next);

/// <summary>At most 8 logs with value equality. The default is empty.</summary>
public readonly struct HeldLogs : IEquatable<HeldLogs>
{
    /// <summary>Logs a leaf can list; what a frame lists beyond stays in the frame.</summary>
    public const int CountMax = 8;

    private readonly HeldLog[]? logs;

    /// <summary>Copies the list. More than <see cref="CountMax"/> is a programming error.</summary>
    public HeldLogs(params ReadOnlySpan<HeldLog> logs)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(logs.Length, CountMax, nameof(logs));
        this.logs = logs.IsEmpty ? null : logs.ToArray();
    }

    /// <summary>How many, 0 to <see cref="CountMax"/>.</summary>
    public int Count => logs?.Length ?? 0;

    /// <summary>The list as it stands in the leaf.</summary>
    public ReadOnlySpan<HeldLog> AsSpan() => logs;

    /// <inheritdoc/>
    public bool Equals(HeldLogs other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HeldLogs other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var log in AsSpan())
        {
            hash.Add(log);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(" ", (logs ?? []).Select(l => $"{l.Log}/{l.Epoch.Number}:{l.First}..{l.Next}"));

    /// <summary>Same logs in the same order.</summary>
    public static bool operator ==(HeldLogs left, HeldLogs right) => left.Equals(right);

    /// <summary>Different logs or order.</summary>
    public static bool operator !=(HeldLogs left, HeldLogs right) => !left.Equals(right);
}
