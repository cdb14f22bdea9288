using TaserTelemetry.Gateway.Configuration;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// Whether the broker should still hold this gateway's session: it was there before, under this name. Kept in DATA, since a restart of the gateway
/// must not hide what was lost meanwhile; a file that is gone costs a remark, not a record.
/// </summary>
internal sealed class ExpectedSession(GatewaySettings settings)
{
    public const string FileName = "broker-session";
    private readonly string path = Path.Combine(settings.Data, FileName);

    private string Content => $"{settings.Mqtt.Broker} {settings.Name}\n";

    public bool IsExpected()
    {
        try
        {
            return File.Exists(path) && File.ReadAllText(path) == Content;
        }
        catch (IOException)
        {
            return false; // derived: what cannot be read is as good as gone
        }
    }

    /// <summary>From now on a session is expected there.</summary>
    public void Remember()
    {
        if (IsExpected())
        {
            return;
        }
        try
        {
            File.WriteAllText(path, Content);
        }
        catch (IOException)
        {
            // A full disk: the next connection writes it, and until then a lost session is told in the log alone.
        }
    }
}
