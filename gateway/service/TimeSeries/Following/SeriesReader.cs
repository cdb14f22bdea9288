using TaserTelemetry.Evidence;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Ledger.Journals;
using ReadStatus = TaserTelemetry.Ledger.Journals.ReadStatus;

namespace TaserTelemetry.Gateway.TimeSeries.Following;

/// <summary>
/// Turns journal records into what stores take. A point is a pure function of one journal record: nothing is remembered between two
/// of them, so that a store which starts at any record gets the same points.
/// </summary>
internal sealed class SeriesReader(EvidenceReader evidence) : IDisposable
{
    private readonly SeriesEvent[] _events = new SeriesEvent[Limits.BatchRecordsMax];
    private int _count;

    /// <summary>Leaf index of the record at hand.</summary>
    public ulong Index => evidence.Index;

    /// <summary>What all events at hand share; null when the record brings none.</summary>
    public SeriesSource? Source { get; private set; }

    /// <summary>The events that the record at hand brought. Valid until the next read.</summary>
    public ReadOnlyMemory<SeriesEvent> Events => _events.AsMemory(0, _count);

    /// <summary>The fact that the record at hand states; null when it states none.</summary>
    public SeriesFact? Fact { get; private set; }

    /// <summary>Where and what, after <see cref="ReadStatus.Damaged"/>.</summary>
    public JournalProblem? Problem => evidence.Problem;

    /// <summary>Reads the next journal record.</summary>
    public ReadStatus Read()
    {
        Source = null;
        Fact = null;
        _count = 0;
        var status = evidence.Read();
        if (status == ReadStatus.Record && evidence.Leaf is { } leaf)
        {
            Fact = SeriesFacts.Of(evidence.Index, leaf);
            if (leaf is StoredBatch { Verdict: LeafVerdict.Stored } batch)
            {
                TakeEvents(batch);
            }
            if (Fact is { Kind: FactKind.Pulses } block && evidence.State == ReceivedState.Present)
            {
                var totals = PulseTotals.Of(evidence.Received);
                Fact = block with { Pulses = totals, Count = totals?.Count };
            }
        }
        return status;
    }

    public void Dispose() => evidence.Dispose();

    private void TakeEvents(StoredBatch batch)
    {
        var state = evidence.ReadEvents(out var stored);
        if (state is EventsState.Damaged or EventsState.NotAsTheLeafSays)
        {
            // Not in silence: the count of what cannot be read any more stands where the points would have been.
            Fact = SeriesFacts.Unreadable(evidence.Index, batch, state);
            return;
        }
        var unitNs = StampUnits.NsOf(batch.StampUnit);
        foreach (var one in stored)
        {
            var time = PointTime.Of(one.Record, one.Sequence, batch.Epoch, unitNs, batch.Clock, batch.Arrival.ReceivedNs);
            _events[_count++] = new SeriesEvent(one.Sequence, time.Ns, time.FromStamp, one.Record);
        }
        Source = _count == 0 ? null : SourceOf(evidence.Index, batch);
    }

    private static SeriesSource SourceOf(ulong index, StoredBatch batch) =>
        new()
        {
            LeafIndex = index,
            Force = batch.Arrival.Place.Force,
            Armoury = batch.Arrival.Place.Armoury,
            Dock = batch.Arrival.Place.Dock,
            Device = batch.Device,
            Model = batch.Model,
            Carrier = batch.Carrier,
            Log = batch.Log,
            Epoch = batch.Epoch,
            ReceivedNs = batch.Arrival.ReceivedNs,
            ClockOffsetNs = batch.Clock.OffsetNs,
            ClockBoundNs = batch.Clock.BoundNs,
            ClockQuality = SeriesFacts.NameOf(batch.Clock.Quality),
            Grade = batch.Grade == AuthenticityGrade.NotStated ? "" : batch.Grade.ToString(),
            Marks = (uint)batch.Marks,
        };
}
