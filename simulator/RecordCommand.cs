using System.CommandLine;
using MQTTnet.Exceptions;
using TaserTelemetry.Simulator.Replay;

namespace TaserTelemetry.Simulator;

/// <summary>taser-sim record: real traffic at a broker into a capture file, until stopped or for a time.</summary>
internal static class RecordCommand
{
    public static Command Define()
    {
        var mqtt = new Option<string>("--mqtt")
        {
            Description = "broker to listen at: mqtt://[user:password@]host[:port]",
            Required = true,
        };
        var capture = new Option<FileInfo>("--capture") { Description = "the capture file to write", Required = true };
        var duration = new Option<double?>("--duration") { Description = "seconds (default: until stopped)" };
        var command = new Command("record", "capture real traffic at a broker") { mqtt, capture, duration };
        command.SetAction(
            (parsed, stop) => RunAsync(parsed.GetRequiredValue(mqtt), parsed.GetRequiredValue(capture), parsed.GetValue(duration), stop)
        );
        return command;
    }

    public static async Task<int> RunAsync(string mqtt, FileInfo capture, double? durationSeconds, CancellationToken stop)
    {
        var wrong = new List<string>();
        if (!CommandLineText.TryBroker(mqtt, out var broker))
        {
            wrong.Add($"--mqtt '{mqtt}' is not a broker's address, such as mqtt://127.0.0.1:1883");
        }

        if (durationSeconds is <= 0 or > 31_536_000)
        {
            wrong.Add("--duration must be above 0 and at most a year");
        }

        if (wrong.Count > 0)
        {
            return Usage.Wrong(wrong);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (durationSeconds is { } seconds)
        {
            limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        }

        try
        {
            using var file = new BufferedStream(capture.Create(), 1 << 16);
            var recorder = new Recorder(broker!, file, TimeProvider.System);
            try
            {
                await recorder.RunAsync(() => Console.Error.WriteLine("taser-sim: recording"), limit.Token);
            }
            catch (OperationCanceledException)
            {
                // stopped, or the time is up: what was heard is in the file
            }

            Console.Out.WriteLine($"{recorder.Messages} messages in {capture}; {recorder.NotOurs} others were not the protocol's");
            return Usage.Done;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or MqttCommunicationException)
        {
            return Usage.Fail($"cannot record: {cause.Message}");
        }
    }
}
