using System.Globalization;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Evidence.Reconciling;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>
/// What the leaves and raw bytes of a bundle show, computed from them alone: by whoever makes the bundle and again by whoever checks it.
/// </summary>
internal sealed class BundleAnalysis(string device, BundleView view)
{
    private readonly SortedDictionary<ulong, Reading> readings = [];
    private readonly SortedDictionary<(uint Number, ulong Incarnation), EpochState> epochs = [];

    private readonly VerifiedHeads heads = new();

    public IReadOnlyList<BundleReading> Readings => [.. readings.Values.Select(r => r.Line(heads))];

    public IReadOnlyList<BundleCompleteness> Completeness => [.. epochs.Values.Select(e => e.Line())];

    /// <summary>Takes the next item, in rising order of index. Received bytes are empty unless their state is Present.</summary>
    public void Add(ulong index, Leaf? leaf, PartState bytes, ReadOnlySpan<byte> received)
    {
        view.Leaf(index, leaf, bytes);
        if (leaf is not null)
        {
            heads.Note(leaf);
        }
        if (leaf is StoredBatch batch && batch.Device == device)
        {
            var reading = ReadingOf(batch);
            reading.Note(batch);
            if (batch.Log == LogKind.Event)
            {
                NoteEvents(index, batch, bytes, received);
            }
        }
    }

    private Reading ReadingOf(StoredBatch batch)
    {
        if (!readings.TryGetValue(batch.Arrival.SessionId, out var reading))
        {
            readings.Add(batch.Arrival.SessionId, reading = new Reading());
        }
        return reading;
    }

    private void NoteEvents(ulong index, StoredBatch batch, PartState bytes, ReadOnlySpan<byte> received)
    {
        var key = (batch.Epoch.Number, batch.Epoch.Incarnation);
        if (!epochs.TryGetValue(key, out var epoch))
        {
            epochs.Add(key, epoch = new EpochState(batch.Epoch));
        }
        var whole = new SequenceRange(batch.First, batch.Count);
        if (batch.Count == 0 || batch.First > ulong.MaxValue - batch.Count)
        {
            return;
        }
        epoch.Span(whole);
        if (batch.VariantRanges.Count > 0)
        {
            epoch.Reasons.Add(Text($"leaf {index} holds {batch.VariantRanges.SequenceCount} records that differ from an earlier copy"));
        }
        var why = bytes switch
        {
            PartState.Present => view.Events(index, batch, received) ? null : "do not decode as the leaf says",
            PartState.Withheld => "are withheld",
            PartState.Disposed => "were disposed of under a retention policy",
            _ => "are damaged",
        };
        if (why is null)
        {
            epoch.Shown.Add(whole);
        }
        else
        {
            epoch.Reasons.Add(Text($"the raw bytes of leaf {index} {why}"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The batch in received bytes when it is the one that the leaf names.</summary>
    internal static bool TryDecode(StoredBatch leaf, ReadOnlySpan<byte> received, out RecordBatch batch)
    {
        batch = default;
        var read = FrameReader.Read(received, Limits.MqttPayloadBytesMax);
        return read.Status == ReadStatus.Done
            && RecordBatch.Decode(read.Frame, out batch).IsNone
            && EvidenceReader.FiledRightly(leaf, batch)
            && batch.Count == leaf.Count
            && batch.LogKind == leaf.Log
            && System.Text.Ascii.Equals(batch.DeviceAscii, leaf.Device);
    }

    private sealed class Reading
    {
        private readonly SortedSet<string> carriers = new(StringComparer.Ordinal);
        private readonly List<StoredBatch> batches = [];
        private readonly SortedSet<int> parsers = [];
        private Arrival arrival;
        private ulong first = ulong.MaxValue;
        private ulong last;
        private ulong fresh;
        private ulong again;
        private ulong differing;

        public void Note(StoredBatch batch)
        {
            arrival = batch.Arrival;
            first = Math.Min(first, batch.Arrival.ReceivedNs);
            last = Math.Max(last, batch.Arrival.ReceivedNs);
            carriers.Add(batch.Carrier);
            batches.Add(batch);
            parsers.Add(batch.Arrival.ParserVersion);
            var known = Math.Min(batch.Count, batch.NewRanges.SequenceCount + batch.VariantRanges.SequenceCount);
            fresh += batch.NewRanges.SequenceCount;
            differing += batch.VariantRanges.SequenceCount;
            again += batch.Count - known;
        }

        public BundleReading Line(VerifiedHeads heads) =>
            new(
                arrival.SessionId,
                arrival.Place.Dock,
                arrival.Place.Armoury,
                arrival.Place.Force,
                arrival.Via.ToString(),
                TimeInterval.Text((long)Math.Min(first, long.MaxValue)),
                TimeInterval.Text((long)Math.Min(last, long.MaxValue)),
                [.. carriers],
                [.. batches.Select(heads.Best).Distinct().Order().Select(g => g.ToString())],
                [.. parsers],
                fresh,
                again,
                differing
            );
    }

    private sealed class EpochState(Epoch epoch)
    {
        private ulong first = ulong.MaxValue;
        private ulong next;

        public DurableRanges Shown { get; } = new();

        public List<string> Reasons { get; } = [];

        public void Span(SequenceRange range)
        {
            first = Math.Min(first, range.First);
            next = Math.Max(next, range.Next);
        }

        public BundleCompleteness Line()
        {
            var reasons = new List<string>(Reasons);
            var missing = Shown.Holes().Select(h => Text($"sequences {h.Hole.First} to {h.Hole.Next - 1} are not here")).ToList();
            reasons.AddRange(missing);
            var all = Shown.Runs.Count == 1 && Shown.Runs[0].First == first && Shown.Runs[0].Next == next;
            if (!all && reasons.Count == 0)
            {
                reasons.Add("records at the edges are not here");
            }
            var name = Text($"{epoch.Number}/{epoch.Incarnation:x16}");
            return new BundleCompleteness(name, first, next - 1, all && reasons.Count == 0, reasons);
        }
    }
}
