using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Evidence.Witnessing;

/// <summary>What a sheet says besides the checkpoint itself.</summary>
/// <param name="Vkeys">The log's public keys, one a line, the one in use last.</param>
/// <param name="Witnesses">Names of witnesses whose cosignatures the maker's policy has checked.</param>
/// <param name="Established">What verifying the whole ledger established, in words.</param>
/// <param name="Printed">When it was made, in UTC.</param>
public sealed record SheetFacts(string Vkeys, IReadOnlyList<string> Witnesses, string Established, DateTimeOffset Printed);

/// <summary>
/// One page of A4 to print, sign and put into a safe: a checkpoint that nobody can change afterwards. HTML without script; nothing is fetched.
/// </summary>
public static class CheckpointSheet
{
    /// <summary>Signature lines that fit on the page; the rest stand in the file that was signed.</summary>
    public const int SignaturesShownMax = 5;

    private const string Style =
        "@page{size:A4;margin:14mm}body{font:10.5pt/1.35 serif;max-width:182mm;margin:0 auto;color:#000;background:#fff}h1{font-size:17pt;margin:0 0 2mm}"
        + "h2{font-size:12pt;margin:4mm 0 1mm}p{margin:1mm 0}dl{display:grid;grid-template-columns:34mm 1fr;margin:2mm 0;row-gap:1mm}dt{font-weight:bold}dd{margin:0}"
        + "code,pre{font:9pt/1.35 monospace;overflow-wrap:anywhere;white-space:pre-wrap;margin:1mm 0}pre.note{font-size:7pt;line-height:1.25}.root{font-size:11pt}ol{margin:1mm 0;padding-left:6mm}";

    /// <summary>The page.</summary>
    public static string Page(Checkpoint checkpoint, SignedNote note, SheetFacts facts)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(note);
        ArgumentNullException.ThrowIfNull(facts);
        var page = new StringBuilder(
            "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>Checkpoint sheet</title>\n<style>"
        );
        page.Append(Style).Append("</style>\n</head>\n<body>\n<main>\n<h1>Checkpoint of a device log</h1>\n");
        page.Append(
            "<p>This sheet fixes the first records of a log, as many as it says. Kept where whoever runs the log cannot exchange it, it shows later whether one of them was changed, removed or added.</p>\n<dl>\n"
        );
        Item(page, "Log", checkpoint.Origin);
        Item(page, "Records", checkpoint.Size.ToString("#,0", CultureInfo.InvariantCulture));
        Item(page, "Root, to type", checkpoint.Root.ToString());
        page.Append("<dt>Root, to read out</dt><dd>");
        foreach (var line in Groups(Convert.ToHexStringLower(checkpoint.Root.ToArray())).Chunk(8))
        {
            page.Append("<code class=\"root\">").Append(string.Join(' ', line)).Append("</code><br>\n");
        }
        page.Append("</dd>\n");
        Item(
            page,
            "Check of the text",
            string.Join(' ', Groups(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(note.Text)))[..16]))
        );
        Item(page, "Key of the log", facts.Vkeys.Trim());
        Item(page, "Seen by", Seen(note, facts.Witnesses));
        Item(page, "Printed", facts.Printed.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        Item(page, "When printed", facts.Established);
        page.Append("</dl>\n");
        Compare(page, checkpoint);
        AsSigned(page, note);
        page.Append(
            "<p>Received by (name, place, date, signature):</p>\n<p style=\"margin-top:9mm\">_______________________________________________________________________________________</p>\n</main>\n</body>\n</html>\n"
        );
        return page.ToString();
    }

    private static void Compare(StringBuilder page, Checkpoint checkpoint) =>
        page.Append(
                "<h2>How to compare it, on any later day</h2>\n<ol>\n<li>With the log, or a copy of it: <pre>taser-audit verify DATA --root "
            )
            .Append(WebUtility.HtmlEncode($"{checkpoint.Size}:{checkpoint.Root}"))
            .Append(
                "</pre>It answers INTACT and \u201cestablished: self, remembered\u201d (exit code 0), or names this root (exit code 3): then the log no longer leads to this sheet.</li>\n"
            )
            .Append(
                "<li>With another sheet of the same log: the same number of records must have the same root, group by group. Two roots for one number are two histories, and both sheets prove it.</li>\n"
            )
            .Append("<li>With a sheet of more records, eyes are not enough: take the log, and way 1 with both roots.</li>\n</ol>\n");

    private static void AsSigned(StringBuilder page, SignedNote note)
    {
        var shown = note with { Signatures = [.. note.Signatures.Take(SignaturesShownMax)] };
        page.Append("<h2>As signed</h2>\n<pre class=\"note\">").Append(WebUtility.HtmlEncode(shown.ToString())).Append("</pre>\n");
        if (note.Signatures.Count > SignaturesShownMax)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"<p>and {note.Signatures.Count - SignaturesShownMax} more signature lines, in the log's file.</p>\n"
            );
        }
    }

    /// <summary>A checkpoint bears no time of its own: the only times are those of its witnesses.</summary>
    private static string Seen(SignedNote note, IReadOnlyList<string> witnesses)
    {
        var lines = note
            .Signatures.Select(line => (line.Name, Time: Cosignature.TimeOf(line)))
            .Where(line => line.Time is not null)
            .Take(SignaturesShownMax)
            .Select(line =>
                $"{line.Name} at {DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(line.Time!.Value, 253_402_300_799)):yyyy-MM-dd HH:mm:ss} UTC"
            )
            .ToList();
        var names =
            witnesses.Count == 0
                ? "none was checked: no policy was given, or none of its witnesses signed"
                : "checked: " + string.Join(", ", witnesses);
        return lines.Count == 0
            ? "nobody outside: unwitnessed. This sheet is what is held outside, and its only time is the one below."
            : $"{string.Join("; ", lines)} ({names})";
    }

    private static void Item(StringBuilder page, string term, string text) =>
        page.Append("<dt>").Append(term).Append("</dt><dd><code>").Append(WebUtility.HtmlEncode(text)).Append("</code></dd>\n");

    private static IEnumerable<string> Groups(string hex) => hex.Chunk(4).Select(c => new string(c));
}
