using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>What a <see cref="DockSession"/> cannot do itself and asks of the dock around it.</summary>
// open: the base of the closed list below, matched by type.
public abstract record DockDuty
{
    private DockDuty() { }

    /// <summary>
    /// Make this receipt durable; only then may what it covers be forgotten (SPEC clause 13.7). Whether its signature holds is the dock's
    /// to check, with the gateway's receipt key.
    /// </summary>
    /// <param name="Receipt">As it came.</param>
    public sealed record KeepReceipt(Receipt Receipt) : DockDuty;

    /// <summary>Keep these nonces for the heads of devices (SPEC clause 13.5).</summary>
    /// <param name="Grant">As it came.</param>
    public sealed record KeepNonces(NonceGrant Grant) : DockDuty;

    /// <summary>Check this part of a proof, and keep the checkpoint once all of it holds (SPEC clause 13.8).</summary>
    /// <param name="Proof">As it came.</param>
    public sealed record CheckProof(ConsistencyProof Proof) : DockDuty;

    /// <summary>Sign this Hello and hand it back through <see cref="DockSession.Signed"/>; a dock that cannot sign hands it back as it is.</summary>
    /// <param name="Hello">With the gateway's nonce, not signed.</param>
    public sealed record SignHello(Hello Hello) : DockDuty;

    /// <summary>The gateway's clock, for the dock's own (SPEC clause 8.4).</summary>
    /// <param name="UtcNs">ns since 1970-01-01 UTC, not 0.</param>
    public sealed record SetClock(ulong UtcNs) : DockDuty;

    /// <summary>Records are wanted that no Docked of this session offered: answer with ReceiptShown or RangeGone (SPEC clauses 8.10, 13.7).</summary>
    /// <param name="Wanted">Which.</param>
    public sealed record WantedBeyond(WantedRange Wanted) : DockDuty;

    /// <summary>The docking session has begun: offer what is docked.</summary>
    public sealed record Begun : DockDuty;

    /// <summary>The docking session is over: what was not acked must be said again in the next, which the machine asks for by itself.</summary>
    public sealed record Over : DockDuty;

    /// <summary>Stop, keep everything, and show a person the code (SPEC clause 14.1, StopAndCall).</summary>
    /// <param name="Reason">What to show.</param>
    /// <param name="Detail">The byte of the frame that is wrong; <see cref="FrameVerdict.NoDetail"/> = none.</param>
    public sealed record CallPerson(Reason Reason, uint Detail) : DockDuty;
}
