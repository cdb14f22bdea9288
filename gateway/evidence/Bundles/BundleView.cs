using System.Globalization;
using System.Net;
using System.Text;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>The decoded view, view.html: written from leaves and raw bytes alone, the same bytes whoever writes it. No script, nothing fetched.</summary>
internal sealed class BundleView
{
    /// <summary>Events shown; the raw bytes hold all.</summary>
    public const int EventsShownMax = 100_000;

    private const string Style =
        "body{font:16px/1.5 system-ui,sans-serif;max-width:80rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}"
        + "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}caption{text-align:left;font-weight:600}"
        + "th,td{border:1px solid #767676;padding:.2rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{background:#f0f0f0;overflow-wrap:normal}";

    private const string Legend =
        "<p>Arm and Safe: the safety was moved; the duration of Safe is how long the device was armed. Trigger, Arc and Reenergise: activations, with how long each lasted. "
        + "Deploy: a cartridge or probe was fired. Times are UTC, between the two given; the device stamp is what its own clock said. "
        + "Epoch: a new one begins where the device\u2019s clock or log began again. Grade: how far the origin is shown, A best, E worst (README.txt).</p>\n";

    private readonly StringBuilder events = new();
    private readonly StringBuilder leaves = new();
    private int eventCount;

    /// <summary>Adds a leaf with its fields.</summary>
    public void Leaf(ulong index, Leaf? leaf, PartState bytes)
    {
        Row(
            leaves,
            index,
            leaf?.Type.ToString() ?? "withheld",
            leaf is null ? "" : TimeInterval.Text((long)Math.Min(leaf.TimeNs, long.MaxValue)),
            bytes.ToString(),
            leaf?.ToString() ?? ""
        );
    }

    /// <summary>Adds the events of a batch; false when the bytes are not the batch that the leaf names.</summary>
    public bool Events(ulong index, StoredBatch leaf, ReadOnlySpan<byte> received)
    {
        if (!BundleAnalysis.TryDecode(leaf, received, out var batch))
        {
            return false;
        }
        var unitNs = StampUnits.NsOf(leaf.StampUnit);
        for (var i = 0; i < batch.Count; i++)
        {
            if (++eventCount > EventsShownMax)
            {
                return true;
            }
            var record = batch[i];
            var time = EventTime.Of(record, unitNs, leaf.StampResolutionMs, leaf.Clock, leaf.Arrival.ReceivedNs);
            var when = time.IsBounded
                ? $"{TimeInterval.Text(time.LowNs)} to {TimeInterval.Text(time.HighNs)}"
                : $"before {TimeInterval.Text(time.HighNs)}";
            Row(
                events,
                leaf.Epoch.Number,
                leaf.First + (ulong)i,
                record.Stamp == EventRecord.StampAbsent ? "absent" : record.Stamp.ToString(CultureInfo.InvariantCulture),
                when,
                Enum.IsDefined(record.Code) ? record.Code.ToString() : $"code {(ushort)record.Code}",
                record.DurationMs,
                record.Argument,
                record.Flags,
                BaysOf(record),
                leaf.NewRanges.Contains(leaf.First + (ulong)i) ? index.ToString(CultureInfo.InvariantCulture) : $"{index} (again)"
            );
        }
        return true;
    }

    /// <summary>The page.</summary>
    public string Page(BundleManifest manifest)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n<title>Evidence bundle</title>\n<style>")
            .Append(Style)
            .Append("</style>\n</head>\n<body>\n<main>\n<h1>Device ")
            .Append(Encode(manifest.Device))
            .Append("</h1>\n<p>")
            .Append(
                Encode(
                    $"Period from {manifest.From} to {manifest.To}, not included. Log {manifest.Origin}, checkpoint of {manifest.Size} leaves."
                )
            )
            .Append(
                "</p>\n<p>This page is a reading aid. The evidence is the raw records, leaves and proofs beside it; README.txt says how to check them.</p>\n<ul>\n"
            );
        foreach (var line in manifest.Completeness)
        {
            page.Append("<li>").Append(Encode(line.Sentence)).Append("</li>\n");
        }
        page.Append("</ul>\n");
        Table(
            page,
            "Readings of the device",
            ["Session", "Dock", "Armoury", "Via", "First received", "Last received", "Grades", "New", "Again, equal", "Differing"],
            ReadingRows(manifest)
        );
        page.Append(Legend);
        var caption = eventCount > EventsShownMax ? $"The first {EventsShownMax:N0} of {eventCount:N0} events" : "Events";
        Table(
            page,
            caption,
            ["Epoch", "Sequence", "Device stamp", "Time (UTC, interval)", "Event", "Duration ms", "Argument", "Flags", "Bays", "Leaf"],
            events.ToString()
        );
        Table(page, "Leaves", ["Index", "Type", "Time", "Raw bytes", "Fields"], leaves.ToString());
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string ReadingRows(BundleManifest manifest)
    {
        var rows = new StringBuilder();
        foreach (var r in manifest.Readings)
        {
            Row(
                rows,
                r.SessionId,
                r.Dock,
                r.Armoury,
                r.Via,
                r.First,
                r.Last,
                string.Join(", ", r.Grades),
                r.RecordsNew,
                r.RecordsAgain,
                r.RecordsDiffering
            );
        }
        return rows.ToString();
    }

    private static void Table(StringBuilder page, string caption, string[] columns, string rows)
    {
        page.Append("<table>\n<caption>").Append(Encode(caption)).Append("</caption>\n<thead><tr>");
        foreach (var column in columns)
        {
            page.Append("<th scope=\"col\">").Append(Encode(column)).Append("</th>");
        }
        page.Append("</tr></thead>\n<tbody>\n").Append(rows).Append("</tbody>\n</table>\n");
    }

    private static void Row(StringBuilder rows, params object[] cells)
    {
        rows.Append("<tr>");
        foreach (var cell in cells)
        {
            rows.Append("<td>").Append(Encode(Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "")).Append("</td>");
        }
        rows.Append("</tr>\n");
    }

    private static string BaysOf(in EventRecord record)
    {
        var parts = new List<string>();
        for (var bay = 0; bay < EventRecord.BaysMax; bay++)
        {
            if (record.BayAt(bay) != BayState.NotReported)
            {
                parts.Add($"{bay} {record.BayAt(bay)}");
            }
        }
        return string.Join(", ", parts);
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
