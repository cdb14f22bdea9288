using System.Globalization;

namespace TaserTelemetry.Benchmarks.Ingest;

/// <summary>What the processes of one run used of the processors: the reason why a rate is what it is, where nothing waits for a disk.</summary>
internal sealed class ProcessorTime(params (string Name, int Id)[] processes)
{
    // proc(5): utime and stime are the 14th and 15th fields, in ticks of 1/100 s on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;
    private const int FieldsBehindName = 3;
    private readonly double[] _before = [.. processes.Select(process => SecondsOf(process.Id))];

    /// <summary>Since the making of this object, µs for each message and process; the load says its own.</summary>
    public string PerMessage(long messages, double loadSeconds)
    {
        var each = processes
            .Select((process, at) => (process.Name, Seconds: SecondsOf(process.Id) - _before[at]))
            .Append(("load", loadSeconds));
        return string.Join(
            ", ",
            each.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Item1} {one.Item2 / messages * 1e6:N0}"))
        );
    }

    private static double SecondsOf(int id)
    {
        var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Number(fields[14 - FieldsBehindName]) + Number(fields[15 - FieldsBehindName])) / TicksPerSecond;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
