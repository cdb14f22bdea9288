using System.Globalization;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>Text as it stands in the report.</summary>
internal static class HtmlText
{
    public static string Number(int count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Number(ulong count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Line(string text) => "<p>" + Cell(text) + "</p>\n";

    /// <summary>Text that an element begins with: people copy tables from a page into a spreadsheet, and there a formula would run.</summary>
    public static string Cell(string untrusted) => Html(CellText.Neutral(untrusted));

    public static string Html(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal);
}
