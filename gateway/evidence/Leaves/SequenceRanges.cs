using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>At most 16 ranges with value equality. The default is empty. Ranges are neither sorted nor merged here.</summary>
public readonly struct SequenceRanges : IEquatable<SequenceRanges>
{
    /// <summary>Ranges a leaf can hold in one list.</summary>
    public const int CountMax = 16;

    private readonly SequenceRange[]? ranges;

    /// <summary>Copies the ranges. More than <see cref="CountMax"/>, an empty range or one past 64 bits is a programming error.</summary>
    public SequenceRanges(params ReadOnlySpan<SequenceRange> ranges)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ranges.Length, CountMax, nameof(ranges));
        foreach (var range in ranges)
        {
            if (!IsSound(range))
            {
                throw new ArgumentException(
                    $"Range of {range.Count} from {range.First} is empty or passes the end of 64 bits.",
                    nameof(ranges)
                );
            }
        }
        this.ranges = ranges.IsEmpty ? null : ranges.ToArray();
    }

    /// <summary>How many ranges, 0 to <see cref="CountMax"/>.</summary>
    public int Count => ranges?.Length ?? 0;

    /// <summary>How many sequences in all ranges together, overlaps counted twice.</summary>
    public ulong SequenceCount
    {
        get
        {
            ulong sum = 0;
            foreach (var range in AsSpan())
            {
                sum += range.Count;
            }
            return sum;
        }
    }

    /// <summary>The range at a position, 0 to <see cref="Count"/> - 1.</summary>
    public SequenceRange this[int index] => AsSpan()[index];

    /// <summary>The ranges as they stand in the leaf.</summary>
    public ReadOnlySpan<SequenceRange> AsSpan() => ranges;

    /// <summary>True when one of the ranges holds the sequence.</summary>
    public bool Contains(ulong sequence)
    {
        foreach (var range in AsSpan())
        {
            if (sequence >= range.First && sequence - range.First < range.Count)
            {
                return true;
            }
        }
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(SequenceRanges other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SequenceRanges other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var range in AsSpan())
        {
            hash.Add(range);
        }
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(" ", (ranges ?? []).Select(r => $"{r.First}+{r.Count}"));

    /// <summary>Same ranges in the same order.</summary>
    public static bool operator ==(SequenceRanges left, SequenceRanges right) => left.Equals(right);

    /// <summary>Different ranges or order.</summary>
    public static bool operator !=(SequenceRanges left, SequenceRanges right) => !left.Equals(right);

    internal static bool IsSound(SequenceRange range) => range.Count > 0 && range.First <= ulong.MaxValue - range.Count;
}
