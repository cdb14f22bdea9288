using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using TaserTelemetry.Simulator.Load;

namespace TaserTelemetry.Simulator;

/// <summary>taser-sim load: how much a gateway takes, with the latency to the durable ack, and the generator's own ceiling beside it.</summary>
internal static class LoadCommand
{
    private const int RecordsPerBatchMax = 200;

    public static Command Define()
    {
        var mqtt = new Option<string?>("--mqtt") { Description = "the gateway's broker: mqtt://[user:password@]host[:port]" };
        var docks = new Option<int>("--docks") { Description = "docks at once, 1 to 5000", DefaultValueFactory = _ => 8 };
        var rate = new Option<double>("--rate") { Description = "messages a second over all docks; 0 = as fast as credit allows" };
        var batch = new Option<int>("--batch")
        {
            Description = "event records in a message, 1 to 200",
            DefaultValueFactory = _ => RecordsPerBatchMax,
        };
        var duration = new Option<double>("--duration") { Description = "seconds", DefaultValueFactory = _ => 10 };
        var messages = new Option<long>("--messages") { Description = "messages of one dock; 0 = no end but the duration's" };
        var force = new Option<string>("--force") { Description = "force of the topics", DefaultValueFactory = _ => "county" };
        var armoury = new Option<string>("--armoury") { Description = "armoury of the topics", DefaultValueFactory = _ => "load" };
        var prefix = new Option<string>("--dock-prefix")
        {
            Description = "docks are named so, with four digits behind",
            DefaultValueFactory = _ => "load-",
        };
        var ceiling = new Option<bool>("--ceiling")
        {
            Description = "against a sink of our own that keeps nothing: what the generator itself can do",
        };
        var json = new Option<bool>("--json") { Description = "one JSON document on standard output and nothing else" };
        var command = new Command("load", "make load and measure to the durable ack")
        {
            mqtt,
            docks,
            rate,
            batch,
            duration,
            messages,
            force,
            armoury,
            prefix,
            ceiling,
            json,
        };
        command.SetAction(
            async (parsed, stop) =>
            {
                var plan = new LoadPlan(
                    "",
                    0,
                    "",
                    "",
                    parsed.GetRequiredValue(force),
                    parsed.GetRequiredValue(armoury),
                    parsed.GetRequiredValue(prefix),
                    parsed.GetValue(docks),
                    parsed.GetValue(batch),
                    parsed.GetValue(rate),
                    TimeSpan.FromSeconds(parsed.GetValue(duration)),
                    parsed.GetValue(messages)
                );
                return await RunAsync(plan, parsed.GetValue(mqtt), parsed.GetValue(ceiling), parsed.GetValue(json), stop);
            }
        );
        return command;
    }

    public static async Task<int> RunAsync(LoadPlan plan, string? mqtt, bool ceiling, bool json, CancellationToken stop)
    {
        var wrong = Check(plan, mqtt, ceiling);
        if (wrong.Count > 0)
        {
            return Usage.Wrong(wrong);
        }

        using var sink = ceiling ? new LoadSink() : null;
        var address = ceiling
            ? new Uri("mqtt://[::1]:" + sink!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture))
            : new Uri(mqtt!);
        var user = Uri.UnescapeDataString(address.UserInfo).Split(':', 2);
        var aimed = plan with
        {
            Host = address.DnsSafeHost,
            Port = address.Port > 0 ? address.Port : 1883,
            User = user[0],
            Password = user.Length > 1 ? user[1] : "",
        };
        try
        {
            var result = await LoadRun.RunAsync(aimed, stop);
            Show(aimed, result, ceiling, json);
            return result.MessagesAcked == result.MessagesSent && result.Troubles.Count == 0 ? Usage.Done : Usage.Failed;
        }
        catch (Exception cause) when (cause is IOException or SocketException or TimeoutException)
        {
            return Usage.Fail($"no load on {address.Host}: {cause.Message}");
        }
    }

    private static List<string> Check(LoadPlan plan, string? mqtt, bool ceiling)
    {
        var wrong = new List<string>();
        void Unless(bool good, string reason)
        {
            if (!good)
            {
                wrong.Add(reason);
            }
        }

        Unless(ceiling != (mqtt is not null), "give --mqtt URL, or --ceiling for the generator's own figure, and not both");
        Unless(
            mqtt is null || Uri.TryCreate(mqtt, UriKind.Absolute, out var uri) && uri.Scheme == "mqtt",
            $"--mqtt '{mqtt}' is not a broker's address, such as mqtt://127.0.0.1:1883"
        );
        Unless(plan.Docks is >= 1 and <= 5_000, "--docks must be from 1 to 5000");
        Unless(plan.RecordsPerBatch is >= 1 and <= RecordsPerBatchMax, "--batch must be from 1 to 200");
        Unless(plan.RatePerSecond is >= 0 and <= 10_000_000, "--rate must be from 0 to 10000000");
        Unless(plan.MessagesPerDock >= 0, "--messages must be 0 or more");
        Unless(plan.Duration > TimeSpan.Zero && plan.Duration <= TimeSpan.FromDays(7), "--duration must be above 0 and at most a week");
        return wrong;
    }

    private static void Show(LoadPlan plan, LoadResult result, bool ceiling, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(Encoding.UTF8.GetString(Json(plan, result, ceiling)));
            return;
        }

        Console.Out.WriteLine(
            FormattableString.Invariant(
                $"{(ceiling ? "ceiling of the generator" : "load")}: {result.Docks} docks, {plan.RecordsPerBatch} records a message, {result.Seconds:F1} s"
            )
        );
        Console.Out.WriteLine(
            FormattableString.Invariant(
                $"  acked {result.MessagesAcked} of {result.MessagesSent} messages, {result.MessagesAcked / result.Seconds:F0} messages/s, {result.RecordsAcked / result.Seconds:F0} records/s, {result.PayloadBytesAcked / result.Seconds / 1e6:F1} MB/s; not stored {result.MessagesNotStored}"
            )
        );
        Console.Out.WriteLine(
            FormattableString.Invariant(
                $"  to the durable ack: p50 {Ms(result, 50):F2} ms, p99 {Ms(result, 99):F2} ms, p99.9 {Ms(result, 99.9):F2} ms, max {Ms(result, 100):F2} ms"
            )
        );
        foreach (var trouble in result.Troubles)
        {
            Console.Out.WriteLine("  " + trouble);
        }
    }

    private static double Ms(LoadResult result, double percentile) => result.LatencyMicroseconds.GetValueAtPercentile(percentile) / 1_000.0;

    private static byte[] Json(LoadPlan plan, LoadResult result, bool ceiling)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "taser-sim-load/1");
            json.WriteBoolean("ceiling", ceiling);
            json.WriteNumber("docks", result.Docks);
            json.WriteNumber("recordsPerMessage", plan.RecordsPerBatch);
            json.WriteNumber("ratePerSecond", plan.RatePerSecond);
            json.WriteNumber("seconds", Math.Round(result.Seconds, 3));
            json.WriteNumber("messagesSent", result.MessagesSent);
            json.WriteNumber("messagesAcked", result.MessagesAcked);
            json.WriteNumber("recordsAcked", result.RecordsAcked);
            json.WriteNumber("messagesNotStored", result.MessagesNotStored);
            json.WriteNumber("downMessages", result.DownMessages);
            json.WriteNumber("messagesPerSecond", Math.Round(result.MessagesAcked / result.Seconds, 1));
            json.WriteNumber("recordsPerSecond", Math.Round(result.RecordsAcked / result.Seconds, 1));
            json.WriteNumber("bytesPerSecond", Math.Round(result.PayloadBytesAcked / result.Seconds, 1));
            using var self = System.Diagnostics.Process.GetCurrentProcess();
            json.WriteNumber("workingSetMebibytesMax", Math.Round(self.PeakWorkingSet64 / 1_048_576.0, 1));
            json.WriteNumber("processorSeconds", Math.Round(self.TotalProcessorTime.TotalSeconds, 2));
            json.WriteStartObject("latencyMs");
            foreach (var (name, percentile) in new[] { ("p50", 50.0), ("p90", 90), ("p99", 99), ("p999", 99.9), ("max", 100) })
            {
                json.WriteNumber(name, Ms(result, percentile));
            }

            json.WriteEndObject();
            json.WriteStartArray("troubles");
            result.Troubles.ToList().ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return memory.ToArray();
    }
}
