using System.Buffers.Binary;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// What is said of bytes that are no frame and of messages that no door took, so that a dock that gets them wrong is told how (SPEC clauses 10.10
/// and 11.1).
/// </summary>
internal static class FramingAnswers
{
    // A dock past its share is told to hold for so long; what is queued of it has then long been written.
    private const uint OverShareHoldMs = 1_000;

    /// <summary>Null = nothing is said. QosTooLow and MessageTooLong end the session: the dock says hello and sends again what was not acked, as it can be.</summary>
    public static byte[]? NotTaken(Reason why, uint? session) =>
        why switch
        {
            Reason.QosTooLow => FrameWriter.ToArray(session ?? 0, 0, new Abort(why, ReasonAction.ResendNow, FrameVerdict.NoDetail)),
            Reason.MessageTooLong => FrameWriter.ToArray(session ?? 0, 0, new Abort(why, ReasonAction.HelloAgain, FrameVerdict.NoDetail)),
            Reason.RateExceeded when session is null => FrameWriter.ToArray(
                session ?? 0,
                0,
                new Abort(why, ReasonAction.Wait, OverShareHoldMs)
            ),
            Reason.RateExceeded => FrameWriter.ToArray(session.Value, 0, new Hold(OverShareHoldMs, why)),
            _ => null,
        };

    /// <summary>
    /// Answered where no docking session is open, or where it seems to be a Hello. A header that passed its check and asks for the impossible
    /// is answered in any case, under its own session: a repeat would only ask for the same. Null = nothing is said.
    /// </summary>
    public static (uint Session, Abort Abort)? Of(DockingSession? session, Reason reason, ReadOnlySpan<byte> header)
    {
        var offset = reason switch
        {
            Reason.MagicWrong => 0u,
            Reason.VersionUnsupported => 1u,
            Reason.PayloadTooLong => 12u,
            Reason.HeaderCheckWrong => 14u,
            _ => FrameVerdict.NoDetail,
        };
        if (reason is not (Reason.VersionUnsupported or Reason.PayloadTooLong) || header.Length < FrameHeader.Bytes)
        {
            var isHello = header.Length >= FrameHeader.Bytes && (MessageType)header[2] == MessageType.Hello;
            return session is null || isHello ? (0, new Abort(reason, ReasonAction.None, offset)) : null;
        }
        var number = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        // In an open docking session on a serial line it may be noise that passed 16 bits of check: not enough to stop for.
        var mayBeNoise = session?.Machine.Number == number && session.Link.Transport == Transport.Serial;
        var action = reason == Reason.VersionUnsupported && !mayBeNoise ? ReasonAction.StopAndCall : ReasonAction.HelloAgain;
        return (number, new Abort(reason, action, offset));
    }

    /// <summary>What is wrong with a stretch whose header is good (SPEC clause 3.4).</summary>
    public static Reason DamageOf(in FrameHeader header, int stretchBytes) =>
        stretchBytes < header.FrameBytes ? Reason.FrameCutShort
        : stretchBytes > header.FrameBytes ? Reason.FrameRunsOn
        : Reason.FrameCheckWrong;
}
