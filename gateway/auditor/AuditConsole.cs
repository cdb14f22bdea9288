using System.Globalization;
using Spectre.Console;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Auditor;

/// <summary>Where a command speaks: results to one writer, everything else to the other. Progress is shown on a terminal only.</summary>
internal sealed class AuditConsole(TextWriter output, TextWriter error, bool errorIsTerminal)
{
    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Says what is wrong and what to do, and answers the exit code.</summary>
    public int Fail(int exitCode, string what)
    {
        Error.WriteLine($"taser-audit: {what}");
        return exitCode;
    }

    /// <summary>Runs long work under a progress bar; the work gets a callback (done, of total) that may be called from any thread.</summary>
    public T WithProgress<T>(string what, Func<Action<VerifyProgress>?, T> work)
    {
        if (!errorIsTerminal)
        {
            return work(null);
        }
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Error) });
        return console
            .Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what));
                return work(progress =>
                {
                    task.MaxValue = Math.Max(1, progress.BytesTotal);
                    task.Value = progress.BytesDone;
                });
            });
    }

    /// <summary>A number with thousands set apart, the same everywhere.</summary>
    public static string Count(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
