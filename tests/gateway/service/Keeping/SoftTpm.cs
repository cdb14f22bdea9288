using System.Globalization;
using System.Net.NetworkInformation;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

/// <summary>
/// A TPM in software (swtpm), and systemd-creds that speaks to it. Good for three commands: without the kernel's resource manager in between a TPM
/// has room for three sessions, and this systemd-creds leaves its own behind.
/// </summary>
internal sealed class SoftTpm : IAsyncDisposable
{
    private readonly RealProcess process;
    private readonly Ground ground;
    private readonly int port;

    private SoftTpm(RealProcess process, Ground ground, int port) => (this.process, this.ground, this.port) = (process, ground, port);

    public static async Task<SoftTpm> StartAsync(Ground ground, string name)
    {
        var state = Directory.CreateDirectory(ground.At(name)).FullName;
        // systemd-creds asks for the control channel at the port above
        var port = Enumerable.Range(0, 20).Select(_ => Ground.FreePort()).First(found => found < 65_535);
        var process = RealProcess.Start(
            "swtpm",
            ground.Folder,
            "socket",
            "--tpm2",
            "--tpmstate",
            $"dir={state}",
            "--server",
            $"type=tcp,port={Text(port)}",
            "--ctrl",
            $"type=tcp,port={Text(port + 1)}",
            "--flags",
            "not-need-init,startup-clear"
        );
        await Ground.UntilAsync(() => Task.FromResult(Listens(port) && Listens(port + 1)), "swtpm");
        return new SoftTpm(process, ground, port);
    }

    /// <summary>systemd-creds with this TPM; its exit code, and what it said.</summary>
    public async Task<(int Code, string Said)> CredsAsync(string verb, params string[] arguments)
    {
        await using var creds = RealProcess.Start(
            "systemd-creds",
            ground.Folder,
            [verb, $"--tpm2-device=swtpm:host=127.0.0.1,port={Text(port)}", .. arguments]
        );
        return (await creds.WaitForExitAsync(), creds.Output + creds.Errors);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // asked of the kernel: a connection to swtpm would be taken for its one client's
    private static bool Listens(int port) =>
        IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(end => end.Port == port);
}
