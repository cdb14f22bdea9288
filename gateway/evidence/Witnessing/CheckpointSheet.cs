using System.Net;
using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Evidence.Witnessing;

/// <summary>
/// One page to print, sign and put into a safe: a checkpoint that nobody can change afterwards. HTML without script; nothing is fetched.
/// </summary>
public static class CheckpointSheet
{
    /// <summary>The page. <paramref name="printed"/> is the day that stands on it.</summary>
    public static string Page(Checkpoint checkpoint, SignedNote note, string vkey, DateOnly printed)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(note);
        var page = new StringBuilder(
            "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>Checkpoint sheet</title>\n<style>"
        );
        page.Append(
            "body{font:14px/1.5 serif;max-width:45rem;margin:2rem auto}code,pre{font:13px/1.6 monospace;overflow-wrap:anywhere;white-space:pre-wrap}dt{font-weight:bold}"
        );
        page.Append("</style>\n</head>\n<body>\n<main>\n<h1>Checkpoint of a device log</h1>\n<dl>\n");
        Item(page, "Log", checkpoint.Origin);
        Item(page, "Records", checkpoint.Size.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Item(page, "Root, to type", $"{checkpoint.Size}:{checkpoint.Root}");
        Item(page, "Root, in groups", Groups(Convert.ToHexString(checkpoint.Root.ToArray())));
        Item(page, "Key of the log", vkey.Trim());
        Item(page, "Check of this sheet", Groups(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(note.Text)))[..16]));
        Item(page, "Printed", printed.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        page.Append(
                "</dl>\n<p>Whoever keeps this sheet can show later that no record up to this number was changed, removed or added:</p>\n<pre>taser-audit verify DATA --root "
            )
            .Append(WebUtility.HtmlEncode($"{checkpoint.Size}:{checkpoint.Root}"))
            .Append(
                "</pre>\n<p>Exit code 3, or a line that names this root, means that the log no longer leads to it.</p>\n<h2>As signed</h2>\n<pre>"
            )
            .Append(WebUtility.HtmlEncode(note.ToString()))
            .Append(
                "</pre>\n<p>Received by (place, date, signature): ______________________________________________</p>\n</main>\n</body>\n</html>\n"
            );
        return page.ToString();
    }

    private static void Item(StringBuilder page, string term, string text) =>
        page.Append("<dt>").Append(term).Append("</dt><dd><code>").Append(WebUtility.HtmlEncode(text)).Append("</code></dd>\n");

    private static string Groups(string hex) => string.Join(' ', hex.Chunk(4).Select(c => new string(c)));
}
