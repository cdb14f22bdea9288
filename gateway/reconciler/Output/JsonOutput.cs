using System.Text.Encodings.Web;
using System.Text.Json;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>The result as one JSON document, schema "taser-reconcile/1" (PROFILES.md). Members are only ever added within a version.</summary>
public static class JsonOutput
{
    /// <summary>Name of the schema.</summary>
    public const string Schema = "taser-reconcile/1";

    /// <summary>Writes it; the stream stays open.</summary>
    public static void Write(ReconciliationResult result, Stream output)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var w = new Utf8JsonWriter(
            output,
            new JsonWriterOptions
            {
                Indented = true,
                NewLine = "\n",
                Encoder = JavaScriptEncoder.Default,
            }
        );
        w.WriteStartObject();
        w.WriteString("schema", Schema);
        w.WriteString("asOf", TimeInterval.Text(result.AsOfNs));
        w.WriteString("from", TimeInterval.Text(result.FromNs));
        w.WriteString("to", TimeInterval.Text(result.ToNs));
        w.WriteString("ruleSet", result.RuleSet);
        w.WriteString("ruleSetSha256", result.RuleSetSha256);
        Account(w, result.Account);
        Coverage(w, result.Coverage);
        Decisions(w, result.Decisions);
        w.WriteStartArray("notTestable");
        foreach (var item in result.NotTestable)
        {
            w.WriteStartObject();
            w.WriteString("rule", item.RuleId);
            w.WriteString("reason", item.Reason);
            w.WriteNumber("subjects", item.Count);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteStartArray("cases");
        foreach (var item in result.Cases)
        {
            w.WriteStartObject();
            w.WriteString("id", item.Id);
            w.WritePropertyName("primary");
            Finding(w, item.Primary);
            w.WriteStartArray("consequences");
            foreach (var consequence in item.Consequences)
            {
                Finding(w, consequence);
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        w.WriteEndArray();
        Uses(w, result);
        Reports(w, result.Reports);
        Imports(w, result.Imports);
        w.WriteEndObject();
    }

    private static void Account(Utf8JsonWriter w, Account a)
    {
        w.WriteStartObject("account");
        w.WriteStartObject("activations");
        w.WriteNumber("all", a.Activations);
        w.WriteNumber("matched", a.ActivationsMatched);
        Reasons(w, "excused", a.ActivationsExcused);
        Reasons(w, "waiting", a.ActivationsWaiting);
        w.WriteNumber("unaccounted", a.ActivationsUnaccounted);
        w.WriteEndObject();
        w.WriteStartObject("reports");
        w.WriteNumber("all", a.Reports);
        w.WriteNumber("matched", a.ReportsMatched);
        Reasons(w, "notTestable", a.ReportsNotTestable);
        w.WriteNumber("notBorneOut", a.ReportsNotBorneOut);
        w.WriteEndObject();
        if (a.Cartridges is { } c)
        {
            w.WriteStartObject("cartridges");
            w.WriteNumber("opening", c.Opening);
            w.WriteNumber("received", c.Received);
            w.WriteNumber("used", c.Used);
            w.WriteNumber("training", c.Training);
            w.WriteNumber("returned", c.Returned);
            w.WriteNumber("closing", c.Closing);
            w.WriteNumber("unaccounted", c.Unaccounted);
            w.WriteEndObject();
        }

        w.WriteStartObject("uses");
        w.WriteNumber("all", a.Uses);
        if (a.UsesExamined is { } examined)
        {
            w.WriteNumber("examined", examined);
        }
        else
        {
            w.WriteNull("examined");
        }

        w.WriteEndObject();
        w.WriteBoolean("addsUp", a.AddsUp);
        w.WriteEndObject();
    }

    private static void Decisions(Utf8JsonWriter w, IReadOnlyList<DecisionLine>? decisions)
    {
        if (decisions is null)
        {
            w.WriteNull("decisions");
            return;
        }

        w.WriteStartArray("decisions");
        foreach (var d in decisions)
        {
            w.WriteStartObject();
            w.WriteString("subject", d.Subject);
            w.WriteString("id", d.Id);
            w.WriteString("code", d.Code);
            w.WriteString("actor", d.Actor);
            w.WriteString("at", TimeInterval.Text(d.AtNs));
            w.WriteBoolean("comment", d.Comment.State != CommentState.None);
            w.WriteString("commentState", d.Comment.State.ToString());
            w.WriteString("commentText", d.Comment.Text ?? "");
            w.WriteString("standing", d.Standing.ToString());
            w.WriteNumber("leaf", d.Leaf.Index);
            w.WriteString("leafHash", d.Leaf.Hash.ToString());
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Coverage(Utf8JsonWriter w, Coverage coverage)
    {
        w.WriteStartObject("coverage");
        w.WriteBoolean("hasRegister", coverage.HasRegister);
        w.WriteNumber("deviceDays", coverage.DeviceDays);
        w.WriteNumber("completeDays", coverage.CompleteDays);
        Reasons(w, "reasons", coverage.Reasons);
        Texts(w, "notInRegister", coverage.NotInRegister);
        w.WriteStartArray("disposed");
        foreach (var total in coverage.Disposed)
        {
            w.WriteStartObject();
            w.WriteString("class", total.Class);
            w.WriteString("month", total.Month);
            w.WriteNumber("records", total.Records);
            w.WriteNumber("bytes", total.Bytes);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void Finding(Utf8JsonWriter w, Finding f)
    {
        w.WriteStartObject();
        w.WriteString("id", f.Id);
        w.WriteString("rule", f.RuleId);
        w.WriteNumber("ruleVersion", f.RuleVersion);
        w.WriteString("kind", f.Kind.ToString());
        w.WriteNumber("priority", f.Priority);
        w.WriteString("wording", f.Wording);
        w.WriteString("clears", f.Clears);
        w.WriteString("doesNotSay", f.DoesNotSay);
        if (f.When is { } when)
        {
            w.WriteString("from", TimeInterval.Text(when.LowNs));
            w.WriteString("to", TimeInterval.Text(when.HighNs));
        }

        w.WriteStartObject("subjects");
        Texts(w, "devices", f.Subjects.Devices);
        Texts(w, "reports", f.Subjects.Reports);
        Texts(w, "issues", f.Subjects.Issues);
        Texts(w, "officers", f.Subjects.Officers);
        Texts(w, "cartridges", f.Subjects.Cartridges);
        Texts(w, "incidents", f.Subjects.Incidents);
        Texts(w, "places", f.Subjects.Places);
        w.WriteEndObject();
        w.WriteNumber("factCount", f.FactCount);
        w.WriteStartArray("facts");
        foreach (var fact in f.Facts)
        {
            w.WriteStartObject();
            w.WriteString("device", fact.Device);
            w.WriteNumber("log", (int)fact.Log);
            w.WriteNumber("epoch", fact.Epoch.Number);
            w.WriteString("incarnation", fact.Epoch.Incarnation.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
            w.WriteNumber("sequence", fact.Sequence);
            w.WriteNumber("leaf", fact.Leaf.Index);
            w.WriteString("leafHash", fact.Leaf.Hash.ToString());
            w.WriteString("grade", CellText.Grade(fact.Grade));
            w.WriteEndObject();
        }

        w.WriteEndArray();
        Texts(w, "rows", f.Rows);
        w.WriteStartObject("parameters");
        foreach (var parameter in f.Parameters)
        {
            w.WriteString(parameter.Name, parameter.Value);
        }

        w.WriteEndObject();
        w.WriteEndObject();
    }

    private static void Reports(Utf8JsonWriter w, IReadOnlyList<ReportLine> reports)
    {
        w.WriteStartArray("reports");
        foreach (var line in reports)
        {
            w.WriteStartObject();
            w.WriteString("reportId", line.ReportId);
            w.WriteNumber("version", line.Version);
            w.WriteString("outcome", line.Outcome.ToString());
            w.WriteString("reason", line.Reason);
            w.WriteString("useId", line.UseId);
            w.WriteNumber("score", line.Score);
            w.WriteString("scoreParts", line.ScoreParts);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Imports(Utf8JsonWriter w, IReadOnlyList<ImportAnswer> imports)
    {
        w.WriteStartArray("imports");
        foreach (var import in imports)
        {
            w.WriteStartObject();
            w.WriteString("file", import.File);
            w.WriteString("profile", import.Profile);
            w.WriteString("encoding", import.Encoding);
            w.WriteString("sha256", import.Sha256);
            w.WriteBoolean("usable", import.Usable);
            w.WriteNumber("rowsRead", import.RowsRead);
            w.WriteNumber("rowsUnderstood", import.RowsUnderstood);
            w.WriteNumber("rowsNotAboutCed", import.RowsNotAboutCed);
            w.WriteNumber("rowsPassedOver", import.RowsPassedOver);
            Texts(w, "columnsUnknown", import.ColumnsUnknown);
            Texts(w, "columnsMissing", import.ColumnsMissing);
            Texts(w, "columnsRefused", import.ColumnsRefused.Select(c => c.Column + ": " + c.Reason + ": " + string.Join(" | ", c.Rows)));
            Texts(w, "notes", import.Notes);
            Texts(w, "rejects", import.Rejects.Select(r => FormattableString.Invariant($"{r.Line}: {r.Column}: {r.Cell}: {r.Reason}")));
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Uses(Utf8JsonWriter w, ReconciliationResult result)
    {
        var activations = result.Activations.ToLookup(a => a.UseId, StringComparer.Ordinal);
        w.WriteStartArray("uses");
        foreach (var use in result.Uses)
        {
            w.WriteStartObject();
            w.WriteString("useId", use.UseId);
            w.WriteString("device", use.Device);
            w.WriteString("from", TimeInterval.Text(use.When.LowNs));
            w.WriteString("to", TimeInterval.Text(use.When.HighNs));
            w.WriteNumber("activationMs", use.ActivationMs);
            if (use.Examined is { } examined)
            {
                w.WriteBoolean("examined", examined);
            }

            Texts(w, "reports", use.Reports);
            w.WriteStartArray("activations");
            foreach (var activation in activations[use.UseId])
            {
                w.WriteStartObject();
                w.WriteNumber("sequence", activation.Sequence);
                w.WriteNumber("leaf", activation.Leaf.Index);
                w.WriteString("leafHash", activation.Leaf.Hash.ToString());
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Reasons(Utf8JsonWriter w, string name, IReadOnlyList<ReasonCount> reasons)
    {
        w.WriteStartArray(name);
        foreach (var reason in reasons)
        {
            w.WriteStartObject();
            w.WriteString("reason", reason.Reason);
            w.WriteNumber("count", reason.Count);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter w, string name, IEnumerable<string> texts)
    {
        w.WriteStartArray(name);
        foreach (string text in texts)
        {
            w.WriteStringValue(text);
        }

        w.WriteEndArray();
    }
}
