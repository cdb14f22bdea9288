using System.Globalization;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>A part of a whole, in a cell: text in CSV and XLSX, text and a bar on a page.</summary>
/// <param name="Part">0 or more; may exceed the whole.</param>
/// <param name="Whole">0 = there is no share.</param>
public readonly record struct Share(long Part, long Whole)
{
    /// <summary>"3 of 12 (25.0 %)".</summary>
    public override string ToString() =>
        Whole == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Part} of 0")
            : string.Create(CultureInfo.InvariantCulture, $"{Part} of {Whole} ({100.0 * Part / Whole:0.0} %)");
}
