using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>How the gateway meets an external broker, as MQTTnet wants it said.</summary>
internal static class BrokerOptions
{
    private const int PlainPort = 1883;
    private const int SecurePort = 8883;

    // Unacked messages the broker may have out to us at once. Flow control is the docks' credit (wire 11); this only spares a resend.
    private const ushort ReceiveMaximum = 8_192;

    public static MqttClientOptions Client(GatewaySettings settings, ulong connectionId, TimeProvider clock)
    {
        var mqtt = settings.Mqtt;
        var address = new Uri(mqtt.Broker);
        var secure = address.Scheme == "mqtts";
        var builder = new MqttClientOptionsBuilder()
            .WithProtocolVersion(MqttProtocolVersion.V500)
            .WithTcpServer(
                address.Host,
                address.Port > 0 ? address.Port
                    : secure ? SecurePort
                    : PlainPort
            )
            .WithClientId(settings.Name)
            .WithCleanStart(false)
            .WithSessionExpiryInterval((uint)mqtt.SessionExpirySeconds)
            .WithReceiveMaximum(ReceiveMaximum)
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(20))
            .WithTimeout(TimeSpan.FromSeconds(10))
            .WithWillTopic(Topics.GatewayState(settings.Name))
            .WithWillPayload(Presence(settings.Name, false, connectionId, clock))
            .WithWillRetain()
            .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        if (mqtt.BrokerUser.Length > 0)
        {
            var password = mqtt.BrokerPasswordFile.Length > 0 ? File.ReadAllText(mqtt.BrokerPasswordFile).TrimEnd('\r', '\n') : "";
            builder = builder.WithCredentials(mqtt.BrokerUser, password);
        }
        if (secure)
        {
            builder = builder.WithTlsOptions(tls => Tls(tls, mqtt, address.Host));
        }
        return builder.Build();
    }

    /// <summary>Only hello is shared among gateways; a shared subscription alternates one dock's messages (wire 17, tried).</summary>
    public static MqttClientSubscribeOptions Subscriptions(string gateway) =>
        new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(Topics.HelloFilterShared, MqttQualityOfServiceLevel.AtLeastOnce, retainAsPublished: true)
            .WithTopicFilter(Topics.UpFilter(gateway), MqttQualityOfServiceLevel.AtLeastOnce, retainAsPublished: true)
            .WithTopicFilter(Topics.StateFilter, MqttQualityOfServiceLevel.AtLeastOnce)
            .WithTopicFilter(GatewayTopics.Probe(gateway), MqttQualityOfServiceLevel.AtLeastOnce)
            .Build();

    /// <summary>Birth or will as a frame of its own (SPEC clause 4.5).</summary>
    public static byte[] Presence(string gateway, bool online, ulong connectionId, TimeProvider clock) =>
        FrameWriter.ToArray(0, 0, new State(online, connectionId, UnixTime.NowNs(clock), gateway));

    private static void Tls(MqttClientTlsOptionsBuilder tls, MqttSettings mqtt, string host)
    {
        tls.UseTls().WithTargetHost(host);
        if (mqtt.BrokerCaFile.Length > 0)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(mqtt.BrokerCaFile);
            tls.WithTrustChain(authorities);
        }
        if (mqtt.BrokerCertificateFile.Length > 0)
        {
            try
            {
                tls.WithClientCertificates([X509Certificate2.CreateFromPemFile(mqtt.BrokerCertificateFile, mqtt.BrokerKeyFile)]);
            }
            catch (System.Security.Cryptography.CryptographicException broken)
            {
                throw new StartRefusedException(
                    $"The certificate {mqtt.BrokerCertificateFile} with its key cannot be used: {broken.Message}",
                    broken
                );
            }
        }
    }
}
