using System.Globalization;
using System.IO.Compression;
using Microsoft.Extensions.Logging.Abstractions;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.Following;
using TaserTelemetry.Gateway.TimeSeries.Influx;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Benchmarks.TimeSeries;

/// <summary>
/// From the journal into a real InfluxDB 1.6.7, against posting the very same lines, built and compressed beforehand, with as many
/// requests in flight: what reading, decoding, formatting, compressing and keeping the cursor cost.
/// </summary>
internal static class InfluxFilling
{
    private const int Events = 400_000;

    public static async Task RunAsync()
    {
        using var ground = new Ground();
        using var journal = new JournalOfEvents(ground.At("data"), Events);
        var bodies = Prebuilt(journal);
        List<double> ours = [],
            theirs = [];
        for (var run = 0; run <= Runs.Count; run++)
        {
            var our = await OneAsync(ground, server => FillAsync(journal, server));
            var their = await OneAsync(ground, server => PostAsync(bodies, server));
            if (run > 0)
            {
                ours.Add(our);
                theirs.Add(their);
            }
        }
        var mine = Runs.Tell("journal to InfluxDB", "points/s", ours);
        var baseline = Runs.Tell("the same lines, prebuilt and compressed", "points/s", theirs);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ratio {mine / baseline:P1}; to hold: 90 %"));
    }

    private static async Task<double> OneAsync(Ground ground, Func<Influx, Task> fill)
    {
        await using var server = await Influx.StartAsync(ground);
        await server.QueryAsync("CREATE DATABASE taser");
        var rate = await Runs.RateAsync(Events, () => fill(server));
        var stored = await server.CountAsync("SELECT count(sequence) FROM ced_event", "taser");
        return stored == Events ? rate : throw new InvalidOperationException($"{stored} of {Events} points are stored");
    }

    private static async Task FillAsync(JournalOfEvents journal, Influx server)
    {
        var settings = new InfluxSettings { Url = server.Url, Database = "taser" };
        using var keeper = new InfluxKeeper(settings, journal.Sources, new StoreState("influx"), TimeSpan.Zero, NullLogger.Instance);
        keeper.Forget();
        await keeper.FillAsync(default);
    }

    private static async Task PostAsync(List<byte[]> bodies, Influx server)
    {
        using var http = new HttpClient();
        var next = -1;
        async Task OneConnectionAsync()
        {
            int mine;
            while ((mine = Interlocked.Increment(ref next)) < bodies.Count)
            {
                using var content = new ByteArrayContent(bodies[mine]);
                content.Headers.ContentEncoding.Add("gzip");
                using var answer = await http.PostAsync($"{server.Url}/write?db=taser&precision=n", content);
                answer.EnsureSuccessStatusCode();
            }
        }
        await Task.WhenAll(Enumerable.Range(0, new InfluxSettings().RequestsInFlight).Select(_ => Task.Run(OneConnectionAsync)));
    }

    private static List<byte[]> Prebuilt(JournalOfEvents journal)
    {
        var settings = new InfluxSettings();
        var bodies = new List<byte[]>();
        var lines = new EventLines();
        var batch = new LineBatch(settings.BatchLinesMax, settings.BatchBytesMax);
        using var reader = new SeriesReader(new EvidenceReader(journal.Sources.OpenReader(0)));
        while (reader.Read() == ReadStatus.Record)
        {
            lines.Begin(reader.Source!);
            if (!batch.HasRoomFor(reader.Events.Length, lines.LineBytesMost))
            {
                bodies.Add(Packed(batch));
                batch.Clear();
            }
            foreach (ref readonly var happened in reader.Events.Span)
            {
                batch.Added(lines.Write(batch.Room(), happened));
            }
        }
        bodies.Add(Packed(batch));
        return bodies;
    }

    private static byte[] Packed(LineBatch batch)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(batch.Bytes.Span);
        }
        return packed.ToArray();
    }
}
