using System.Globalization;
using System.Text;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>A case drawn along time: activations of its devices above the line, its reports below, each by shape and by word.</summary>
internal sealed class CaseTimeline
{
    private const int Width = 800;
    private const int MarksMax = 40;
    private static readonly long Margin = 20 * TimeInterval.MinuteNs;
    private static readonly long SpanMax = 2 * TimeInterval.DayNs;
    private readonly ILookup<string, ActivationLine> _activations;
    private readonly Dictionary<string, ReportLine> _reports = new(StringComparer.Ordinal);

    public CaseTimeline(ReconciliationResult result)
    {
        _activations = result.Activations.ToLookup(a => a.Device, StringComparer.Ordinal);
        foreach (var report in result.Reports)
        {
            _reports[report.ReportId] = report;
        }
    }

    /// <summary>The drawing; empty for a case without one time.</summary>
    public string Svg(Case item)
    {
        if (item.Primary.When is not { } when || when.LowNs <= TimeInterval.Unknown.LowNs || when.HighNs - when.LowNs > SpanMax)
        {
            return "";
        }

        var span = when.Widen(Margin);
        var marks = new List<(TimeInterval When, bool Report, string Text)>();
        foreach (string device in item.Primary.Subjects.Devices)
        {
            foreach (var activation in _activations[device].Where(a => a.When.Overlaps(span)))
            {
                string text = string.Create(
                    CultureInfo.InvariantCulture,
                    $"activation {activation.DurationMs / 1000.0:0.0} s at {activation.When} on {device}, {Words(activation.Class)}"
                );
                marks.Add((activation.When, false, text));
            }
        }

        foreach (string id in item.Primary.Subjects.Reports)
        {
            if (_reports.TryGetValue(id, out var report) && report.UsedAt.Overlaps(span))
            {
                marks.Add((report.UsedAt, true, $"report {id}, time of use {report.UsedAt}"));
            }
        }

        return marks.Count == 0 ? "" : Draw(item.Id, span, marks);
    }

    private static string Draw(string id, TimeInterval span, List<(TimeInterval When, bool Report, string Text)> marks)
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg role=\"img\" fill=\"currentColor\" viewBox=\"0 0 {Width} 90\" aria-labelledby=\"t{id} d{id}\" xmlns=\"http://www.w3.org/2000/svg\">"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<title id=\"t{id}\">Timeline from {TimeInterval.Text(span.LowNs)} to {TimeInterval.Text(span.HighNs)}</title>"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<desc id=\"d{id}\">{HtmlText.Html(string.Join("; ", marks.Take(MarksMax).Select(m => m.Text)))}</desc>"
        );
        svg.Append("<line x1=\"0\" y1=\"45\" x2=\"800\" y2=\"45\" stroke=\"currentColor\"/>");
        foreach (var (when, report, text) in marks.Take(MarksMax))
        {
            int x = X(span, when.LowNs);
            int width = Math.Max(4, X(span, when.HighNs) - x);
            string title = $"<title>{HtmlText.Html(text)}</title>";
            string place = report ? "y=\"52\" fill=\"none\" stroke=\"currentColor\"" : "y=\"24\" fill=\"currentColor\"";
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" width=\"{width}\" height=\"14\" {place}>{title}</rect>");
        }

        svg.Append(
            "<text x=\"0\" y=\"14\" font-size=\"12\">log: filled</text><text x=\"0\" y=\"84\" font-size=\"12\">report: outlined</text>"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Width}\" y=\"84\" font-size=\"12\" text-anchor=\"end\">{TimeInterval.Text(span.HighNs)}</text>"
        );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{Width / 2}\" y=\"84\" font-size=\"12\" text-anchor=\"middle\">from {TimeInterval.Text(span.LowNs)}</text>"
        );
        return svg.Append("</svg>\n").ToString();
    }

    private static int X(TimeInterval span, long ns) =>
        (int)Math.Clamp((double)(ns - span.LowNs) / Math.Max(1, span.HighNs - span.LowNs) * Width, 0, Width - 4);

    private static string Words(ActivationClass c) =>
        c == ActivationClass.Unaccounted ? "no account found" : c.ToString().ToLowerInvariant();
}
