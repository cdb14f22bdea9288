using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;

namespace TaserTelemetry.Gateway.Records;

/// <summary>
/// Who stands behind the random ids that leaves carry: the actors of DATA/records. Not derived and backed up; erasing a row makes the
/// ledger's ids meaningless, and leaves the ledger whole.
/// </summary>
internal sealed class ActorBook(string data) : IDisposable
{
    private const int NameCharactersMax = 200;

    // Two readers may bring a new name in the same moment; it gets one id.
    private static readonly Lock Gate = new();
    private readonly RecordsStore records = RecordsStore.Open(data);

    /// <summary>The id of a name; a new random one, durable when it returns, for a name not met before. Null = the gateway itself.</summary>
    public ActorId IdOf(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return default;
        }
        var known = name.Trim();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(known.Length, NameCharactersMax, nameof(name));
        lock (Gate)
        {
            return records.ActorOf(known, known).Id;
        }
    }

    /// <summary>As <see cref="IdOf"/>, and the account that asked stands beside the name before anything is done.</summary>
    public ActorId Asked(string? name, OsAccount account, string doing, ulong atNs)
    {
        var id = IdOf(name);
        lock (Gate)
        {
            records.AddAsked(id, account.Uid, account.Name, doing, atNs);
        }
        return id;
    }

    public void Dispose() => records.Dispose();
}
