using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;

namespace TaserTelemetry.Reconciler.Classification;

/// <summary>Whether a device stood in a dock or on a cable, followed along its log; activations come in order of sequence.</summary>
internal sealed class LinkState(List<NotableEvent> events)
{
    private int _next;

    public bool Connected { get; private set; }

    public void Advance(Activation activation)
    {
        while (_next < events.Count && Before(events[_next], activation))
        {
            Connected = events[_next].Code switch
            {
                EventCode.DockConnect or EventCode.UsbConnect => true,
                EventCode.DockDisconnect or EventCode.UsbDisconnect => false,
                _ => Connected,
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

    private static bool IsSetting(NotableEvent single) => single.Code is EventCode.TimeSync or EventCode.FirmwareUpdate;

    private static bool Before(NotableEvent single, Activation activation) =>
        activation.Device.BatchOf(single.Record).Epoch == activation.Epoch
            ? single.Record.Sequence < activation.First.Sequence
            : single.When.LowNs < activation.Start.LowNs;
}
