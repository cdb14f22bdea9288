using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Judging;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>The docking sessions open now, who of them has something to say, and the credit that they share.</summary>
internal sealed class OpenSessions(
    CreditBook credits,
    GapBook gaps,
    Quarantine quarantine,
    int sessionsMax,
    TimeProvider clock,
    ILogger log
)
{
    private readonly Dictionary<string, DockingSession> byDock = new(StringComparer.Ordinal);
    private readonly HashSet<DockingSession> talking = [];

    public int Count => byDock.Count;

    public IReadOnlyCollection<DockingSession> All => byDock.Values;

    /// <summary>The session under a dock's name; null when there is none.</summary>
    public DockingSession? Of(string dock) => byDock.GetValueOrDefault(dock);

    /// <summary>Whether a docking session of that number is open, under any dock's name.</summary>
    public bool IsOpen(uint number) => byDock.Values.Any(session => session.Machine.Number == number);

    /// <summary>Credit for one more session; null when there is no room for it.</summary>
    public Credit? MakeRoom(Transport transport) => byDock.Count < sessionsMax ? credits.Open(transport, ComeDown) : null;

    private void ComeDown()
    {
        foreach (var session in byDock.Values)
        {
            Renew(session);
            talking.Add(session);
        }
    }

    private void Renew(DockingSession session) => session.Machine.Grant(credits.Renew(session.Link.Transport, session.Machine.Credit));

    public void Add(DockingSession session)
    {
        session.Link.Session = session;
        byDock[session.Sender.Place.Dock] = session;
        log.SessionBegan(session.Sender.SessionId, session.Link.Claimed.ToString(), session.Link.Transport, session.Sender.Standing);
    }

    /// <summary>This session has something to say at the next flush.</summary>
    public void Talks(DockingSession session) => talking.Add(session);

    /// <summary>The session is over. Its last words wait for the fsync like all others.</summary>
    public void End(DockingSession? session, ulong nowNs)
    {
        if (session is null || session.Ended)
        {
            return;
        }
        session.Ended = true;
        GiveUpDamaged(session, TimeSpan.Zero);
        if (session.Link.Session == session)
        {
            session.Link.Session = null;
        }
        talking.Add(session);
        credits.Close(session.Machine.Credit);
        session.Machine.End();
        byDock.Remove(session.Sender.Place.Dock);
        gaps.SessionEnded(session.Logs, nowNs);
        log.SessionEnded(session.Sender.SessionId, session.Link.Claimed.ToString());
    }

    /// <summary>Frames that no retransmission mended in time become quarantine (wire 21).</summary>
    public void GiveUpDamaged(DockingSession session, TimeSpan older)
    {
        foreach (var damaged in session.Damaged.Where(d => clock.GetElapsedTime(d.At) >= older))
        {
            quarantine.Keep(session.Sender, damaged.ReceivedNs, Evidence.Leaves.QuarantineKind.BadFrame, damaged.Reason, damaged.Bytes);
        }
        session.Damaged.RemoveAll(d => clock.GetElapsedTime(d.At) >= older);
    }

    /// <summary>
    /// Says what waits to be said, after the fsync of everything it speaks of. Docks that hold an activation first: of a budget that is short
    /// they get their share before the others.
    /// </summary>
    public void Flush()
    {
        Flush(holdsActivation: true);
        Flush(holdsActivation: false);
        talking.Clear();
    }

    private void Flush(bool holdsActivation)
    {
        foreach (var session in talking)
        {
            if (session.HoldsActivation != holdsActivation)
            {
                continue;
            }
            if (!session.Ended)
            {
                Renew(session);
            }
            session.Flush(UnixTime.Now(clock));
        }
    }

    /// <summary>Stops every dock's timer while nothing can be made durable (wire 12). Speaks of nothing that was stored, so it waits for no fsync.</summary>
    public void HoldAll(int forMs, Reason reason)
    {
        foreach (var session in byDock.Values)
        {
            session.Link.Send(session.Machine.HoldFrame(forMs, reason));
        }
    }
}
