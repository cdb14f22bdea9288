using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Truth;

/// <summary>
/// Writes the truth (schema: TRUTH.md): the world, every log record by key, every document row as it should have read, every
/// corruption. It knows no audit rule. Written by hand, token by token, so that its bytes depend on nothing but the history.
/// </summary>
internal static class TruthFile
{
    public const string Schema = "taser-sim-truth/1";

    private const int PendingBytesMax = 64 * 1024;

    public static void Write(Stream output, History history)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("scenario", history.Scenario.Name);
        json.WriteNumber("seed", history.Seed);
        json.WriteString("force", history.Scenario.Force);
        json.WriteNumber("startUtcMs", history.StartUtcMs);
        json.WriteNumber("endUtcMs", history.EndUtcMs);
        TruthWorld.Write(json, history);
        List(json, "activations", history.Activations, WriteActivation);
        List(json, "uses", history.Uses, WriteUse);
        List(json, "issues", history.Issues, WriteIssue);
        List(json, "training", history.Training, WriteTraining);
        List(json, "unintentional", history.Mishaps, WriteMishap);
        List(json, "checks", history.Checks, WriteCheck);
        List(json, "changes", history.Changes, WriteChange);
        List(json, "notes", history.Notes, WriteNote);
        List(json, "faults", history.Faults, WriteFault);
        List(json, "visits", history.Visits, WriteVisit);
        TruthTrust.Write(json, history);
        List(json, "logs", history.Devices.SelectMany(d => d.Logs).Where(l => l.Next > 0), WriteLog);
        json.WriteStartObject("counts");
        var logs = history.Devices.SelectMany(d => d.Logs).ToList();
        json.WriteNumber("records", logs.Sum(l => (long)l.Next));
        json.WriteNumber("recordsDelivered", logs.Sum(l => (long)l.Delivered.Total));
        json.WriteNumber("recordsLost", logs.Sum(l => l.Lost.Sum(r => (long)r.Range.Count)));
        json.WriteEndObject();
        json.WriteStartArray("documents");
        var tables = Paperwork.Write(history, new TruthDocuments(json));
        json.WriteEndArray();
        List(json, "corruptions", history.Alterations.Select(AsCorruption).Concat(tables.SelectMany(t => t.Corruptions)), WriteCorruption);
        json.WriteEndObject();
    }

    public static void WriteKey(Utf8JsonWriter json, LogKey key)
    {
        json.WriteString("device", key.Device);
        json.WriteString(
            "log",
            key.Log switch
            {
                LogKind.Event => "event",
                LogKind.Pulse => "pulse",
                _ => "engineering",
            }
        );
        json.WriteNumber("epoch", key.Epoch.Number);
        json.WriteString("incarnation", key.Epoch.Incarnation.ToString("x16", CultureInfo.InvariantCulture));
    }

    private static void WriteActivation(Utf8JsonWriter json, Activation a)
    {
        json.WriteNumber("id", a.Id);
        json.WriteString("device", a.Device.Serial);
        json.WriteNumber("startUtcMs", a.StartUtcMs);
        json.WriteNumber("durationMs", a.DurationMs);
        json.WriteString("purpose", PurposeText(a.Purpose));
        json.WriteBoolean("deployed", a.Deployed);
        json.WriteString(
            "logged",
            a.Logged switch
            {
                Logged.Split => "split",
                Logged.Part => "part",
                _ => "whole",
            }
        );
        Optional(json, "officer", a.Officer?.Reference);
        if (a.Use is { } use)
        {
            json.WriteNumber("use", use.Id);
            json.WriteString("subject", use.Subject);
        }

        json.WriteNumber("epoch", a.Log.Key.Epoch.Number);
        json.WriteString("log", "event");
        json.WriteStartArray("sequences");
        for (var i = 0u; i < a.Records.Count; i++)
        {
            json.WriteNumberValue(a.Records.First + i);
        }

        json.WriteEndArray();
    }

    private static void WriteUse(Utf8JsonWriter json, Use use)
    {
        json.WriteNumber("id", use.Id);
        json.WriteString("incident", use.Incident.Reference);
        json.WriteString("issue", use.Issue.Id);
        json.WriteString("officer", use.Officer.Reference);
        json.WriteString("device", use.Issue.Device.Serial);
        json.WriteString("deviceBelieved", use.DeviceBelieved.Serial);
        json.WriteString("subject", use.Subject);
        json.WriteString("subjectAge", use.SubjectAge);
        json.WriteBoolean("mentalHealth", use.MentalHealth);
        json.WriteString("level", Reports.LevelText(use.Level));
        json.WriteNumber("startUtcMs", use.StartUtcMs);
        json.WriteNumber("endUtcMs", use.EndUtcMs);
        json.WriteStartArray("activations");
        foreach (var activation in use.Activations)
        {
            json.WriteNumberValue(activation.Id);
        }

        json.WriteEndArray();
        json.WriteStartArray("cartridgesFired");
        foreach (var cartridge in use.Fired)
        {
            json.WriteStringValue(cartridge.Serial);
        }

        json.WriteEndArray();
    }

    private static void WriteIssue(Utf8JsonWriter json, Issue issue)
    {
        json.WriteString("id", issue.Id);
        json.WriteString("device", issue.Device.Serial);
        json.WriteString("officer", issue.Officer.Reference);
        json.WriteString("purpose", issue.Purpose);
        json.WriteNumber("issuedUtcMs", issue.IssuedUtcMs);
        json.WriteNumber("returnedUtcMs", issue.ReturnedUtcMs);
    }

    private static void WriteTraining(Utf8JsonWriter json, TrainingDay day)
    {
        json.WriteString("id", day.Id);
        json.WriteNumber("fromUtcMs", day.FromUtcMs);
        json.WriteNumber("toUtcMs", day.ToUtcMs);
        json.WriteStartArray("devices");
        day.Devices.ToList().ForEach(d => json.WriteStringValue(d.Serial));
        json.WriteEndArray();
    }

    private static void WriteMishap(Utf8JsonWriter json, Mishap mishap)
    {
        json.WriteString("id", mishap.Id);
        json.WriteNumber("activation", mishap.Activation.Id);
        json.WriteString("where", mishap.Where);
    }

    private static void WriteCheck(Utf8JsonWriter json, Check check)
    {
        json.WriteString("device", check.Device.Serial);
        json.WriteNumber("fromUtcMs", check.FromUtcMs);
        json.WriteNumber("toUtcMs", check.ToUtcMs);
    }

    private static void WriteNote(Utf8JsonWriter json, WorkshopNote note)
    {
        json.WriteString("device", note.Device.Serial);
        json.WriteString("kind", note.Kind);
        json.WriteNumber("fromUtcMs", note.FromUtcMs);
        if (note.UntilUtcMs >= 0)
        {
            json.WriteNumber("untilUtcMs", note.UntilUtcMs);
        }
    }

    private static void WriteChange(Utf8JsonWriter json, DeviceChange change)
    {
        json.WriteString("id", change.Id);
        json.WriteString("device", change.Device.Serial);
        json.WriteString("what", change.What);
        json.WriteNumber("utcMs", change.AtUtcMs);
    }

    private static void WriteFault(Utf8JsonWriter json, DeviceFault fault)
    {
        json.WriteString("device", fault.Device.Serial);
        json.WriteString("what", fault.What);
        json.WriteNumber("utcMs", fault.AtUtcMs);
    }

    private static void WriteVisit(Utf8JsonWriter json, DockVisit visit)
    {
        json.WriteNumber("id", visit.Id);
        json.WriteString("dock", visit.Dock.Name);
        json.WriteNumber("utcMs", visit.TrueUtcMs);
        json.WriteString("device", visit.Device.Serial);
        json.WriteString("carrier", visit.Carrier);
        json.WriteNumber("clockErrorMs", visit.ClockErrorMs);
        json.WriteBoolean("complete", !visit.IsCut);
        if (SessionHeads.GradeOf(visit, live: true) is not HeadGrade.None and var grade)
        {
            json.WriteString("headGrade", grade.ToString());
        }
    }

    private static void WriteLog(Utf8JsonWriter json, DeviceLog log)
    {
        WriteKey(json, log.Key);
        json.WriteNumber("first", 0);
        json.WriteStartArray("utcMs");
        for (var sequence = 0UL; sequence < log.Next; sequence++)
        {
            json.WriteNumberValue(log.TrueUtcMsAt(sequence));
        }

        json.WriteEndArray();
        json.WriteStartArray("code");
        for (var sequence = 0UL; sequence < log.Next; sequence++)
        {
            json.WriteNumberValue((int)log.RecordAt(sequence).Code);
        }

        json.WriteEndArray();
        List(json, "delivered", log.Delivered.Runs, WriteRange);
        List(
            json,
            "lost",
            log.Lost,
            static (j, l) =>
            {
                WriteRange(j, l.Range);
                j.WriteString("why", LossText(l.Why));
            }
        );
    }

    private static void WriteCorruption(Utf8JsonWriter json, Corruption corruption)
    {
        json.WriteString("document", corruption.Document);
        json.WriteNumber("index", corruption.RowIndex);
        json.WriteString("row", corruption.Row);
        json.WriteString("field", corruption.Field);
        Optional(json, "before", corruption.Before);
        Optional(json, "after", corruption.After);
        json.WriteString("cause", corruption.Cause);
    }

    private static Corruption AsCorruption(Alteration a, int index) =>
        new(
            "log",
            index,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{a.Log.Key.Device}/{a.Log.Key.Log.ToString().ToLowerInvariant()}/{a.Log.Key.Epoch.Number}/{a.Sequence}"
            ),
            "durationMs",
            a.Before.DurationMs.ToString(CultureInfo.InvariantCulture),
            a.After.DurationMs.ToString(CultureInfo.InvariantCulture),
            "altered by " + a.Visit.Dock.Name + " in visit " + a.Visit.Id.ToString(CultureInfo.InvariantCulture)
        );

    private static void WriteRange(Utf8JsonWriter json, SequenceRange range)
    {
        json.WriteNumber("first", range.First);
        json.WriteNumber("count", range.Count);
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, value);
        }
    }

    internal static void List<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
            FlushSome(json);
        }

        json.WriteEndArray();
    }

    /// <summary>The writer holds everything until it is told to write it out.</summary>
    internal static void FlushSome(Utf8JsonWriter json)
    {
        if (json.BytesPending > PendingBytesMax)
        {
            json.Flush();
        }
    }

    private static string PurposeText(Purpose purpose) =>
        purpose switch
        {
            Purpose.FunctionTest => "test",
            Purpose.Training => "training",
            Purpose.Maintenance => "maintenance",
            Purpose.Operational => "operational",
            _ => "unintentional",
        };

    private static string LossText(Loss loss) =>
        loss switch
        {
            Loss.MemoryWrap => "memory-wrap",
            Loss.MemoryFault => "memory-fault",
            Loss.LogCleared => "log-cleared",
            _ => "pack-lost",
        };
}
