using System.Text;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>What every page has in common: one file, no script, nothing fetched, light and dark, screen and paper.</summary>
internal static class HtmlPage
{
    /// <summary>
    /// Words are never broken inside a table, whose columns would shrink to letters; what has no words (ids, files, cells) stands in code
    /// and breaks anywhere. A drawing keeps its size on a narrow screen and is pushed sideways within its case.
    /// </summary>
    private const string Style =
        ":root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--head:#f0f0f0;--line:#767676;--link:#0b4f8a}"
        + "@media(prefers-color-scheme:dark){:root{--ink:#eee;--paper:#161616;--head:#2a2a2a;--line:#8a8a8a;--link:#8cc4ff}}"
        + "@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--head:#f0f0f0;--line:#767676;--link:#000}article.case{break-inside:avoid}}"
        + "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem;color:var(--ink);background:var(--paper)}"
        + "table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}caption{text-align:left;font-weight:600;padding:.3rem 0}"
        + "th,td{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}td.n,th.n{text-align:right}"
        + "th{background:var(--head)}article.case{border:1px solid var(--line);border-left-width:6px;padding:.5rem 1rem;margin:1rem 0}"
        + "code{overflow-wrap:anywhere;font-size:.85em}p,li,dd,h3,caption,td.a{overflow-wrap:anywhere}svg{max-width:100%;height:auto}a{color:var(--link)}dt{font-weight:600}summary{cursor:pointer}nav ul{padding-left:1.2rem}tfoot td,tfoot th{font-weight:700;border-top:2px solid var(--ink)}"
        + "@media(max-width:40rem){body{padding:.5rem}th,td{padding:.2rem .25rem;font-size:.85em}article.case{padding:.5rem;overflow-x:auto}article.case svg{max-width:none;width:40rem}td svg{width:5rem}}";

    /// <summary>A writer of UTF-8 that leaves the stream open, after the head of the page.</summary>
    public static StreamWriter Begin(Stream output, string title)
    {
        var w = new StreamWriter(output, new UTF8Encoding(false), 64 * 1024, leaveOpen: true);
        w.Write(
            "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"
        );
        w.Write(
            $"<title>{HtmlText.Html(title)}</title>\n<style>{Style}</style>\n</head>\n<body>\n<main>\n<h1>{HtmlText.Html(title)}</h1>\n"
        );
        return w;
    }

    /// <summary>The end of the page.</summary>
    public static void End(StreamWriter w) => w.Write("</main>\n</body>\n</html>\n");
}
