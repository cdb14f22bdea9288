using TaserTelemetry.Benchmarks;
using TaserTelemetry.Benchmarks.Ingest;
using TaserTelemetry.Benchmarks.Ledger;
using TaserTelemetry.Benchmarks.Load;
using TaserTelemetry.Benchmarks.Protocol;
using TaserTelemetry.Benchmarks.Reconciling;
using TaserTelemetry.Benchmarks.Serial;
using TaserTelemetry.Benchmarks.TimeSeries;

// Each figure with its peer in the same run: ours and the baseline by turns, five runs each, medians and the ratio.
var benchmarks = new Dictionary<string, Func<Task>>(StringComparer.Ordinal)
{
    ["decoding"] = () => Task.Run(CodecFigures.Decoding),
    ["line-codec"] = () => Task.Run(CodecFigures.Line),
    ["lines"] = LineFormatting.RunAsync,
    ["influx"] = InfluxFilling.RunAsync,
    ["duckdb"] = EmbeddedFilling.RunAsync,
    ["catching-up"] = CatchingUp.RunAsync,
    ["ingest-day"] = IngestFigures.DayAsync,
    ["ingest-mqtt"] = IngestFigures.MqttAsync,
    ["ingest-soak"] = IngestFigures.SoakAsync,
    ["load"] = LoadCeiling.RunAsync,
    ["reconcile"] = ReconcileFigures.RunAsync,
    ["reconcile-xlsx"] = ReconcileFigures.XlsxAsync,
    ["serial"] = SerialFigures.RunAsync,
    ["service-start"] = ServiceStart.RunAsync,
    ["serial-idle"] = SerialFigures.IdleAsync,
};
foreach (var (name, run) in LedgerBenchmarks.All)
{
    benchmarks["ledger-" + name] = () =>
    {
        run();
        return Task.CompletedTask;
    };
}

if (args.Length == 0 || args.Any(name => !benchmarks.ContainsKey(name)))
{
    await Console.Error.WriteLineAsync(
        $"usage: dotnet run -c Release --project tests/benchmarks -- NAME...   names: {string.Join(", ", benchmarks.Keys)}"
    );
    return 2;
}
foreach (var name in args)
{
    await benchmarks[name]();
}
return 0;
