using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Records;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Gateway.Access;

/// <summary>What somebody is about to read; never the data themselves.</summary>
/// <param name="By">Name of the reader; the leaf holds a random id in its place.</param>
/// <param name="Verb">What for.</param>
/// <param name="Device">Device serial; empty = not of one device, or no plain name.</param>
/// <param name="FromNs">Period from, ns UTC; 0 = open.</param>
/// <param name="ToNs">Period to, ns UTC; 0 = open.</param>
/// <param name="Items">Records or rows; 0 = not known before they are read.</param>
/// <param name="Recipient">To whom it goes; empty = the reader.</param>
internal sealed record Disclosure(
    string By,
    AuditVerb Verb,
    string Device = "",
    ulong FromNs = 0,
    ulong ToNs = 0,
    ulong Items = 0,
    string Recipient = ""
);

/// <summary>
/// The access log, DATA/access: a ledger of its own, with its own key. Whoever lets data out calls <see cref="Record"/> first and lets
/// nothing out when it throws. Safe for any thread.
/// </summary>
internal sealed class AccessLog : IDisposable
{
    private const int SegmentBytes = 4 << 20;
    private readonly TamperEvidentLog log;
    private readonly Lock gate = new();
    private readonly string data;
    private readonly byte[] leafBytes = new byte[Leaf.BytesMax];
    private bool closed;

    private AccessLog(TamperEvidentLog log, string data)
    {
        this.log = log;
        this.data = data;
    }

    /// <summary>Made at this opening: its key is to be told in the ledger.</summary>
    public bool IsNew { get; private init; }

    /// <summary>The public key; its name is the access log's origin.</summary>
    public Ledger.Notes.VerifierKey Key => log.Key;

    /// <summary>Leaves that are durable.</summary>
    public ulong NextIndex => log.NextIndex;

    /// <summary>The newest signed checkpoint; null before the first.</summary>
    public Ledger.Notes.Checkpoint? LastCheckpoint => log.LastCheckpoint;

    /// <summary>Why nothing can be recorded any more; null while it can.</summary>
    public string? Broken { get; private set; }

    /// <summary>Opens the access log of a DATA folder whose lock the caller holds, making it when there is none.</summary>
    public static AccessLog Open(GatewaySettings settings, string ledgerOrigin, ulong nowNs)
    {
        var place = LogPlace.Access(settings.Data);
        var log = TamperEvidentLog.Open(
            new LogOptions(place, settings.Keys)
            {
                Origin = OriginOf(ledgerOrigin),
                SegmentBytes = SegmentBytes,
                Mirror = settings.Journal.Mirror.Length > 0 ? Path.Combine(settings.Journal.Mirror, "access") : null,
            }
        );
        var access = new AccessLog(log, settings.Data) { IsNew = log.NextIndex == 0 };
        if (access.IsNew)
        {
            // The two logs name each other: this leaf here, the key of this one there.
            var other = Digest.Read(SHA256.HashData(Encoding.UTF8.GetBytes(ledgerOrigin)));
            access.Append(new OriginLink(nowNs, default, OriginEvent.Opened, other, 0, default));
        }
        return access;
    }

    /// <summary>Origin of the access log that belongs to a ledger.</summary>
    public static string OriginOf(string ledgerOrigin) => ledgerOrigin + "/access";

    /// <summary>Records a reading durably; its index in the access log. Only afterwards may data leave.</summary>
    /// <exception cref="AccessNotRecordedException">It was not recorded: let nothing out.</exception>
    public ulong Record(Disclosure disclosure, ulong atNs)
    {
        lock (gate)
        {
            try
            {
                using var actors = new ActorBook(data);
                var leaf = new Evidence.Leaves.Access(
                    atNs,
                    actors.IdOf(disclosure.By),
                    disclosure.Verb,
                    LeafName.IsPlain(disclosure.Device) ? disclosure.Device : "",
                    disclosure.FromNs,
                    disclosure.ToNs,
                    actors.IdOf(disclosure.Recipient),
                    disclosure.Items
                );
                return Append(leaf);
            }
            catch (Exception failed) when (failed is JournalFailedException or Microsoft.Data.Sqlite.SqliteException or ArgumentException)
            {
                Broken = failed is JournalFailedException ? failed.Message : Broken;
                throw new AccessNotRecordedException(failed.Message, failed);
            }
        }
    }

    /// <summary>Signs when it is time; see <see cref="TamperEvidentLog.TrySign"/>.</summary>
    public SignStatus Sign(DateTimeOffset now, bool stopping = false)
    {
        lock (gate)
        {
            return closed ? SignStatus.NotGrown : log.TrySign(now, stopping).Status;
        }
    }

    /// <summary>Reads on from an index; for backups and tests.</summary>
    public JournalReader OpenReader(ulong fromIndex) => log.OpenReader(fromIndex);

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
            log.Dispose();
        }
    }

    private ulong Append(Leaf leaf)
    {
        if (closed)
        {
            throw new AccessNotRecordedException("The gateway is stopping.");
        }
        Span<byte> salt = stackalloc byte[Commitments.SaltBytes];
        RandomNumberGenerator.Fill(salt);
        var length = Commitments.EncodeCommitted(leaf, salt, default, leafBytes);
        var outcome = log.Append([new JournalItem(RecordKind.OwnEvent, leafBytes.AsMemory(0, length), salt.ToArray(), default)]);
        return outcome.Status == AppendStatus.Durable
            ? outcome.FirstIndex
            : throw new AccessNotRecordedException("The disk of the access log is full. Make room; nothing is shown until then.");
    }
}

/// <summary>A reading could not be recorded, so it must not happen.</summary>
internal sealed class AccessNotRecordedException : Exception
{
    public AccessNotRecordedException(string message)
        : base(message) { }

    public AccessNotRecordedException(string message, Exception cause)
        : base(message, cause) { }

    public AccessNotRecordedException() { }
}
