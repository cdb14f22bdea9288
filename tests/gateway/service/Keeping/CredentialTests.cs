using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

/// <summary>Keys as systemd hands them over: a folder that only the unit may read, named in CREDENTIALS_DIRECTORY.</summary>
public sealed class CredentialTests : IDisposable
{
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task Keys_that_systemd_hands_over_sign_and_are_never_written_and_what_changes_stays_in_the_keys_folder()
    {
        await EnrolAsync("dock-1", credentials: null, exitCode: 0);
        var sealedKeys = Directory.CreateDirectory(ground.At("credentials")).FullName;
        foreach (var key in Directory.GetFiles(ground.At("keys"), "*.key"))
        {
            File.Move(key, Path.Combine(sealedKeys, Path.GetFileName(key)));
        }
        var last = await File.ReadAllTextAsync(ground.At("keys/ledger.last"));
        Assert.Contains("holds no ledger.key", await EnrolAsync("dock-2", credentials: null, exitCode: 1), StringComparison.Ordinal);
        File.SetUnixFileMode(sealedKeys, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await EnrolAsync("dock-2", sealedKeys, exitCode: 0);
        Assert.NotEqual(last, await File.ReadAllTextAsync(ground.At("keys/ledger.last")));
        Assert.Empty(Directory.GetFiles(ground.At("keys"), "*.key"));
        Assert.Contains(
            "systemd credential",
            await RunAsync(sealedKeys, 1, "keys", "rotate", "ledger", "--by", "A"),
            StringComparison.Ordinal
        );
        // one that lies in both places is not sealed at all
        File.Copy(Path.Combine(sealedKeys, "ledger.key"), ground.At("keys/ledger.key"));
        Assert.Contains("both there", await EnrolAsync("dock-3", sealedKeys, exitCode: 1), StringComparison.Ordinal);
        await using var verify = RealProcess.StartOurs("taser-audit", ground.Folder, "verify", ground.At("data"));
        Assert.True(await verify.WaitForExitAsync() == 0, verify.Output);
    }

    [Fact]
    public async Task A_key_sealed_to_a_TPM_signs_where_that_TPM_is_and_nowhere_else()
    {
        await EnrolAsync("dock-1", credentials: null, exitCode: 0);
        await using var tpm = await SoftTpm.StartAsync(ground, "tpm");
        var (key, whole) = (ground.At("keys/ledger.key"), ground.At("ledger.key.sealed"));
        var (encrypted, encryptSaid) = await tpm.CredsAsync("encrypt", "--with-key=tpm2", "--name=ledger.key", key, whole);
        Assert.True(encrypted == 0, encryptSaid);
        File.Delete(key);
        Assert.Contains("holds no ledger.key", await EnrolAsync("dock-2", credentials: null, exitCode: 1), StringComparison.Ordinal);
        // what systemd does when it starts the unit
        var credentials = Directory.CreateDirectory(ground.At("credentials")).FullName;
        var (opened, openSaid) = await tpm.CredsAsync("decrypt", "--name=ledger.key", whole, Path.Combine(credentials, "ledger.key"));
        Assert.True(opened == 0, openSaid);
        await EnrolAsync("dock-2", credentials, exitCode: 0);
        await using var other = await SoftTpm.StartAsync(ground, "other");
        var (stolen, _) = await other.CredsAsync("decrypt", "--name=ledger.key", whole, ground.At("stolen"));
        Assert.NotEqual(0, stolen);
        Assert.False(File.Exists(ground.At("stolen")) && new FileInfo(ground.At("stolen")).Length > 0);
    }

    private Task<string> EnrolAsync(string dock, string? credentials, int exitCode) =>
        RunAsync(credentials, exitCode, "enrol", "dock", dock, "--force", "county", "--armoury", "central");

    private async Task<string> RunAsync(string? credentials, int exitCode, params string[] arguments)
    {
        var environment = credentials is null ? null : new Dictionary<string, string> { ["CREDENTIALS_DIRECTORY"] = credentials };
        string[] folders = ["--data", ground.At("data"), "--keys", ground.At("keys")];
        await using var gateway = RealProcess.Start(
            RealProcess.PathOfOurs("taser-gateway"),
            ground.Folder,
            environment,
            [.. arguments, .. folders]
        );
        var code = await gateway.WaitForExitAsync();
        Assert.True(code == exitCode, $"exit {code}: {gateway.Output}{gateway.Errors}");
        return gateway.Output + gateway.Errors;
    }
}
