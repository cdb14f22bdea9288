using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Ledger.Journals;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.Gateway.Control;

/// <summary>What was kept aside, shown to an operator: recorded in the access log first. Reads beside the ingest thread.</summary>
internal static class QuarantineReading
{
    /// <summary>Items listed in one answer; --from asks for those behind.</summary>
    public const int ListedMax = 10_000;

    private const int LineBytes = 32;

    public static ControlAnswer List(OpenJournal journal, ControlRequest request, string by, ulong nowNs)
    {
        var from = request["from"].Length == 0 ? 0 : ulong.Parse(request["from"], CultureInfo.InvariantCulture);
        var lines = new List<string>();
        using var reader = journal.Ledger.OpenReader(from);
        while (lines.Count < ListedMax && reader.Read() == ReadStatus.Record)
        {
            if (reader.Kind == RecordKind.Quarantined && Leaf.Decode(reader.Leaf).Leaf is Quarantined item)
            {
                lines.Add(Line(reader.Index, item));
            }
        }
        journal.Access.Record(new Disclosure(by, AuditVerb.Quarantine, Items: (ulong)lines.Count), nowNs);
        var end =
            lines.Count == 0 ? "Nothing is kept aside."
            : lines.Count < ListedMax ? $"{lines.Count} items."
            : $"{lines.Count} items; there may be more: ask again with --from {reader.Index + 1}.";
        return new ControlAnswer(true, [.. lines, end]);
    }

    public static ControlAnswer Show(OpenJournal journal, ControlRequest request, string by, ulong nowNs)
    {
        var index = ulong.Parse(request["index"], CultureInfo.InvariantCulture);
        using var reader = journal.Ledger.OpenReader(index);
        if (reader.Read() != ReadStatus.Record || reader.Index != index || Leaf.Decode(reader.Leaf).Leaf is not Quarantined item)
        {
            return ControlAnswer.No($"Leaf {index} is no quarantined item. 'quarantine list' shows those there are.");
        }
        var lines = new List<string> { $"{index}: {item}" };
        if (reader.State != ReceivedState.Present)
        {
            lines.Add("Its bytes are not there any more: they were disposed of.");
        }
        var received = reader.State == ReceivedState.Present ? reader.Received : default;
        for (var offset = 0; offset < received.Length; offset += LineBytes)
        {
            lines.Add($"{offset:x6}  {Convert.ToHexStringLower(received.Slice(offset, Math.Min(LineBytes, received.Length - offset)))}");
        }
        journal.Access.Record(new Disclosure(by, AuditVerb.Quarantine, Items: 1), nowNs);
        return new ControlAnswer(true, lines);
    }

    private static string Line(ulong index, Quarantined item) =>
        $"{index, 10}  {UnixTime.FromNs(item.Arrival.ReceivedNs):yyyy-MM-dd'T'HH:mm:sszzz}  {(Reason)item.Reason, -20}  {item.Kind, -11}  {item.ReceivedBytes, 6} B  {item.Arrival.Place.Force}/{item.Arrival.Place.Armoury}/{item.Arrival.Place.Dock}";
}
