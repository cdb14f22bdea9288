using System.Text.Json;
using TaserTelemetry.Simulator.Docking;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>
/// What a gateway must know of the force, as its configuration takes it (<c>--config</c>): docks and devices with the public keys of
/// those that sign.
/// </summary>
internal static class EnrolmentFile
{
    public static void Write(Stream output, History history)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteStartArray("docks");
        foreach (var dock in history.Armouries.SelectMany(a => a.Docks))
        {
            json.WriteStartObject();
            json.WriteString("name", dock.Name);
            json.WriteString("force", history.Scenario.Force);
            json.WriteString("armoury", dock.Armoury.Name);
            WriteKey(json, history, dock.Signs, dock.Name);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("devices");
        foreach (var device in history.Devices)
        {
            json.WriteStartObject();
            json.WriteString("serial", device.Serial);
            json.WriteString("model", device.Model.Name.Replace(' ', '-'));
            json.WriteString("force", history.Scenario.Force);
            json.WriteString("armoury", device.Armoury.Name);
            WriteKey(json, history, device.Signs, device.Serial);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.Write("\n"u8);
    }

    private static void WriteKey(Utf8JsonWriter json, History history, bool signs, string signer)
    {
        if (signs)
        {
            json.WriteBase64String("publicKey", SigningKeys.PublicKey(history.Seed, signer));
        }
    }
}
