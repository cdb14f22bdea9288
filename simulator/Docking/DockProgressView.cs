using Spectre.Console;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>Progress of a long docking on standard error, and only where that is a terminal.</summary>
internal static class DockProgressView
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200);

    public static async Task ShowAsync(Task work, Func<(int Done, int Total)> visits, TimeProvider time)
    {
        if (Console.IsErrorRedirected || work.IsCompleted)
        {
            await work;
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console
            .Progress()
            .AutoClear(true)
            .StartAsync(async context =>
            {
                var bar = context.AddTask("visits docked");
                while (!work.IsCompleted)
                {
                    var (done, total) = visits();
                    bar.MaxValue = Math.Max(1, total);
                    bar.Value = done;
                    await Task.WhenAny(work, Task.Delay(Redraw, time));
                }
            });
        await work;
    }
}
