using System.Diagnostics.Metrics;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.Observability;

/// <summary>What the ingest thread counts. Tag values come from closed lists only, never a dock or a device.</summary>
internal sealed class IngestMeters
{
    public const string MeterName = "TaserTelemetry.Ingest";
    private readonly Counter<long> frames;
    private readonly Counter<long> frameBytes;
    private readonly Counter<long> verdicts;
    private readonly Counter<long> records;
    private readonly Histogram<double> commitSeconds;
    private readonly Histogram<double> durableSeconds;

    public IngestMeters(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        frames = meter.CreateCounter<long>("taser.frames", "{frame}", "Whole frames received, by type.");
        frameBytes = meter.CreateCounter<long>("taser.frames.bytes", "By", "Bytes of whole frames received.");
        verdicts = meter.CreateCounter<long>("taser.verdicts", "{frame}", "Frames judged, by verdict and reason.");
        records = meter.CreateCounter<long>("taser.journal.records", "{record}", "Journal records made durable.");
        commitSeconds = meter.CreateHistogram<double>("taser.journal.commit", "s", "Append and fsync of one commit group.");
        durableSeconds = meter.CreateHistogram<double>("taser.durable", "s", "From receipt to durable, by message.");
    }

    public long Frames { get; private set; }

    public long FrameBytes { get; private set; }

    public long Stored { get; private set; }

    public long KeptAside { get; private set; }

    public long Refused { get; private set; }

    public long Groups { get; private set; }

    public void FrameReceived(MessageType type, int bytes)
    {
        Frames++;
        FrameBytes += bytes;
        if (frames.Enabled)
        {
            frames.Add(1, new KeyValuePair<string, object?>("type", type.IsKnown() ? type.ToString() : "unknown"));
        }
        frameBytes.Add(bytes);
    }

    public void FrameJudged(Verdict verdict, Reason reason)
    {
        switch (verdict)
        {
            case Verdict.Stored:
                Stored++;
                break;
            case Verdict.KeptAside:
                KeptAside++;
                break;
            default:
                Refused++;
                break;
        }
        if (verdicts.Enabled)
        {
            verdicts.Add(
                1,
                new KeyValuePair<string, object?>("verdict", verdict.ToString()),
                new KeyValuePair<string, object?>("reason", reason.ToString())
            );
        }
    }

    public void Committed(int count, long bytes, TimeSpan took)
    {
        Groups++;
        records.Add(count);
        commitSeconds.Record(took.TotalSeconds);
        GroupBytesLast = bytes;
    }

    /// <summary>Bytes of the last commit group.</summary>
    public long GroupBytesLast { get; private set; }

    public void Durable(TimeProvider clock, ulong receivedNs)
    {
        if (durableSeconds.Enabled)
        {
            durableSeconds.Record((UnixTime.NowNs(clock) - Math.Min(receivedNs, UnixTime.NowNs(clock))) / 1e9);
        }
    }
}
