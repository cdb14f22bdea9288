using System.Diagnostics;

namespace TaserTelemetry.Ledger.Tests.Independent;

/// <summary>The second verifier, built once from its source with Debian's Go and x/mod; missing tools are a failure, not a skip.</summary>
internal static class GoVerifier
{
    private static readonly Lazy<string> Binary = new(Build);

    public static (int ExitCode, string Output) Run(params string[] arguments) => Start(Binary.Value, arguments, null, "");

    public static string[] Answer(IEnumerable<string> questions)
    {
        var (exitCode, output) = Start(Binary.Value, ["answer"], null, string.Join("\n", questions) + "\n");
        Assert.True(exitCode == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static (int ExitCode, string Output) Start(string file, string[] arguments, Action<ProcessStartInfo>? more, string input)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        more?.Invoke(start);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result + errors.Result);
    }

    private static string Build()
    {
        var source = Path.Combine(AppContext.BaseDirectory, "go-verifier");
        var binary = Path.Combine(Directory.CreateTempSubdirectory("taser-go-").FullName, "go-verifier");
        var (exitCode, output) = Start(
            "go",
            ["build", "-o", binary, "."],
            start =>
            {
                start.WorkingDirectory = source;
                start.Environment["GO111MODULE"] = "off";
                start.Environment["GOPATH"] = "/usr/share/gocode";
                start.Environment["GOFLAGS"] = "";
            },
            ""
        );
        Assert.True(exitCode == 0, $"go build failed; golang-go and golang-golang-x-mod-dev are needed: {output}");
        return binary;
    }
}
