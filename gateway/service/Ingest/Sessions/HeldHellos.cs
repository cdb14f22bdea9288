using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// A Hello that comes while nothing can be made durable (SPEC clause 10.10): told Busy at once and once, so that its dock knows why and waits. It
/// stays in the queue, and is welcomed when there is room.
/// </summary>
internal sealed class HeldHellos(IngestQueue queue, Reason reason)
{
    private readonly HashSet<Inbound> told = new(ReferenceEqualityComparer.Instance);

    /// <summary>Answers those that came since the last call.</summary>
    public void Answer()
    {
        foreach (var inbound in queue.Pending(inbound => !told.Contains(inbound) && IsHello(inbound)))
        {
            told.Add(inbound);
            var read = FrameReader.Read(inbound.Untrusted.Span, Limits.MqttPayloadBytesMax);
            if (read.Status == ReadStatus.Done && read.Frame.Decode<Hello>(out var hello).IsNone)
            {
                inbound.Link.Send(FrameWriter.ToArray(0, 0, new Busy(hello.ConnectionId, Limits.HoldRepeatMs, reason)));
            }
        }
    }

    private static bool IsHello(Inbound inbound) =>
        inbound is { Kind: InboundKind.Frames, Retained: false, Damaged: false }
        && FrameHeader.Read(inbound.Untrusted.Span, Limits.MqttPayloadBytesMax, out var header).IsNone
        && header.Type == MessageType.Hello;
}
