using System.Security.Cryptography;
using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>Hello to Welcome (SPEC clauses 8.2 to 8.4): who speaks, may it be stored, and how much at once.</summary>
internal sealed class HelloDesk(
    DecisionState state,
    OpenSessions sessions,
    NonceDesk nonces,
    ReceiptDesk receipts,
    string gateway,
    TimeProvider clock
)
{
    private const uint BusyWaitMs = 30_000;
    private ulong lastSessionId;
    private bool closed;

    /// <summary>The gateway stops: every Hello from here on is answered with Busy.</summary>
    public void Close() => closed = true;

    /// <summary>Opens a docking session, or answers the frame that says why not.</summary>
    public byte[]? Take(DockLink link, in Hello hello, ulong receivedNs)
    {
        if (closed)
        {
            return FrameWriter.ToArray(0, 0, new Busy(hello.ConnectionId, BusyWaitMs, Reason.GatewayStopping));
        }
        var spoken = new DockAddress(hello.Force, hello.Armoury, hello.Dock);
        var claimed =
            link.Transport == Transport.Serial && link.Claimed.Force.Length == 0 ? spoken with { Dock = link.Claimed.Dock } : link.Claimed;
        // Every other Hello opens a new docking session: a dock that starts over counts its frames from 1 again (SPEC clause 10.1).
        if (link.Session is { } same && same.Machine.IsSame(hello))
        {
            same.Machine.WelcomeAgain(); // our first answer was lost
            sessions.Talks(same);
            return null;
        }
        if (CheckSignature(link, hello, claimed.Dock) is { } refusal)
        {
            return refusal;
        }
        var signed = !link.Challenge.IsNone && hello.Nonce == link.Challenge && hello.Signature.IsPresent;
        link.Challenge = default;
        sessions.End(link.Session, receivedNs);
        if (sessions.Of(claimed.Dock) is { } older)
        {
            older.Machine.End(new Abort(Reason.SessionReplaced, ReasonAction.Wait, Limits.RetransmitMsMax));
            sessions.End(older, receivedNs);
        }
        if (sessions.MakeRoom(link.Transport) is not { } credit)
        {
            return FrameWriter.ToArray(0, 0, new Busy(hello.ConnectionId, BusyWaitMs, Reason.GatewayBusy));
        }
        var sender = SenderOf(link, signed, claimed, spoken);
        sender.Clock.Heard(hello.BootId, hello.MonotonicNs, receivedNs);
        var ours = link.Transport == Transport.Serial ? Limits.SerialPayloadBytesMax : Limits.MqttPayloadBytesMax;
        var session = new DockingSession(
            sender,
            link,
            new GatewaySession(hello, TermsFor(link, Math.Min(hello.PayloadBytesMax, ours)), credit, UnixTime.Now(clock)),
            receipts.For(sender),
            UnixTime.Now(clock).Ms
        );
        sessions.Add(session);
        sessions.Talks(session);
        nonces.Refill(session, receivedNs);
        return null;
    }

    private GatewayTerms TermsFor(DockLink link, int payloadBytesMax)
    {
        // Drawn at random, not counted: after a kill a counted number could be given again while frames of the session that had it before are
        // still on their way, and they would pass for frames of this one.
        var number = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint))) | 1;
        var echo = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
        var up = link.Transport == Transport.Mqtt ? Topics.Up(link.Claimed, gateway) : "";
        return new GatewayTerms(number, link.Transport, gateway, up, payloadBytesMax, echo);
    }

    /// <summary>
    /// A dock with an enrolled key is challenged once; one that cannot sign is heard all the same where the policy allows it, and marked
    /// (wire 16). Null = go on; else the frame that is the answer.
    /// </summary>
    private byte[]? CheckSignature(DockLink link, in Hello hello, string dock)
    {
        var keys = state.KeysOfDock(dock);
        if (keys.Count == 0)
        {
            return state.Policy.UnsignedDocks || state.DockInForce(dock) is null
                ? null
                : Refusal(Reason.SignatureNeeded, ReasonAction.StopAndCall);
        }
        if (link.Challenge.IsNone || (hello.Signature.IsPresent && hello.Nonce != link.Challenge))
        {
            link.Challenge = Nonce.From(RandomNumberGenerator.GetBytes(Limits.NonceBytes));
            return FrameWriter.ToArray(0, 0, new Challenge(hello.ConnectionId, link.Challenge));
        }
        if (hello.Signature.IsPresent)
        {
            var (bytes, signature) = (hello.BytesToSign(), hello.Signature);
            return keys.Any(key => SignatureCheck.Holds(key, bytes, signature))
                ? null
                : Refusal(Reason.SignatureWrong, ReasonAction.StopAndCall);
        }
        return state.Policy.UnsignedDocks ? null : Refusal(Reason.SignatureNeeded, ReasonAction.StopAndCall);
    }

    private static byte[] Refusal(Reason reason, ReasonAction action) =>
        FrameWriter.ToArray(0, 0, new Abort(reason, action, FrameVerdict.NoDetail));

    /// <summary>Somebody who has not said hello here: what is known of the place it claims.</summary>
    public Sender Stranger(DockLink link)
    {
        var claimed = link.Claimed;
        var known = state.Docks.GetValueOrDefault(claimed.Dock);
        return new Sender(0, ViaOf(link.Transport), new Place(claimed.Force, claimed.Armoury, claimed.Dock))
        {
            Enrolled = known is { Standing: Standing.InForce },
            Standing = Enrolments.Standing(known, claimed),
            Marks = BatchMarks.DockUnsigned,
        };
    }

    private Sender SenderOf(DockLink link, bool signed, DockAddress claimed, DockAddress spoken)
    {
        var known = state.Docks.GetValueOrDefault(claimed.Dock);
        var standing = spoken.Dock != claimed.Dock ? Reason.DockNameMismatch : Enrolments.Standing(known, spoken);
        if (standing == Reason.None)
        {
            standing = Enrolments.Standing(known, claimed);
        }
        lastSessionId = Math.Max(lastSessionId, state.LastSessionId) + 1;
        return new Sender(lastSessionId, ViaOf(link.Transport), new Place(claimed.Force, claimed.Armoury, claimed.Dock))
        {
            Enrolled = known is { Standing: Standing.InForce },
            Standing = standing,
            Marks = signed ? BatchMarks.None : BatchMarks.DockUnsigned,
        };
    }

    private static ArrivalVia ViaOf(Transport transport) =>
        transport switch
        {
            Transport.Serial => ArrivalVia.Serial,
            Transport.File => ArrivalVia.Capture,
            _ => ArrivalVia.Mqtt,
        };
}
