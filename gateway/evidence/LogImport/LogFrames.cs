using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.LogImport;

/// <summary>
/// Translated rows as the frames a dock would have sent: one device and one run of sequences each, so that they go through the same
/// decoder, judgement and journal as everything else. The same rows give the same frames.
/// </summary>
public static class LogFrames
{
    /// <summary>The frames, by device in the order of serials, sequences rising. A sequence that the file has twice with the same content is
    /// taken once; with another content it comes in a frame of its own and is judged as a variant.</summary>
    public static IEnumerable<(string Device, byte[] Frame, int Records)> Of(
        LogProfile profile,
        IReadOnlyList<TranslatedRow> rows,
        Epoch epoch
    )
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(rows);
        var number = 0u;
        foreach (var device in rows.GroupBy(r => r.Device, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var rising = device.OrderBy(r => r.Sequence).ThenBy(r => r.Line).ToList();
            for (var at = 0; at < rising.Count; )
            {
                var (frame, taken, records) = Next(profile, rising, at, epoch, ++number);
                at += taken;
                yield return (device.Key, frame, records);
            }
        }
    }

    private static (byte[] Frame, int Taken, int Records) Next(
        LogProfile profile,
        List<TranslatedRow> rows,
        int at,
        Epoch epoch,
        uint number
    )
    {
        var first = rows[at];
        var header = new RecordBatchHeader(
            new LogKey(first.Device, LogKind.Event, epoch),
            first.Sequence,
            "",
            first.Model,
            first.Firmware,
            StampUnit.Seconds,
            profile.Stamp.ResolutionMs,
            profile.DurationResolutionMs,
            0,
            profile.TranslatorId,
            profile.TranslatorVersion
        );
        var buffer = new byte[Limits.MqttFrameBytesMax];
        var writer = new RecordBatchWriter(buffer, Limits.MqttPayloadBytesMax, header);
        writer.TryAdd(first.Record);
        var taken = 1;
        for (; at + taken < rows.Count; taken++)
        {
            var (last, next) = (rows[at + taken - 1], rows[at + taken]);
            if (next.Sequence == last.Sequence && next.Record == last.Record)
            {
                continue;
            }
            if (
                next.Sequence != last.Sequence + 1
                || next.Model != first.Model
                || next.Firmware != first.Firmware
                || !writer.TryAdd(next.Record)
            )
            {
                break;
            }
        }
        var records = writer.Count;
        var bytes = writer.Finish(0, number);
        return (buffer[..bytes], taken, records);
    }
}
