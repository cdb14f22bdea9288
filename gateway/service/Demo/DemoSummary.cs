using System.Globalization;
using System.Text;

namespace TaserTelemetry.Gateway.Demo;

/// <summary>The demo's result in words for somebody who sees the project for the first time.</summary>
internal static class DemoSummary
{
    public static string Write(DemoResult r)
    {
        var text = new StringBuilder();
        text.AppendLine();
        text.AppendLine("TaserTelemetry demo: one armoury, one simulated day");
        text.AppendLine();
        Line(
            text,
            "simulated",
            $"{r.Devices} devices wrote {r.RecordsWritten} log records; {r.RecordsLostInDevices} was lost inside a device, on purpose"
        );
        Line(
            text,
            "arrived",
            $"{r.FramesReceived} frames, {r.FrameBytesReceived} bytes, from {r.DocksOverMqtt} docks over MQTT and {r.DocksOverSerial} over a serial line, in {r.DockingSeconds} s"
        );
        Line(text, "durable", $"{r.RecordsDurable} log records: each was on the disk before its dock was told so, and counts once");
        Line(text, "anchored", $"a signed checkpoint covers {r.AnchoredRecords} of {r.LedgerRecords} ledger records ({r.Origin})");
        Line(text, "in the store", $"{r.PointsInStore} points in the embedded time-series store");
        Line(text, "verified", $"taser-audit verify says: {r.Verified}");
        Line(text, "findings", $"{r.Findings.Count}, from comparing the logs with the officers' reports:");
        foreach (var finding in r.Findings)
        {
            Line(text, "", $"{finding.Rule, -5} {finding.About}  {Meaning(finding.Rule)}");
        }
        Line(
            text,
            "",
            r.Missing.Count + r.Unexpected.Count == 0
                ? "exactly those of the scenario's expected-findings file"
                : "NOT those of the scenario's expected-findings file:"
        );
        foreach (var finding in r.Missing)
        {
            Line(text, "", $"missing     {finding.Rule}  {finding.About}");
        }
        foreach (var finding in r.Unexpected)
        {
            Line(text, "", $"unexpected  {finding.Rule}  {finding.About}");
        }
        text.AppendLine();
        Line(text, "look at", Path.Combine(r.FindingsFolder, "report.html"));
        Line(text, "", $"taser-audit verify {r.Data}");
        return text.ToString();
    }

    private static void Line(StringBuilder text, string word, string rest) =>
        text.AppendLine(CultureInfo.InvariantCulture, $"  {word, -13} {rest}");

    private static string Meaning(string rule) =>
        rule switch
        {
            "A01a" => "a cartridge was fired and no report names it",
            "A01b" => "an activation was recorded and no report names it",
            "A01c" => "an activation near a test was recorded and no report names it",
            "A02" => "a report says more than the device's complete log shows",
            _ => "",
        };
}
