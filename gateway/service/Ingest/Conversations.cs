using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Sessions;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Ingest.Trust;
using TaserTelemetry.Gateway.Observability;
using ReadStatus = TaserTelemetry.FirmwareProtocol.Frames.ReadStatus;
using RecordKind = TaserTelemetry.Ledger.Journals.RecordKind;
using Wire = TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest;

/// <summary>
/// The conversation with every dock (SPEC clauses 8 and 10): frames in, judgements and answers out. Runs on the ingest thread alone; nothing is
/// said before <see cref="Flush"/>, which follows the fsync.
/// </summary>
internal sealed class Conversations(
    OpenJournal journal,
    Judgement judgement,
    OpenSessions sessions,
    HelloDesk desk,
    CheckpointDesk checkpoints,
    LimitSettings limits,
    TimeProvider clock,
    IngestMeters meters
)
{
    private readonly GroupBuilder group = journal.Group;
    private readonly GapBook gaps = journal.Gaps;
    private readonly List<(DockLink Link, byte[] Frame)> replies = [];

    public int SessionCount => sessions.Count;

    /// <summary>Senders whose quarantine is full.</summary>
    public FullQuarantines FullQuarantines => judgement.Quarantine.Full;

    /// <summary>Takes what came in: decodes, judges, and notes what is to be said.</summary>
    public void Take(Inbound inbound)
    {
        switch (inbound.Kind)
        {
            case InboundKind.LinkClosed:
                sessions.End(inbound.Link.Session, inbound.ReceivedNs);
                break;
            case InboundKind.State:
                TakeState(inbound);
                break;
            case InboundKind.NotTaken:
                AnswerNotTaken(inbound.Link, inbound.ReceivedNs);
                break;
            case InboundKind.Noise:
                AnswerNoise(inbound, inbound.NoiseReason, inbound.Untrusted.Span);
                break;
            default:
                TakeFrames(inbound);
                break;
        }
    }

    /// <summary>What time brings: wants that waited for an echo, heartbeats, silence. Called about once a second.</summary>
    public void Tick()
    {
        var (now, nowNs) = (UnixTime.Now(clock), UnixTime.NowNs(clock));
        foreach (var session in sessions.All.ToList())
        {
            sessions.GiveUpDamaged(session, DamagedFrame.MendWithin);
            session.Machine.Tick(now);
            if (session.Machine.IsOver || session.IsOffline(now.Ms))
            {
                sessions.End(session, nowNs);
            }
            else if (session.Machine.HasWords(now))
            {
                sessions.Talks(session);
            }
        }
        gaps.Tick(nowNs);
        judgement.Quarantine.WriteRefusals(nowNs);
        journal.Chains.Look(nowNs, journal.Ledger.NextIndex, sessionId => sessions.All.Any(s => s.Sender.SessionId == sessionId));
        journal.Silences.Look(nowNs, TimeSpan.FromHours(limits.DockSilentAfterHours));
    }

    /// <summary>Says what waits to be said; everything it speaks of is durable now.</summary>
    public void Flush()
    {
        sessions.Flush();
        foreach (var (link, frame) in replies)
        {
            link.Send(frame);
        }
        replies.Clear();
    }

    /// <summary>Stops every dock's timer while nothing can be made durable (wire 12).</summary>
    public void HoldAll(Reason reason) => sessions.HoldAll(Limits.HoldRepeatMs * 3, reason);

    /// <summary>What was held may go on (SPEC clause 8.19).</summary>
    public void ReleaseAll(Reason reason) => sessions.HoldAll(0, reason);

    /// <summary>The gateway stops: each dock is told, each session's gaps are written down, and nobody is welcomed any more.</summary>
    public void StopAll()
    {
        desk.Close();
        var nowNs = UnixTime.NowNs(clock);
        foreach (var session in sessions.All.ToList())
        {
            session.Machine.End(Reason.GatewayStopping);
            sessions.End(session, nowNs);
        }
    }

    /// <summary>Keeps a whole message aside, unread.</summary>
    public void KeepWhole(Inbound inbound)
    {
        if (!inbound.Untrusted.IsEmpty)
        {
            KeepAside(inbound, QuarantineKind.MessageRest, Reason.MessageNotExpected, inbound.Untrusted);
        }
    }

    private void TakeFrames(Inbound inbound)
    {
        var rest = inbound.Untrusted;
        if (inbound.Retained)
        {
            KeepAside(inbound, QuarantineKind.Retained, Reason.RetainedNotAllowed, rest);
            return;
        }
        var payloadBytesMax = inbound.Link.Transport == Transport.Serial ? Limits.SerialPayloadBytesMax : Limits.MqttPayloadBytesMax;
        if (inbound.Damaged && FrameHeader.Read(rest.Span, payloadBytesMax, out var header).IsNone)
        {
            TakeDamaged(inbound, header, FramingAnswers.DamageOf(header, rest.Length), rest);
            return;
        }
        while (!rest.IsEmpty)
        {
            var read = FrameReader.Read(rest.Span, payloadBytesMax);
            switch (read.Status)
            {
                case ReadStatus.Done:
                    TakeFrame(inbound, read.Frame, rest[..read.Bytes.Length]);
                    rest = rest[read.Bytes.Length..];
                    break;
                case ReadStatus.FrameRejected:
                    TakeDamaged(inbound, read.Header, read.Rejection.Reason, rest[..read.Bytes.Length]);
                    rest = rest[read.Bytes.Length..];
                    break;
                default:
                    // Behind a bad header nothing can be found: all of it is kept aside as one item (wire 1).
                    var reason = read.Status == ReadStatus.Incomplete ? Reason.FrameCutShort : read.Rejection.Reason;
                    KeepAside(inbound, QuarantineKind.MessageRest, reason, rest);
                    AnswerHeader(inbound, read.Header, reason, rest.Span);
                    return;
            }
        }
    }

    /// <summary>A header that is whole says whose the frame was, and the dock can be told what is wrong with it (SPEC clause 10.10).</summary>
    private void AnswerHeader(Inbound inbound, in FrameHeader header, Reason reason, ReadOnlySpan<byte> bytes)
    {
        if (reason == Reason.FrameCutShort && inbound.Link.Session is { } session && session.Machine.Number == header.Session)
        {
            session.Machine.Damaged(header, reason);
            sessions.Talks(session);
        }
        else
        {
            AnswerNoise(inbound, reason, bytes);
        }
    }

    private void TakeFrame(Inbound inbound, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        meters.FrameReceived(frame.Header.Type, bytes.Length);
        if (frame.Header.Type == MessageType.Hello)
        {
            TakeHello(inbound, frame, bytes);
            return;
        }
        if (inbound.OnHelloTopic)
        {
            // Hello is shared among gateways: what else comes there might be any of theirs (SPEC clause 4.3).
            KeepAside(inbound, QuarantineKind.Frame, Reason.TopicWrong, bytes);
            Reply(inbound.Link, frame.Header.Session, new Abort(Reason.TopicWrong, ReasonAction.Skip, FrameVerdict.NoDetail));
            return;
        }
        if (inbound.Link.Session is not { } session || session.Machine.Number != frame.Header.Session)
        {
            TakeStray(inbound, frame, bytes);
            return;
        }
        session.Heard(UnixTime.Now(clock).Ms);
        journal.Silences.Heard(session.Sender, inbound.ReceivedNs);
        switch (session.Machine.Receive(frame, UnixTime.Now(clock)))
        {
            case GatewayDuty.MakeDurable:
                Judge(session, inbound, frame, bytes);
                break;
            case GatewayDuty.KeepDocked when frame.Decode<Wire.Docked>(out var docked).IsNone:
                KeepDocked(session, inbound, docked, bytes);
                break;
            case GatewayDuty.KeepIfPossible:
                judgement.Judge(session.Sender, inbound.ReceivedNs, frame, bytes);
                break;
            case GatewayDuty.KeepAside:
                KeepAside(inbound, QuarantineKind.Frame, frame.Decode<Wire.Docked>(out _).Reason, bytes);
                break;
            default:
                break;
        }
        if (session.Machine.IsOver)
        {
            sessions.End(session, inbound.ReceivedNs);
        }
        sessions.Talks(session);
    }

    private void Judge(DockingSession session, Inbound inbound, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        var outcome = Outcome(session, inbound, frame, bytes);
        session.Judged(frame.Header.FrameNumber, outcome);
        if (outcome.Verdict != Verdict.Refused)
        {
            session.Mended(frame.Header.FrameNumber);
            if (frame.Header.Type == MessageType.RecordBatch && RecordBatch.Decode(frame, out var batch).IsNone)
            {
                session.Touched(group.State.Filed(batch.Header.Log));
            }
            else if (frame.Header.Type == MessageType.Undocked)
            {
                gaps.SessionEnded(session.Logs, inbound.ReceivedNs);
            }
        }
    }

    private FrameOutcome Outcome(DockingSession session, Inbound inbound, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        if (frame.Header.Type == MessageType.ClockEcho && frame.Decode<Wire.ClockEcho>(out var echo).IsNone)
        {
            return EchoRecord.Add(group, session, inbound.ReceivedNs, echo, bytes);
        }
        if (
            frame.Header.Type == MessageType.CheckpointHeld
            && frame.Decode<CheckpointHeld>(out var held).IsNone
            && session.Sender.Standing == Reason.None
        )
        {
            Span<byte> root = stackalloc byte[Limits.HashBytes];
            held.Root.CopyTo(root);
            var result = checkpoints.Look(session, held);
            var leaf = new CheckpointShown(session.Sender.ArrivalAt(inbound.ReceivedNs), held.TreeSize, Digest.Read(root), result);
            group.Add(RecordKind.Frame, leaf, bytes);
            return FrameOutcome.Stored;
        }
        var outcome = judgement.Judge(session.Sender, inbound.ReceivedNs, frame, bytes);
        meters.FrameJudged(outcome.Verdict, outcome.Reason);
        return outcome;
    }

    private void KeepDocked(DockingSession session, Inbound inbound, in Wire.Docked docked, ReadOnlyMemory<byte> bytes)
    {
        if (session.Sender.Standing == Reason.None)
        {
            session.HoldsActivation |= docked.Flags.HasFlag(DockedFlags.HoldsActivation);
            DockedStatement.Add(group, session.Sender, inbound.ReceivedNs, docked, bytes);
            session.Touched(group.State.Filed(docked.Log));
        }
    }

    private void TakeHello(Inbound inbound, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        var rejection = frame.Decode<Hello>(out var hello);
        if (!rejection.IsNone)
        {
            KeepAside(inbound, QuarantineKind.Frame, rejection.Reason, bytes);
            // The same bytes would only come again (SPEC clause 8.7).
            Reply(inbound.Link, 0, new Abort(rejection.Reason, ReasonAction.StopAndCall, (uint)rejection.Offset));
        }
        else if (desk.Take(inbound.Link, hello, inbound.ReceivedNs) is { } answer)
        {
            replies.Add((inbound.Link, answer));
        }
    }

    /// <summary>
    /// A frame of no session here: after a restart, or meant for another gateway. A batch says enough to be stored all the same (wire 7);
    /// the dock is told to say hello again.
    /// </summary>
    private void TakeStray(Inbound inbound, Frame frame, ReadOnlyMemory<byte> bytes)
    {
        if (frame.Header.Type is MessageType.RecordBatch or MessageType.Block)
        {
            judgement.Judge(desk.Stranger(inbound.Link), inbound.ReceivedNs, frame, bytes);
        }
        if (frame.Header.Type is not (MessageType.Goodbye or MessageType.Abort))
        {
            var reason = sessions.IsOpen(frame.Header.Session) ? Reason.SessionNotYours : Reason.SessionUnknown;
            Reply(inbound.Link, frame.Header.Session, new Abort(reason, ReasonAction.HelloAgain, FrameVerdict.NoDetail));
        }
    }

    private void TakeDamaged(Inbound inbound, in FrameHeader header, Reason reason, ReadOnlyMemory<byte> bytes)
    {
        if (inbound.Link.Session is { } session && session.Machine.Number == header.Session)
        {
            var askedAgain = session.Machine.Damaged(header, reason);
            sessions.Talks(session);
            if (askedAgain && inbound.Link.Transport == Transport.Serial && session.Damaged.Count < DamagedFrame.CountMax)
            {
                session.Damaged.Add(new DamagedFrame(header.FrameNumber, reason, bytes, inbound.ReceivedNs, clock.GetTimestamp()));
                return; // a retransmission will most likely mend it (wire 21)
            }
        }
        if (header.Type == MessageType.Hello)
        {
            // A Hello has no number to be asked for again by, and whoever counts the check otherwise would hear nothing for ever.
            Reply(inbound.Link, 0, new Abort(reason, ReasonAction.ResendNow, (uint)(header.FrameBytes - FrameHeader.CheckBytes)));
        }
        KeepAside(inbound, QuarantineKind.BadFrame, reason, bytes);
    }

    /// <summary>What a door did not take is answered with its reason, once for as much as came before the answer.</summary>
    private void AnswerNotTaken(DockLink link, ulong nowNs)
    {
        var (why, session) = (link.TakeRefusal(), link.Session);
        if (FramingAnswers.NotTaken(why, session?.Machine.Number) is { } answer)
        {
            replies.Add((link, answer));
        }
        if (why is Reason.QosTooLow or Reason.MessageTooLong)
        {
            sessions.End(session, nowNs);
        }
    }

    private void AnswerNoise(Inbound inbound, Reason reason, ReadOnlySpan<byte> header)
    {
        if (FramingAnswers.Of(inbound.Link.Session, reason, header) is not { } answer)
        {
            return;
        }
        if (inbound.Link.Session is { } session && session.Machine.Number == answer.Session)
        {
            session.Machine.End(answer.Abort);
            sessions.Talks(session);
            sessions.End(session, inbound.ReceivedNs);
        }
        else
        {
            Reply(inbound.Link, answer.Session, answer.Abort);
        }
    }

    private void Reply(DockLink link, uint session, in Abort abort) => replies.Add((link, FrameWriter.ToArray(session, 0, abort)));

    private void TakeState(Inbound inbound)
    {
        var read = FrameReader.Read(inbound.Untrusted.Span, Limits.MqttPayloadBytesMax);
        if (read.Status != ReadStatus.Done || !read.Frame.Decode<State>(out var state).IsNone)
        {
            KeepAside(inbound, QuarantineKind.Frame, Reason.MessageNotExpected, inbound.Untrusted);
            return;
        }
        // The will of a half-open old connection may come after the new one's birth (tried): only the current connection's counts (wire 18).
        if (sessions.Of(inbound.Link.Claimed.Dock) is not { } session || session.Machine.ConnectionId != state.ConnectionId)
        {
            return;
        }
        if (state.IsOnline)
        {
            session.Heard(UnixTime.Now(clock).Ms);
        }
        else
        {
            session.SaidOffline(UnixTime.Now(clock).Ms);
        }
    }

    private void KeepAside(Inbound inbound, QuarantineKind kind, Reason reason, ReadOnlyMemory<byte> bytes)
    {
        var sender = inbound.Link.Session?.Sender ?? desk.Stranger(inbound.Link);
        var outcome = judgement.Quarantine.Keep(sender, inbound.ReceivedNs, kind, reason, bytes);
        meters.FrameJudged(outcome.Verdict, outcome.Reason);
    }
}
