using System.Diagnostics;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>What a program said and how it ended.</summary>
internal readonly record struct ToolRun(int ExitCode, string Output, string Errors);

/// <summary>A program of the machine, run to its end with a deadline.</summary>
internal static class Tool
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static async Task<ToolRun> RunAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process =
            Process.Start(start)
            ?? throw new InvalidOperationException($"{program} did not start; tests/run installs what the tests need.");
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await WriteAsync(process, input, deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Runs it and answers what it said; a program that ends badly fails the test with its own words.</summary>
    public static async Task<string> OutputAsync(string program, IEnumerable<string> arguments, string input = "")
    {
        var list = arguments.ToList();
        var run = await RunAsync(program, list, input);
        Assert.True(run.ExitCode == 0, $"{program} {string.Join(' ', list)}\nended with {run.ExitCode}\n{run.Errors}\n{run.Output}");
        return run.Output;
    }

    private static async Task WriteAsync(Process process, string input, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
        }
        catch (IOException) when (process.HasExited)
        {
            // It ended before it had read everything: its exit code and its own words say why, a broken pipe does not.
            return;
        }
    }
}
