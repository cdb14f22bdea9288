using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

/// <summary>Against OpenSSL as the authority, behind HTTP.</summary>
public sealed class TimeStampServiceTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task The_days_checkpoint_gets_a_token_that_openssl_accepts_and_the_ledger_names_it()
    {
        await File.WriteAllTextAsync(
            ground.At("tsa.cnf"),
            "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n"
                + "[ext]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
        );
        await File.WriteAllTextAsync(ground.At("serial"), "01\n");
        await OpenSslAsync(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -subj /CN=root -days 30"
        );
        await OpenSslAsync("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa");
        await OpenSslAsync("x509 -req -in tsa.csr -CA root.pem -CAkey root.key -out tsa.pem -days 30 -extfile tsa.cnf -extensions ext");
        await using var authority = Authority();
        await authority.StartAsync();
        await using var gateway = await RunningGateway.StartAsync(s =>
        {
            s.TimeStamp.Url = authority.Urls.First();
            s.TimeStamp.CaFile = ground.At("root.pem");
        });
        await gateway.CheckpointAsync();
        await Ground.UntilAsync(() => Task.FromResult(gateway.Leaves<CheckpointAnchor>().Any()), "the token's leaf");
        var anchor = gateway.Leaves<CheckpointAnchor>().Single();
        Assert.Equal(AnchorKind.TimeStamp, anchor.Kind);
        var folder = TimeStampFiles.FolderOf(LogPlace.Ledger(Path.Combine(gateway.Folder, "data")));
        var (name, _, _) = TimeStampFiles.Read(folder).Single();
        var stem = Path.Combine(folder, Path.GetFileNameWithoutExtension(name));
        await OpenSslAsync($"ts -verify -in {stem}.tsr -token_in -data {stem}.checkpoint -CAfile root.pem");
        Assert.DoesNotContain(gateway.Readiness.Report().Problems, p => p.Contains("time stamp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_authority_that_is_away_or_not_trusted_is_named_and_ingest_goes_on()
    {
        await File.WriteAllTextAsync(ground.At("root.pem"), "");
        await using var gateway = await RunningGateway.StartAsync(s =>
        {
            s.TimeStamp.Url = $"http://127.0.0.1:{Ground.FreePort()}/";
            s.TimeStamp.CaFile = ground.At("root.pem");
        });
        await gateway.CheckpointAsync();
        await Ground.UntilAsync(
            () => Task.FromResult(gateway.Readiness.Report().Problems.Any(p => p.Contains("time stamp", StringComparison.Ordinal))),
            "the missing token to be told"
        );
        Assert.True(gateway.Readiness.Report().Ready);
    }

    private WebApplication Authority()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost(
            "/",
            async (HttpRequest request) =>
            {
                await using (var query = File.Create(ground.At("request.tsq")))
                {
                    await request.Body.CopyToAsync(query);
                }
                await OpenSslAsync(
                    "ts -reply -config tsa.cnf -section t -queryfile request.tsq -signer tsa.pem -inkey tsa.key -out answer.tsr"
                );
                return Results.Bytes(await File.ReadAllBytesAsync(ground.At("answer.tsr")), "application/timestamp-reply");
            }
        );
        return app;
    }

    private async Task OpenSslAsync(string arguments)
    {
        await using var openssl = RealProcess.Start("openssl", ground.Folder, arguments.Split(' '));
        Assert.True(await openssl.WaitForExitAsync() == 0, $"openssl {arguments}: {openssl.Errors}{openssl.Output}");
    }
}
