using TaserTelemetry.Simulator.Replay;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>
/// Records the traffic of a test at its broker. Where the test fails the capture stays, and the failure says how to replay it; otherwise
/// it is thrown away.
/// </summary>
internal static class KeptCapture
{
    public static async Task WhileAsync(Uri broker, string file, Func<Task> test)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        try
        {
            await RecordAsync(broker, file, test);
        }
        catch (Exception failure)
        {
            throw new FailedWithCaptureException($"{failure.Message}\nits traffic: taser-sim replay {file} --mqtt URL", failure);
        }

        File.Delete(file);
    }

    private static async Task RecordAsync(Uri broker, string file, Func<Task> test)
    {
        await using var output = File.Create(file);
        using var over = new CancellationTokenSource();
        var listening = new TaskCompletionSource();
        var recording = new Recorder(broker, output, TimeProvider.System).RunAsync(listening.SetResult, over.Token);
        await (await Task.WhenAny(listening.Task, recording));
        try
        {
            await test();
        }
        finally
        {
            await over.CancelAsync();
            try
            {
                await recording;
            }
            catch (Exception end) when (end is OperationCanceledException or IOException)
            {
                // stopped, or its broker was killed by the test: what was heard is in the file
            }
        }
    }
}

/// <summary>A test failed, and what was said is kept.</summary>
internal sealed class FailedWithCaptureException(string message, Exception cause) : Exception(message, cause);
