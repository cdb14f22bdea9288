using System.Text.Json;
using TaserTelemetry.Simulator.Documents;

namespace TaserTelemetry.Simulator.Truth;

/// <summary>Every row of every document as it should have read, written or not.</summary>
internal sealed class TruthDocuments(Utf8JsonWriter json) : IRowTaker
{
    public void Begin(DocumentTable table)
    {
        json.WriteStartObject();
        json.WriteString("name", table.Name);
        json.WriteStartArray("columns");
        foreach (var column in table.Columns)
        {
            json.WriteStringValue(column);
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
    }

    public void Take(DocumentTable table, DocumentRow row)
    {
        json.WriteStartArray();
        Array.ForEach(row.Truth, json.WriteStringValue);
        json.WriteEndArray();
        TruthFile.FlushSome(json);
    }

    public void End(DocumentTable table)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
