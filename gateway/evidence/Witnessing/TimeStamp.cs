using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace TaserTelemetry.Evidence.Witnessing;

/// <summary>What a time-stamp token over a checkpoint says.</summary>
/// <param name="Holds">The authority's signature holds over these very bytes.</param>
/// <param name="Trusted">Its certificate leads to one of the roots given, and is for time-stamping.</param>
/// <param name="Time">The time that it asserts; meaningful while it holds.</param>
/// <param name="Signer">Subject of the signing certificate; empty when none was found.</param>
/// <param name="Why">What does not hold; empty when all does.</param>
public readonly record struct TimeStampVerdict(bool Holds, bool Trusted, DateTimeOffset Time, string Signer, string Why);

/// <summary>
/// RFC 3161 requests and tokens over a checkpoint as signed: bytes in, bytes out. Whoever has the network sends them. Certificates are
/// never downloaded and revocation is not asked: an offline check answers from what it was given.
/// </summary>
public static class TimeStamp
{
    /// <summary>Longest answer read.</summary>
    public const int AnswerBytesMax = 1 << 20;

    private const string TimeStampingPurpose = "1.3.6.1.5.5.7.3.8";

    /// <summary>A request for a token over the note's bytes, with a nonce, asking for the authority's certificate. DER.</summary>
    public static byte[] Request(ReadOnlySpan<byte> checkpointNote, ReadOnlySpan<byte> nonce) =>
        Rfc3161TimestampRequest
            .CreateFromData(checkpointNote, HashAlgorithmName.SHA256, nonce: nonce.ToArray(), requestSignerCertificates: true)
            .Encode();

    /// <summary>The token out of an authority's answer to that request; null, and why, when it is none or answers something else.</summary>
    public static byte[]? TokenOf(ReadOnlySpan<byte> request, ReadOnlyMemory<byte> untrustedAnswer, out string why)
    {
        if (untrustedAnswer.Length > AnswerBytesMax || !Rfc3161TimestampRequest.TryDecode(request.ToArray(), out var asked, out _))
        {
            why = $"the answer has {untrustedAnswer.Length:N0} bytes, at most {AnswerBytesMax:N0} are read";
            return null;
        }
        try
        {
            why = "";
            return asked.ProcessResponse(untrustedAnswer, out _).AsSignedCms().Encode();
        }
        catch (CryptographicException e)
        {
            why = $"the authority's answer is not a token for this request: {e.Message}";
            return null;
        }
    }

    /// <summary>Checks a token (DER, or the whole answer that holds one) over the note's bytes against the roots given.</summary>
    public static TimeStampVerdict Verify(
        ReadOnlyMemory<byte> untrustedToken,
        ReadOnlySpan<byte> checkpointNote,
        X509Certificate2Collection roots
    )
    {
        ArgumentNullException.ThrowIfNull(roots);
        if (untrustedToken.Length > AnswerBytesMax || !Rfc3161TimestampToken.TryDecode(untrustedToken, out var token, out _))
        {
            return new TimeStampVerdict(false, false, default, "", "it is no RFC 3161 token");
        }
        if (!token.VerifySignatureForData(checkpointNote, out var signer))
        {
            return new TimeStampVerdict(false, false, default, "", "its signature does not hold over this checkpoint");
        }
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ExtraStore.AddRange(token.AsSignedCms().Certificates);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = token.TokenInfo.Timestamp.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(TimeStampingPurpose));
        var trusted = roots.Count > 0 && chain.Build(signer);
        var why =
            trusted ? ""
            : roots.Count == 0 ? "no root of the authority was given"
            : string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()).Distinct());
        return new TimeStampVerdict(true, trusted, token.TokenInfo.Timestamp, signer.Subject, why);
    }
}
