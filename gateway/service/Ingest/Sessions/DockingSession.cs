using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>A frame of a serial line whose payload check failed, kept until it is mended or given up (wire 21).</summary>
internal sealed record DamagedFrame(uint Number, Reason Reason, ReadOnlyMemory<byte> Bytes, ulong ReceivedNs, long At)
{
    /// <summary>Held for one session.</summary>
    public const int CountMax = 64;

    /// <summary>After this it is journalled as quarantine.</summary>
    public static readonly TimeSpan MendWithin = TimeSpan.FromSeconds(60);
}

/// <summary>
/// One docking session as the service carries it: the machine that holds the conversation, the link to the dock, and what waits for the
/// commit. Touched by the ingest thread alone.
/// </summary>
internal sealed class DockingSession(Sender sender, DockLink link, GatewaySession machine, IDurableLogs durable, long openedMs)
{
    /// <summary>Logs whose gaps are written down when the session ends.</summary>
    public const int LogsMax = 1_024;

    /// <summary>
    /// An MQTT session in which nothing was heard for so long is over without a word: its dock may have gone without a will. One that is still there
    /// is told to say hello again when it speaks (SPEC clause 10.8).
    /// </summary>
    public const int IdleMsMax = 3_600_000;

    private readonly List<FrameVerdict> settled = [];
    private readonly HashSet<LogKey> logs = [];
    private long? offlineSinceMs;
    private long heardMs = openedMs;

    public Sender Sender { get; } = sender;

    public DockLink Link { get; } = link;

    /// <summary>What is said and when: hello to the end.</summary>
    public GatewaySession Machine { get; } = machine;

    /// <summary>Frames with a good header and a bad check that a retransmission may still mend.</summary>
    public List<DamagedFrame> Damaged { get; } = [];

    /// <summary>A device at this dock reported an activation: its dock is answered, and given credit, before the others (SPEC clause 8.10).</summary>
    public bool HoldsActivation { get; set; }

    /// <summary>Given back to the credit book; what is still to be said is said once.</summary>
    public bool Ended { get; set; }

    /// <summary>
    /// The dock's will came, of the connection that opened this session. It alone ends nothing: offline is believed when nothing more is heard
    /// (SPEC clause 4.5).
    /// </summary>
    public void SaidOffline(long nowMs) => offlineSinceMs ??= nowMs;

    /// <summary>Something came after all, or it was born again on the same connection.</summary>
    public void Heard(long nowMs) => (offlineSinceMs, heardMs) = (null, nowMs);

    /// <summary>Said to be offline, and not heard since for as long as heartbeats may be missed; or idle on MQTT for longer than a session may be.</summary>
    public bool IsOffline(long nowMs) =>
        (offlineSinceMs is { } since && nowMs - since > Limits.SilenceMs)
        || (Link.Transport == Transport.Mqtt && nowMs - heardMs > IdleMsMax);

    /// <summary>Logs that this session brought something of.</summary>
    public IReadOnlyCollection<LogKey> Logs => logs;

    /// <summary>The frame came whole after all.</summary>
    public void Mended(uint frame) => Damaged.RemoveAll(d => d.Number == frame);

    public void Touched(in LogKey log)
    {
        if (logs.Count < LogsMax)
        {
            logs.Add(log);
        }
    }

    /// <summary>What becomes of a frame when the group in the making is durable.</summary>
    public void Judged(uint frame, in FrameOutcome outcome) =>
        settled.Add(new FrameVerdict(frame, outcome.Verdict, outcome.Action, outcome.Reason, outcome.Detail));

    /// <summary>Says what waits; called after the fsync of everything it speaks of.</summary>
    public void Flush(SessionTime now)
    {
        settled.ForEach(verdict => Machine.Settle(verdict));
        settled.Clear();
        Machine.Speak(durable, now, message => Link.Send(message));
    }
}
