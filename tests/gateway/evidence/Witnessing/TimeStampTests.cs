using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using TaserTelemetry.Evidence.Witnessing;

namespace TaserTelemetry.Evidence.Tests.Witnessing;

/// <summary>Against OpenSSL as the authority: a root and a time-stamping certificate made for the test.</summary>
public sealed class TimeStampTests : IDisposable
{
    private static readonly byte[] Note = "taser-telemetry.invalid/1\n5\nroot\n\n\u2014 name sig\n"u8.ToArray();
    private static readonly byte[] Nonce = [1, 2, 3, 4, 5, 6, 7, 8];
    private readonly string folder = Directory.CreateTempSubdirectory("taser-tsa-").FullName;

    public TimeStampTests()
    {
        File.WriteAllText(
            Path.Combine(folder, "tsa.cnf"),
            "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n"
                + "[ext]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
        );
        File.WriteAllText(Path.Combine(folder, "serial"), "01\n");
        OpenSsl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -subj /CN=root -days 30");
        OpenSsl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa");
        OpenSsl("x509 -req -in tsa.csr -CA root.pem -CAkey root.key -out tsa.pem -days 30 -extfile tsa.cnf -extensions ext");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_token_of_the_authority_holds_over_the_checkpoint_and_no_other()
    {
        var request = TimeStamp.Request(Note, Nonce);
        var token = TimeStamp.TokenOf(request, Answer(request), out var why);
        Assert.Equal("", why);
        using var root = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, "root.pem"));
        var verdict = TimeStamp.Verify(token, Note, [root]);
        Assert.Equal((true, true, "CN=tsa", ""), (verdict.Holds, verdict.Trusted, verdict.Signer, verdict.Why));
        Assert.False(TimeStamp.Verify(token, [.. Note, 1], [root]).Holds);
        var untrusted = TimeStamp.Verify(token, Note, []);
        Assert.Equal((true, false, "no root of the authority was given"), (untrusted.Holds, untrusted.Trusted, untrusted.Why));
        token![^5] ^= 1;
        Assert.False(TimeStamp.Verify(token, Note, [root]).Holds);
    }

    [Fact]
    public void An_answer_to_another_request_or_no_answer_is_no_token()
    {
        var request = TimeStamp.Request(Note, Nonce);
        var other = TimeStamp.Request(Note, [9, 9, 9, 9, 9, 9, 9, 9]);
        Assert.Null(TimeStamp.TokenOf(request, Answer(other), out var why));
        Assert.NotEqual("", why);
        Assert.Null(TimeStamp.TokenOf(request, new byte[] { 1, 2, 3 }, out _));
        Assert.Null(TimeStamp.TokenOf(request, new byte[TimeStamp.AnswerBytesMax + 1], out _));
        Assert.False(TimeStamp.Verify(new byte[] { 1, 2, 3 }, Note, []).Holds);
    }

    private byte[] Answer(byte[] request)
    {
        File.WriteAllBytes(Path.Combine(folder, "request.tsq"), request);
        OpenSsl("ts -reply -config tsa.cnf -section t -queryfile request.tsq -signer tsa.pem -inkey tsa.key -out answer.tsr");
        return File.ReadAllBytes(Path.Combine(folder, "answer.tsr"));
    }

    private void OpenSsl(string arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"openssl {arguments}: {error}{output.Result}");
    }
}
