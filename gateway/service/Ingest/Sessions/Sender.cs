using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>Who frames come from, as far as it was established: a docking session, or one source of a capture file.</summary>
internal sealed class Sender(ulong sessionId, ArrivalVia via, Place place)
{
    /// <summary>Version of the decoder that judges here; part of every leaf, so that a later one can judge again (promise 4).</summary>
    public const ushort ParserVersion = 1;

    public ulong SessionId { get; } = sessionId;

    public ArrivalVia Via { get; } = via;

    /// <summary>Leaf of the import, for files.</summary>
    public ulong ImportLeaf { get; init; }

    /// <summary>As enrolled; as claimed where <see cref="Standing"/> says why that is not so.</summary>
    public Place Place { get; } = place;

    /// <summary>The dock is enrolled and in force; decides its quota of quarantine.</summary>
    public bool Enrolled { get; init; }

    /// <summary>None when what comes may be stored; else why all of it is kept aside.</summary>
    public Reason Standing { get; init; }

    /// <summary>What is true of everything from here.</summary>
    public BatchMarks Marks { get; init; }

    public AuthenticityGrade Grade { get; set; } = AuthenticityGrade.D;

    /// <summary>What an export says of its own times: used where the session measured nothing.</summary>
    public ClockBasis Stated { get; init; }

    /// <summary>Device clock to UTC, as measured in the session or as stated.</summary>
    public ClockBasis Basis(string device) => Clock.Basis(device) is { Quality: not ClockQuality.None } measured ? measured : Stated;

    /// <summary>What its logs are like.</summary>
    public SourceLogs Logs { get; } = new();

    public SessionClock Clock { get; } = new() { ClaimedOnly = via is ArrivalVia.Capture or ArrivalVia.VendorFile };

    public Arrival ArrivalAt(ulong receivedNs) => new(receivedNs, SessionId, Via, ImportLeaf, ParserVersion, Place);
}
