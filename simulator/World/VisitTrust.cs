using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Simulator.Randomness;

namespace TaserTelemetry.Simulator.World;

/// <summary>How the session head over the event records of a visit came about.</summary>
internal enum HeadMade
{
    Whole,

    /// <summary>The dock passed it on with another end than the device signed.</summary>
    Altered,

    /// <summary>The device signed it from another chain than it had signed before.</summary>
    Forked,
}

/// <summary>Whose receipt a dock shows.</summary>
internal enum ReceiptOf
{
    /// <summary>This gateway's, for what it received in an earlier visit.</summary>
    Held,

    /// <summary>This gateway's, for what it received once and has not any more: its ledger was set back since.</summary>
    Forgotten,

    /// <summary>Another gateway's, for what this one has not received yet.</summary>
    Another,
}

/// <summary>A receipt in a dock's memory, and the event records that it is for.</summary>
internal sealed record HeldReceipt(DeviceLog Log, SequenceRange Range, ReceiptOf Of);

/// <summary>A log that is read once more in the same visit, by the translator's next version.</summary>
/// <param name="Differing">What that version makes otherwise; empty = the same of everything.</param>
internal sealed record ReadAgain(IReadOnlyDictionary<(DeviceLog Log, ulong Sequence), EventRecord> Differing);

/// <summary>What is odd, or only looks it, about the trust that one visit deserves.</summary>
internal sealed record VisitTrust(HeadMade Head, ReadAgain? Again, HeldReceipt? Receipt)
{
    /// <summary>The translator of every log that a device does not write as records itself.</summary>
    public const ushort Translator = 7;

    public const ushort FirstTranslation = 1;
}

/// <summary>Draws it, each part from a stream of its own: a scenario without these stays as it was.</summary>
internal sealed class TrustPlay(History history)
{
    private const uint RecordsOfReceiptMax = 400;
    private const int DifferingMax = 5;

    private readonly Draw _heads = Draw.For(history.Seed, "heads of visits");
    private readonly Draw _translations = Draw.For(history.Seed, "translations of visits");
    private readonly Draw _receipts = Draw.For(history.Seed, "receipts of visits");
    private readonly Dictionary<Device, (DeviceLog Log, SequenceRange Range, long AtUtcMs)> _readBefore = [];

    /// <summary>Of a visit about to be made, before what it holds counts as delivered.</summary>
    public VisitTrust? Of(Device device, IReadOnlyList<(DeviceLog Log, SequenceRange Range)> held, long atUtcMs)
    {
        var (log, range) = held.LastOrDefault(h => h.Log == device.Events);
        if (log is null)
        {
            return null;
        }

        var fresh = log.Delivered.Missing(range);
        var trust = new VisitTrust(Head(device, fresh), Again(device, log, range), Receipt(device, log, fresh, atUtcMs));
        if (!_readBefore.TryGetValue(device, out var before) || before.AtUtcMs < atUtcMs)
        {
            _readBefore[device] = (log, range, atUtcMs);
        }

        return trust is { Head: HeadMade.Whole, Again: null, Receipt: null } ? null : trust;
    }

    private HeadMade Head(Device device, List<SequenceRange> fresh)
    {
        if (!device.Signs || fresh.Count == 0)
        {
            return HeadMade.Whole;
        }

        return _heads.Chance(history.Scenario.Faults.HeadsAltered) ? HeadMade.Altered
            : _heads.Chance(history.Scenario.Faults.ChainsForked) ? HeadMade.Forked
            : HeadMade.Whole;
    }

    private ReadAgain? Again(Device device, DeviceLog log, SequenceRange range)
    {
        if (!device.Translated || !_translations.Chance(history.Scenario.Docking.ReadAgain))
        {
            return null;
        }

        var differing = new Dictionary<(DeviceLog, ulong), EventRecord>();
        if (_translations.Chance(history.Scenario.Faults.TranslatedDifferently))
        {
            for (var i = _translations.Between(1, DifferingMax); i > 0; i--)
            {
                var sequence = range.First + (ulong)_translations.Below(checked((int)range.Count));
                // the next version reads the charge of the battery from another field, which these rows do not have
                differing[(log, sequence)] = log.RecordAt(sequence) with
                {
                    BatteryPercent = EventRecord.ByteAbsent,
                };
            }
        }

        return new ReadAgain(differing);
    }

    private HeldReceipt? Receipt(Device device, DeviceLog log, List<SequenceRange> fresh, long atUtcMs)
    {
        if (_receipts.Chance(history.Scenario.Faults.ReceiptsForgotten))
        {
            return fresh.Count == 0 ? null : new HeldReceipt(log, Newest(fresh[^1]), ReceiptOf.Forgotten);
        }

        if (!_receipts.Chance(history.Scenario.Docking.ReceiptsShown))
        {
            return null;
        }

        if (_receipts.Chance(0.3))
        {
            return fresh.Count == 0 ? null : new HeldReceipt(log, Newest(fresh[^1]), ReceiptOf.Another);
        }

        return _readBefore.TryGetValue(device, out var before) && before.AtUtcMs < atUtcMs
            ? new HeldReceipt(before.Log, Newest(before.Range), ReceiptOf.Held)
            : null;
    }

    private static SequenceRange Newest(SequenceRange range) =>
        range.Count <= RecordsOfReceiptMax ? range : new SequenceRange(range.Next - RecordsOfReceiptMax, RecordsOfReceiptMax);
}
