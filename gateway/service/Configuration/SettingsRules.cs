using System.Net;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Ingest.Trust;
using TaserTelemetry.Gateway.TimeSeries;

namespace TaserTelemetry.Gateway.Configuration;

/// <summary>Rules between settings: what a single value cannot show. Every fault is collected, none throws.</summary>
internal static class SettingsRules
{
    public static void Check(GatewaySettings settings, List<string> faults)
    {
        Folders(settings, faults);
        Broker(settings.Mqtt, faults);
        Listener("mqtt", settings.Mqtt.Broker.Length > 0 ? null : settings.Mqtt, faults);
        Listener("http", settings.Http, faults);
        if (settings.Http.Listen.Length == 0)
        {
            faults.Add("http:listen must name an address: health is asked there.");
        }
        Docks(settings, faults);
        OtherReceiptKeys(settings.OtherReceiptKeys, faults);
        Credit(settings, faults);
        Unacked(settings, faults);
        KeepingRules.Check(settings, faults);
        TimeSeriesRules.Check(settings.TimeSeries, faults);
    }

    public static bool TryEndpoint(string text, out IPEndPoint endpoint)
    {
        endpoint = new IPEndPoint(IPAddress.Loopback, 0);
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return false;
        }
        var host = text[..colon] == "localhost" ? "127.0.0.1" : text[..colon];
        if (!IPEndPoint.TryParse(host + text[colon..], out var parsed))
        {
            return false;
        }
        endpoint = parsed;
        return true;
    }

    private static void Folders(GatewaySettings settings, List<string> faults)
    {
        if (settings.Data.Length == 0 || settings.Keys.Length == 0)
        {
            faults.Add("data and keys must each name a folder.");
            return;
        }
        // Keys in DATA would travel with every copy of the evidence: whoever holds a copy could then sign a different past.
        var data = Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Data)) + Path.DirectorySeparatorChar;
        var keys = Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Keys)) + Path.DirectorySeparatorChar;
        if (keys.StartsWith(data, StringComparison.Ordinal))
        {
            faults.Add($"keys ({settings.Keys}) must lie outside data ({settings.Data}): a copy of DATA must not carry the signing key.");
        }
    }

    private static void OtherReceiptKeys(List<string> keys, List<string> faults)
    {
        if (keys.Count > OtherReceipts.KeysMax)
        {
            faults.Add($"otherReceiptKeys may name at most {OtherReceipts.KeysMax} keys; there are {keys.Count}.");
        }
        for (var i = 0; i < keys.Count; i++)
        {
            if (OtherReceipts.Parse(keys[i]) is null)
            {
                faults.Add(
                    $"otherReceiptKeys:{i} must be the receipt line that 'taser-gateway keys' prints at the other gateway, from its name on."
                );
            }
        }
    }

    private static void Broker(MqttSettings mqtt, List<string> faults)
    {
        if (mqtt.Broker.Length == 0)
        {
            return;
        }
        if (!Uri.TryCreate(mqtt.Broker, UriKind.Absolute, out var uri) || uri.Scheme is not ("mqtt" or "mqtts") || uri.Host.Length == 0)
        {
            faults.Add($"mqtt:broker must be mqtt://HOST:PORT or mqtts://HOST:PORT, not '{mqtt.Broker}'.");
        }
        else if (uri.Scheme == "mqtt" && mqtt.BrokerPasswordFile.Length > 0 && !uri.IsLoopback)
        {
            faults.Add("mqtt:brokerPasswordFile with mqtt:// would send the password in the clear; use mqtts://.");
        }
        if (mqtt.BrokerCertificateFile.Length > 0 != mqtt.BrokerKeyFile.Length > 0)
        {
            faults.Add("mqtt:brokerCertificateFile and mqtt:brokerKeyFile go together.");
        }
        foreach (
            var (name, path) in new[]
            {
                ("brokerPasswordFile", mqtt.BrokerPasswordFile),
                ("brokerCaFile", mqtt.BrokerCaFile),
                ("brokerCertificateFile", mqtt.BrokerCertificateFile),
                ("brokerKeyFile", mqtt.BrokerKeyFile),
            }
        )
        {
            Exists("mqtt:" + name, path, faults);
        }
    }

    private static void Listener(string name, ListenerSettings? listener, List<string> faults)
    {
        if (listener is null || listener.Listen.Length == 0)
        {
            return;
        }
        if (!TryEndpoint(listener.Listen, out var endpoint))
        {
            faults.Add($"{name}:listen must be ADDRESS:PORT, for example 127.0.0.1:0, not '{listener.Listen}'.");
            return;
        }
        var (certificate, key, authority) = (listener.CertificateFile, listener.KeyFile, listener.ClientCaFile);
        if (certificate.Length > 0 != key.Length > 0)
        {
            faults.Add($"{name}:certificateFile and {name}:keyFile go together.");
        }
        if (!IPAddress.IsLoopback(endpoint.Address) && (certificate.Length == 0 || authority.Length == 0))
        {
            faults.Add(
                $"{name}:listen is {listener.Listen}, which others can reach: it needs {name}:certificateFile, {name}:keyFile and {name}:clientCaFile, or an address of 127.0.0.1."
            );
        }
        Exists($"{name}:certificateFile", certificate, faults);
        Exists($"{name}:keyFile", key, faults);
        Exists($"{name}:clientCaFile", authority, faults);
    }

    private static void Docks(GatewaySettings settings, List<string> faults)
    {
        foreach (var twice in settings.Docks.GroupBy(d => d.Name, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            faults.Add($"docks names {twice.Key} more than once; a dock's name is unique in a ledger.");
        }
        foreach (var device in settings.Devices.Where(d => !LeafName.IsPlain(d.Model) || !LeafName.IsPlain(d.Armoury)))
        {
            faults.Add($"devices: model and armoury of {device.Serial} must each be at most 32 printable ASCII characters without spaces.");
        }
        foreach (
            var (name, key) in settings
                .Docks.Select(d => (d.Name, d.PublicKey))
                .Concat(settings.Devices.Select(d => (d.Serial, d.PublicKey)))
        )
        {
            if (!Ingest.Trust.EnrolledKey.TryParse(key, out _))
            {
                faults.Add($"publicKey of {name} must be {Ingest.Trust.EnrolledKey.Form}.");
            }
        }
        foreach (var twice in settings.Devices.GroupBy(d => d.Serial, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            faults.Add($"devices names {twice.Key} more than once.");
        }
        foreach (var twice in settings.SerialPorts.GroupBy(p => p.Path, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            faults.Add($"serialPorts names {twice.Key} more than once.");
        }
    }

    private static void Credit(GatewaySettings settings, List<string> faults)
    {
        // Withheld PUBACKs do not hold a broker back (wire 11); credits do, if they stay below what it queues.
        var queue = settings.Mqtt.BrokerQueueMessages;
        if (settings.Mqtt.Broker.Length > 0 && queue > 0 && settings.Limits.CreditBatchesMax >= queue)
        {
            faults.Add(
                $"limits:creditBatchesMax ({settings.Limits.CreditBatchesMax}) must lie below mqtt:brokerQueueMessages ({queue}): what docks may have in flight must fit the broker's queue."
            );
        }
    }

    /// <summary>What docks may have in flight must fit what is held for PUBACKs, each message with its overhead.</summary>
    private static void Unacked(GatewaySettings settings, List<string> faults)
    {
        var limits = settings.Limits;
        var needed = limits.CreditBytesMax + ((long)limits.CreditBatchesMax * Ingest.Inbound.OverheadBytes);
        if (settings.Mqtt.Broker.Length > 0 && needed > limits.UnackedBytesMax)
        {
            faults.Add(
                $"limits:creditBytesMax ({limits.CreditBytesMax}) and {Ingest.Inbound.OverheadBytes} bytes for each of limits:creditBatchesMax ({limits.CreditBatchesMax}) come to {needed}, more than limits:unackedBytesMax ({limits.UnackedBytesMax}): docks within their credit would make the gateway leave its broker. Lower the first two or raise the third."
            );
        }
    }

    private static void Exists(string name, string path, List<string> faults)
    {
        if (path.Length > 0 && !File.Exists(path))
        {
            faults.Add($"{name}: there is no file {path}.");
        }
    }
}
