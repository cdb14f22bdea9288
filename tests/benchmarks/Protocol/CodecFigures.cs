using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Benchmarks.Protocol;

/// <summary>The codec's figures on BenchmarkDotNet, in this process: the peers of one table are measured by the same runtime in the same minutes.</summary>
internal static class CodecFigures
{
    private const double NsPerSecond = 1e9;

    public static void Decoding() => Run<DecodingBenchmarks>(DecodingBenchmarks.Records * EventRecord.Bytes, DecodingBenchmarks.Records);

    public static void Line() => Run<LineBenchmarks>(LineBenchmarks.Bytes, LineBenchmarks.Records);

    private static void Run<T>(long bytes, long records)
    {
        var job = Job
            .Default.WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(4)
            .WithIterationCount(9)
            .WithIterationTime(TimeInterval.FromMilliseconds(250));
        var config = ManualConfig
            .CreateEmpty()
            .AddJob(job)
            .AddLogger(new ConsoleLogger())
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Statistics, DefaultColumnProviders.Metrics)
            .AddColumn(
                new RateColumn("GB/s", "bytes of frames or of 40-byte records in a second, at the median", ns => bytes / ns),
                new RateColumn("M records/s", "records in a second, at the median", ns => records / ns * NsPerSecond / 1e6),
                new TimesColumn()
            )
            .WithArtifactsPath(Path.Combine(".artifacts", "benchmarks"))
            .WithOptions(ConfigOptions.DisableLogFile);
        var summary = BenchmarkRunner.Run<T>(config);
        if (summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success))
        {
            throw new InvalidOperationException("BenchmarkDotNet did not run every case; its words are above.");
        }
    }

    private static double MedianNs(Summary summary, BenchmarkCase benchmark) => summary[benchmark]?.ResultStatistics?.Median ?? double.NaN;

    /// <summary>A rate at the median time of one operation.</summary>
    private sealed class RateColumn(string name, string legend, Func<double, double> rate) : Column(name, legend)
    {
        public override string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            rate(MedianNs(summary, benchmarkCase)).ToString("N2", CultureInfo.InvariantCulture);
    }

    /// <summary>How many times as long as the first case, at the medians.</summary>
    private sealed class TimesColumn() : Column("times the first", "median time over the median time of the first case")
    {
        public override string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
            (MedianNs(summary, benchmarkCase) / MedianNs(summary, summary.BenchmarksCases.Single(summary.IsBaseline))).ToString(
                "N2",
                CultureInfo.InvariantCulture
            );
    }

    // open: the two columns above
    private abstract class Column(string name, string legend) : IColumn
    {
        public string Id => name;

        public string ColumnName => name;

        public bool AlwaysShow => true;

        public ColumnCategory Category => ColumnCategory.Custom;

        public int PriorityInCategory => 0;

        public bool IsNumeric => true;

        public UnitType UnitType => UnitType.Dimensionless;

        public string Legend => legend;

        public abstract string GetValue(Summary summary, BenchmarkCase benchmarkCase);

        public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

        public bool IsAvailable(Summary summary) => true;

        public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    }
}
