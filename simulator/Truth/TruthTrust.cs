using System.Text.Json;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Truth;

/// <summary>Heads, receipts and translations, as a capture has them; each list only where there is one.</summary>
internal static class TruthTrust
{
    public static void Write(Utf8JsonWriter json, History history)
    {
        ListAny(json, "heads", Heads(history), WriteHead);
        var receipts = history.Visits.Where(v => v.Trust?.Receipt is not null).Select(v => (v, v.Trust!.Receipt!)).ToList();
        ListAny(json, "receipts", receipts, WriteReceipt);
        var again = history
            .Visits.Where(v => v.Trust?.Again is not null)
            .SelectMany(v => v.Held.Where(h => h.Log.Key.Log == LogKind.Event).Select(h => (v, h.Log, h.Range)))
            .ToList();
        ListAny(json, "translations", again, WriteTranslation);
    }

    private static List<(DockVisit Visit, DeviceLog Log, SequenceRange Range)> Heads(History history) =>
        history.Devices.Any(d => d.Signs) || history.Armouries.SelectMany(a => a.Docks).Any(d => d.Signs)
            ?
            [
                .. CaptureOutput
                    .Reads(history)
                    .Where(r => SessionHeads.GradeOf(r.Visit, live: false) != HeadGrade.None)
                    .SelectMany(r => r.Fresh.Select(f => (r.Visit, f.Log, f.Range))),
            ]
            : [];

    private static void WriteHead(Utf8JsonWriter json, (DockVisit Visit, DeviceLog Log, SequenceRange Range) head)
    {
        var made = head.Log.Key.Log == LogKind.Event ? head.Visit.Trust?.Head : null;
        json.WriteNumber("visit", head.Visit.Id);
        TruthFile.WriteKey(json, head.Log.Key);
        WriteRange(json, head.Range);
        json.WriteString("signer", head.Visit.Device.Signs ? head.Visit.Device.Serial : head.Visit.Dock.Name);
        json.WriteString(
            "made",
            made switch
            {
                HeadMade.Altered => "altered",
                HeadMade.Forked => "forked",
                _ => "whole",
            }
        );
    }

    private static void WriteReceipt(Utf8JsonWriter json, (DockVisit Visit, HeldReceipt Receipt) shown)
    {
        json.WriteNumber("visit", shown.Visit.Id);
        json.WriteString("dock", shown.Visit.Dock.Name);
        TruthFile.WriteKey(json, shown.Receipt.Log.Key);
        WriteRange(json, shown.Receipt.Range);
        json.WriteString("gateway", shown.Receipt.Of == ReceiptOf.Another ? "another" : "this");
        json.WriteBoolean("forgotten", shown.Receipt.Of == ReceiptOf.Forgotten);
    }

    private static void WriteTranslation(Utf8JsonWriter json, (DockVisit Visit, DeviceLog Log, SequenceRange Range) read)
    {
        json.WriteNumber("visit", read.Visit.Id);
        TruthFile.WriteKey(json, read.Log.Key);
        WriteRange(json, read.Range);
        json.WriteNumber("version", VisitTrust.FirstTranslation + 1);
        json.WriteStartArray("differing");
        foreach (var (_, sequence) in read.Visit.Trust!.Again!.Differing.Keys.Where(k => k.Log == read.Log).OrderBy(k => k.Sequence))
        {
            if (sequence >= read.Range.First && sequence < read.Range.Next)
            {
                json.WriteNumberValue(sequence);
            }
        }

        json.WriteEndArray();
    }

    private static void WriteRange(Utf8JsonWriter json, SequenceRange range)
    {
        json.WriteNumber("first", range.First);
        json.WriteNumber("count", range.Count);
    }

    private static void ListAny<T>(Utf8JsonWriter json, string name, IReadOnlyCollection<T> of, Action<Utf8JsonWriter, T> write)
    {
        if (of.Count > 0)
        {
            TruthFile.List(json, name, of, write);
        }
    }
}
