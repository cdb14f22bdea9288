using System.Security.Cryptography.X509Certificates;
using MQTTnet;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>Who comes with no certificate, a stranger's, one that has run out or another dock's is not let in; the dock itself is.</summary>
public sealed class WrongCertificateTests : IDisposable
{
    private static readonly DockAddress OtherDock = RunningGateway.Dock with { Dock = "dock-2" };
    private readonly Ground ground = new();
    private readonly Ground strangers = new();

    public void Dispose()
    {
        ground.Dispose();
        strangers.Dispose();
    }

    [Fact]
    public async Task The_embedded_broker_lets_in_only_whom_the_authority_named_under_its_own_name()
    {
        using var certificates = Authority("gw1");
        await using var gateway = await RunningGateway.StartAsync(settings =>
        {
            settings.Mqtt.CertificateFile = ground.At("gw1.pem");
            settings.Mqtt.KeyFile = ground.At("gw1.key");
            settings.Mqtt.ClientCaFile = certificates.AuthorityFile;
        });
        await OnlyItsOwnAsync($"mqtts://localhost:{new Uri(gateway.Mqtt).Port}", certificates);
        Assert.All(gateway.Leaves<Evidence.Leaves.StoredBatch>(), batch => Assert.Equal("dock-1", batch.Arrival.Place.Dock));
        Assert.Empty(gateway.Leaves<Evidence.Leaves.Quarantined>());
    }

    [Fact]
    public async Task A_gateway_does_not_speak_to_a_broker_that_its_authority_did_not_name()
    {
        using var certificates = Authority("gw1");
        using var stranger = new TestCertificates(strangers.Folder);
        stranger.Issue("broker").Dispose();
        await using var broker = await Mosquitto.StartAsync(
            ground,
            "allow_anonymous true",
            $"certfile {strangers.At("broker.pem")}",
            $"keyfile {strangers.At("broker.key")}"
        );
        await using var gateway = await RunningGateway.StartAsync(settings =>
        {
            settings.Mqtt.Broker = $"mqtts://localhost:{broker.Port}";
            settings.Mqtt.BrokerCaFile = certificates.AuthorityFile;
        });
        await Ground.UntilAsync(() => Task.FromResult(gateway.Readiness.Report().Problems.Count > 0), "the broker to be refused");
        Assert.False(gateway.Readiness.Report().Ready);
        Assert.DoesNotContain("New client connected", broker.Log, StringComparison.Ordinal);
    }

    private TestCertificates Authority(string server)
    {
        var certificates = new TestCertificates(ground.Folder);
        certificates.Issue(server).Dispose();
        return certificates;
    }

    private async Task OnlyItsOwnAsync(string url, TestCertificates certificates)
    {
        using var own = certificates.Issue("dock-1");
        using var expired = certificates.IssueExpired("dock-1");
        using var others = new TestCertificates(strangers.Folder);
        using var strange = others.Issue("dock-1");
        await TurnedAwayAsync(url, RunningGateway.Dock, null);
        await TurnedAwayAsync(url, RunningGateway.Dock, strange);
        await TurnedAwayAsync(url, RunningGateway.Dock, expired);
        await TurnedAwayAsync(url, OtherDock, own);
        await using var dock = await TestDock.ConnectAsync(url, RunningGateway.Dock, options => With(options, own));
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 5));
    }

    private async Task TurnedAwayAsync(string url, DockAddress address, X509Certificate2? certificate)
    {
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var dock = await TestDock.ConnectAsync(url, address, options => With(options, certificate));
        });
    }

    private void With(MqttClientOptionsBuilder options, X509Certificate2? certificate)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(ground.At("ca.pem"));
        options.WithTlsOptions(tls =>
            tls.UseTls()
                .WithTargetHost("localhost")
                .WithTrustChain(authorities)
                .WithClientCertificates(certificate is null ? [] : [certificate])
        );
    }
}
