using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>A listener's certificate and the authority whose certificates it accepts, both from files.</summary>
internal sealed class ListenerCertificates : IDisposable
{
    private readonly X509Certificate2 own;
    private readonly X509Certificate2Collection authorities;

    private ListenerCertificates(X509Certificate2 own, X509Certificate2Collection authorities)
    {
        this.own = own;
        this.authorities = authorities;
    }

    /// <summary>Null when the listener has no certificate: then it speaks plainly, on loopback only.</summary>
    public static ListenerCertificates? Load(ListenerSettings settings)
    {
        if (settings.CertificateFile.Length == 0)
        {
            return null;
        }
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.KeyFile);
            var trusted = new X509Certificate2Collection();
            if (settings.ClientCaFile.Length > 0)
            {
                trusted.ImportFromPemFile(settings.ClientCaFile);
            }
            return new ListenerCertificates(certificate, trusted);
        }
        catch (Exception broken) when (broken is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(
                $"The certificate {settings.CertificateFile} with its key cannot be used: {broken.Message}",
                broken
            );
        }
    }

    public X509Certificate2 Own => own;

    public bool AsksForClients => authorities.Count > 0;

    /// <summary>True for a certificate that one of the listener's authorities signed, or when it asks for none.</summary>
    public bool Trusts(X509Certificate? peer) => !AsksForClients || Signed(peer, authorities);

    public SslServerAuthenticationOptions ServerOptions() =>
        new()
        {
            ServerCertificate = own,
            ClientCertificateRequired = AsksForClients,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => Trusts(certificate),
        };

    /// <summary>True when the chain ends at one of the authorities given, and at no other.</summary>
    public static bool Signed(X509Certificate? certificate, X509Certificate2Collection authorities)
    {
        if (certificate is not X509Certificate2 peer)
        {
            return false;
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(peer);
    }

    public void Dispose() => own.Dispose();
}
