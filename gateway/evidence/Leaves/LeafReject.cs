namespace TaserTelemetry.Evidence.Leaves;

/// <summary>Why bytes are not a leaf that this version can read. Closed: a reader must have an answer for each.</summary>
public enum LeafReject : byte
{
    /// <summary>They are a leaf.</summary>
    None = 0,

    /// <summary>Fewer bytes than version, type and commitment need.</summary>
    TooShort = 1,

    /// <summary>More than <see cref="Leaf.BytesMax"/> bytes.</summary>
    TooLong = 2,

    /// <summary>The first byte is not a version known here. Still provable, not readable: use a newer program.</summary>
    VersionUnknown = 3,

    /// <summary>The type number is not known here. Still provable, not readable: use a newer program.</summary>
    TypeUnknown = 4,

    /// <summary>The bytes end inside a field.</summary>
    FieldTruncated = 5,

    /// <summary>A number stands outside its closed list or its range.</summary>
    ValueOutOfRange = 6,

    /// <summary>A name is longer than 32 bytes or holds a byte outside printable ASCII without the space.</summary>
    NameNotPlain = 7,

    /// <summary>More entries than the list's limit, or an empty or overflowing range.</summary>
    ListOutOfBounds = 8,

    /// <summary>Bytes remain behind the last field.</summary>
    TrailingBytes = 9,
}

/// <summary>The answer of <see cref="Leaf.Decode"/>.</summary>
/// <param name="Leaf">The leaf, or null when rejected.</param>
/// <param name="Commitment">The commitment, also where the fields could not be read; all zero when the bytes are too short.</param>
/// <param name="Reject">Why not, or <see cref="LeafReject.None"/>.</param>
/// <param name="Offset">Byte offset at which reading stopped.</param>
public readonly record struct LeafDecode(Leaf? Leaf, Digest Commitment, LeafReject Reject, int Offset);
