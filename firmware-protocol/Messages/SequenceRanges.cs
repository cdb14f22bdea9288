using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>
/// At most 16 sequence ranges, rising, neither touching nor overlapping (SPEC clause 6.5). Equal when the ranges are equal. The default
/// value has none.
/// </summary>
public readonly struct SequenceRanges : IEquatable<SequenceRanges>
{
    private readonly SequenceRange[]? ranges;

    internal SequenceRanges(SequenceRange[] alreadyChecked) => ranges = alreadyChecked;

    /// <summary>How many, 0 to <see cref="Limits.RangesMax"/>.</summary>
    public int Count => ranges?.Length ?? 0;

    /// <summary>The ranges by rising sequence.</summary>
    public ReadOnlySpan<SequenceRange> Span => ranges;

    /// <summary>How many sequences in all.</summary>
    public ulong Sequences
    {
        get
        {
            var sum = 0UL;
            foreach (var range in Span)
            {
                sum += range.Count;
            }

            return sum;
        }
    }

    /// <summary>Equality of values.</summary>
    public static bool operator ==(SequenceRanges left, SequenceRanges right) => left.Equals(right);

    /// <summary>Equality of values.</summary>
    public static bool operator !=(SequenceRanges left, SequenceRanges right) => !left.Equals(right);

    /// <summary>
    /// Ranges to send. Throws where they are more than 16, empty, touching, overlapping or not rising: what a caller sends is its own.
    /// </summary>
    public static SequenceRanges Of(params ReadOnlySpan<SequenceRange> ranges)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ranges.Length, Limits.RangesMax);
        for (var index = 0; index < ranges.Length; index++)
        {
            if (ranges[index].Count == 0 || (index > 0 && ranges[index].First <= ranges[index - 1].Next))
            {
                throw new ArgumentException("Ranges are not empty, rise, and neither touch nor overlap.", nameof(ranges));
            }
        }

        return new(ranges.ToArray());
    }

    /// <summary>Whether a sequence lies in one of the ranges.</summary>
    public bool Contains(ulong sequence)
    {
        foreach (var range in Span)
        {
            if (sequence >= range.First && sequence - range.First < range.Count)
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc />
    public bool Equals(SequenceRanges other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is SequenceRanges other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, Span[0], Span[^1]);

    /// <inheritdoc />
    public override string ToString() => string.Join(", ", (ranges ?? []).Select(range => $"{range.First}+{range.Count}"));
}
