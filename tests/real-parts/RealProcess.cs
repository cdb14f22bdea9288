using System.Diagnostics;
using System.Text;

namespace TaserTelemetry.Tests;

/// <summary>A real program under test, with its words kept. Disposing kills it and what it started.</summary>
internal sealed class RealProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Lock gate = new();
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private TaskCompletionSource spoke = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task drained;

    private RealProcess(Process process)
    {
        this.process = process;
        drained = Task.WhenAll(Drain(process.StandardOutput, output), Drain(process.StandardError, errors));
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public string Output => Read(output);

    public string Errors => Read(errors);

    public static RealProcess Start(string program, string? folder, params string[] arguments) => Start(program, folder, null, arguments);

    public static RealProcess Start(
        string program,
        string? folder,
        IReadOnlyDictionary<string, string>? environment,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder ?? Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        return new RealProcess(process);
    }

    /// <summary>One of our own programs, from the Release build: taser-gateway, taser-audit or taser-sim.</summary>
    public static RealProcess StartOurs(string name, string? folder, params string[] arguments) =>
        Start(PathOfOurs(name), folder, null, arguments);

    public static string PathOfOurs(string name)
    {
        var project = name switch
        {
            "taser-gateway" => "TaserTelemetry.Gateway",
            "taser-audit" => "TaserTelemetry.Auditor",
            "taser-sim" => "TaserTelemetry.Simulator",
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "not one of our programs"),
        };
        return Path.Combine(Campaign.RepositoryRoot, ".artifacts", "bin", project, "release", name);
    }

    /// <summary>Waits until either stream holds the text, and returns the whole line it stands in.</summary>
    public async Task<string> WaitForAsync(string text, TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Patience);
        while (true)
        {
            Task next;
            lock (gate)
            {
                next = spoke.Task;
            }
            var line = (Output + Errors).Split('\n').FirstOrDefault(candidate => candidate.Contains(text, StringComparison.Ordinal));
            if (line is not null)
            {
                return line;
            }
            if (drained.IsCompleted)
            {
                throw new InvalidOperationException($"the program ended without saying '{text}':\n{Output}{Errors}");
            }
            try
            {
                await Task.WhenAny(next, drained).WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException late)
            {
                throw new TimeoutException($"the program did not say '{text}' in time:\n{Output}{Errors}", late);
            }
        }
    }

    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var deadline = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            await drained.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"the program did not end in time:\n{Output}{Errors}", late);
        }
        return process.ExitCode;
    }

    /// <summary>kill -9: nothing is flushed, nothing is said.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>A signal by its name, as kill(1) takes it: TERM, STOP, CONT.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private string Read(StringBuilder words)
    {
        lock (gate)
        {
            return words.ToString();
        }
    }

    private async Task Drain(StreamReader stream, StringBuilder words)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            TaskCompletionSource wake;
            lock (gate)
            {
                words.Append(line).Append('\n');
                wake = spoke;
                spoke = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            wake.TrySetResult();
        }
    }
}
