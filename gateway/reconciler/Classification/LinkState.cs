using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;

namespace TaserTelemetry.Reconciler.Classification;

/// <summary>Whether a device stood in a dock or on a cable, followed along its log; activations come in order of sequence.</summary>
internal sealed class LinkState(DeviceHistory device)
{
    private readonly List<NotableEvent> events = device.Events;
    private NotableEvent? _connect;
    private int _next;
    private int _run;

    /// <summary>
    /// Connected, and every record since is here: a hole after it may hold the row of taking it out, and an excuse rests on what the log
    /// shows (domain 2.7.1, 2.7.4).
    /// </summary>
    public bool IsConnected(Activation activation)
    {
        while (_run + 1 < device.Runs.Count && !Holds(device.Runs[_run], activation))
        {
            _run++;
        }

        return _connect is { } connect
            && Holds(device.Runs[_run], activation)
            && device.BatchOf(connect.Record).Epoch == activation.Epoch
            && connect.Record.Sequence >= device.Runs[_run].First.Sequence;
    }

    public void Advance(Activation activation)
    {
        while (_next < events.Count && Before(events[_next], activation))
        {
            _connect = events[_next].Code switch
            {
                EventCode.DockConnect or EventCode.UsbConnect => events[_next],
                EventCode.DockDisconnect or EventCode.UsbDisconnect => null,
                _ => _connect,
            };
            _next++;
        }
    }

    /// <summary>A clock setting or firmware update within so many ns, before or after.</summary>
    public bool NearSetting(Activation activation, long withinNs)
    {
        for (int i = _next - 1; i >= 0 && events[i].When.GapNs(activation.Start) <= withinNs; i--)
        {
            if (IsSetting(events[i]))
            {
                return true;
            }
        }

        for (int i = _next; i < events.Count && events[i].When.GapNs(activation.Start) <= withinNs; i++)
        {
            if (IsSetting(events[i]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Holds(in SequenceRun run, Activation activation) =>
        run.Epoch == activation.Epoch && run.First.Sequence <= activation.First.Sequence && activation.First.Sequence <= run.Last.Sequence;

    private static bool IsSetting(NotableEvent single) => single.Code is EventCode.TimeSync or EventCode.FirmwareUpdate;

    private static bool Before(NotableEvent single, Activation activation) =>
        activation.Device.BatchOf(single.Record).Epoch == activation.Epoch
            ? single.Record.Sequence < activation.First.Sequence
            : single.When.LowNs < activation.Start.LowNs;
}
