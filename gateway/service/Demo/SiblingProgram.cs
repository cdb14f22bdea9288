using System.Diagnostics;
using TaserTelemetry.Gateway.Hosting;

namespace TaserTelemetry.Gateway.Demo;

/// <summary>How a child process ended.</summary>
internal sealed record ProgramEnd(int ExitCode, string Output, string Errors);

/// <summary>taser-sim or taser-audit, found beside this program: installed together, or as the build lays them out.</summary>
internal sealed class SiblingProgram
{
    private const int OutputCharactersMax = 16 * 1_048_576;
    private readonly string path;
    private readonly string name;

    private SiblingProgram(string name, string path)
    {
        this.name = name;
        this.path = path;
    }

    /// <summary>The folder it lies in.</summary>
    public string Folder => Path.GetDirectoryName(path)!;

    /// <exception cref="StartRefusedException">It is in none of the places; the message names them.</exception>
    public static SiblingProgram Find(string name, string project)
    {
        var here = AppContext.BaseDirectory;
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(here));
        string[] places = [here, Path.GetFullPath(Path.Combine(here, "..", "..", project, configuration))];
        foreach (var place in places)
        {
            // A build also leaves a bare launcher beside us; only with its library is it a program.
            var program = Path.Combine(place, name);
            if (File.Exists(program) && File.Exists(program + ".dll"))
            {
                return new SiblingProgram(name, program);
            }
        }
        throw new StartRefusedException(
            $"{name} is neither in {string.Join(" nor in ", places)}. Build the whole solution: dotnet build -c Release."
        );
    }

    /// <summary>Runs it to its end. Past the time it is ended and that is a fault.</summary>
    public async Task<ProgramEnd> RunAsync(IEnumerable<string> arguments, TimeSpan within, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new StartRefusedException($"{path} could not be started.");
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(within);
        var output = ReadAsync(process.StandardOutput, late.Token);
        var errors = ReadAsync(process.StandardError, late.Token);
        try
        {
            await process.WaitForExitAsync(late.Token);
            return new ProgramEnd(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException lateEnd) when (!cancellation.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new StartRefusedException($"{name} did not end within {within.TotalSeconds:0} s and was ended.", lateEnd);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellation)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new char[8_192];
        for (int count; (count = await reader.ReadAsync(buffer, cancellation)) > 0; )
        {
            if (text.Length < OutputCharactersMax)
            {
                text.Append(buffer, 0, count);
            }
        }
        return text.ToString();
    }
}
