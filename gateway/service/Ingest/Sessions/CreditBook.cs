using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// The gateway's flow control (wire 11): the sum of all credits is its budget. A session gets an even share of it, between one frame and
/// what keeps a line busy; shares shrink at each dock's next ack as more docks come. Pure.
/// </summary>
internal sealed class CreditBook(int framesBudget, int bytesBudget)
{
    /// <summary>Frames one dock may have in flight over MQTT: enough to cover an fsync at line speed.</summary>
    public const int MqttFramesMax = 64;

    private const int FrameBytesMin = Limits.MqttFrameBytesMax;
    private int frames;
    private long bytes;
    private int sessions;

    /// <summary>Frames granted and not given back.</summary>
    public int FramesGranted => frames;

    /// <summary>Bytes granted and not given back.</summary>
    public long BytesGranted => bytes;

    /// <summary>
    /// Credit for a new session; null when the budget has not even one frame left: Busy. Where the others hold all of it, they are asked
    /// first to come down to their share of today: an idle dock must not keep a new one out.
    /// </summary>
    public Credit? Open(Transport transport, Action comeDown)
    {
        sessions++;
        var credit = Share(transport);
        if (credit.Frames == 0)
        {
            comeDown();
            credit = Share(transport);
        }
        if (credit.Frames == 0)
        {
            sessions--;
            return null;
        }
        Take(credit);
        return credit;
    }

    /// <summary>Credit renewed with an ack: today's share, never more than what is left beside the others'.</summary>
    public Credit Renew(Transport transport, Credit old)
    {
        Give(old);
        var credit = Share(transport);
        Take(credit);
        return credit;
    }

    public void Close(Credit old)
    {
        Give(old);
        sessions--;
    }

    private Credit Share(Transport transport)
    {
        var most = transport == Transport.Serial ? Limits.SerialWindowFramesMax : MqttFramesMax;
        var frameShare = Math.Clamp(framesBudget / Math.Max(sessions, 1), 1, most);
        var granted = (int)Math.Min(frameShare, framesBudget - (long)frames);
        var byteShare = Math.Clamp(bytesBudget / Math.Max(sessions, 1), FrameBytesMin, most * FrameBytesMin);
        var grantedBytes = Math.Min(byteShare, bytesBudget - bytes);
        if (granted <= 0 || grantedBytes < FrameBytesMin)
        {
            return default;
        }
        return new Credit((ushort)granted, (uint)grantedBytes);
    }

    private void Take(Credit credit) => (frames, bytes) = (frames + credit.Frames, bytes + credit.Bytes);

    private void Give(Credit credit) => (frames, bytes) = (frames - credit.Frames, bytes - credit.Bytes);
}
