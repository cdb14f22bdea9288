using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>What became of one frame (SPEC clause 10.4). The default value is: stored, nothing to say.</summary>
internal readonly record struct FrameOutcome(Verdict Verdict, Reason Reason, ReasonAction Action, uint Detail)
{
    public static FrameOutcome Stored => default;

    /// <summary>Stored, and something to say about it.</summary>
    public static FrameOutcome StoredWith(Reason reason, uint offset = FrameVerdict.NoDetail) =>
        new(Verdict.Stored, reason, ReasonAction.None, offset);

    public static FrameOutcome KeptAside(Reason reason, uint offset = FrameVerdict.NoDetail) =>
        new(Verdict.KeptAside, reason, ReasonAction.Skip, offset);

    /// <summary>Not kept; the dock tries again after so many milliseconds.</summary>
    public static FrameOutcome RefusedFor(Reason reason, uint waitMs) => new(Verdict.Refused, reason, ReasonAction.Wait, waitMs);
}
