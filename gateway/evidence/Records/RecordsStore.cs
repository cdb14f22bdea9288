using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Evidence.Records;

/// <summary>An actor with what must never be in a leaf.</summary>
/// <param name="Id">Random id, as leaves have it.</param>
/// <param name="Account">Account name; empty after erasure.</param>
/// <param name="DisplayName">Name as shown; empty after erasure.</param>
public sealed record Actor(ActorId Id, string Account, string DisplayName);

/// <summary>A request of an operator, and who the operating system says made it: what stands beside the name that was typed.</summary>
/// <param name="ByActor">The name that was given, as the leaf's id; zero = none was given.</param>
/// <param name="Uid">User id of the process that asked; null after erasure.</param>
/// <param name="Account">Its account name; empty when the machine's list has none, and after erasure.</param>
/// <param name="Doing">The verb.</param>
/// <param name="AtNs">When, ns UTC.</param>
public sealed record Asked(ActorId ByActor, uint? Uid, string Account, string Doing, ulong AtNs);

/// <summary>A text that a leaf commits to.</summary>
/// <param name="Commitment">As in the leaf.</param>
/// <param name="Text">The text; null after erasure.</param>
/// <param name="ByActor">Who wrote it.</param>
/// <param name="AtNs">When, ns UTC.</param>
public sealed record CommittedText(Digest Commitment, string? Text, ActorId ByActor, ulong AtNs);

/// <summary>One version of an imported file.</summary>
/// <param name="Name">File name as given.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Profile">Profile it was read with; empty = none.</param>
/// <param name="Number">Version of the same name, from 1.</param>
/// <param name="Commitment">Salted commitment, as in the leaf.</param>
/// <param name="ByActor">Who imported it.</param>
/// <param name="AtNs">When, ns UTC.</param>
public sealed record ImportVersion(
    string Name,
    ImportKind Kind,
    string Profile,
    uint Number,
    Digest Commitment,
    ActorId ByActor,
    ulong AtNs
);

/// <summary>
/// DATA/records: what may be erased and is no ledger. Texts, names and imported files, each tied to its leaf by a salted commitment, so
/// that a change shows and an erasure leaves nothing behind. SQLite with WAL and synchronous FULL; the gateway alone writes. Not for two
/// threads at once.
/// </summary>
public sealed class RecordsStore : IDisposable
{
    /// <summary>Version of the schema written here. Version 1, without the accounts of requests, is read too and becomes this when written.</summary>
    public const int SchemaVersion = 2;

    /// <summary>Longest text in characters.</summary>
    public const int TextCharsMax = 20_000;

    /// <summary>Longest imported file in bytes.</summary>
    public const int FileBytesMax = 512 << 20;

    private const string Schema = """
        CREATE TABLE actors (id BLOB PRIMARY KEY, account TEXT NOT NULL, display_name TEXT NOT NULL) STRICT;
        CREATE UNIQUE INDEX actors_account ON actors (account) WHERE account <> '';
        CREATE TABLE texts (commitment BLOB PRIMARY KEY, salt BLOB, body TEXT, by_actor BLOB NOT NULL REFERENCES actors (id), at_ns INTEGER NOT NULL) STRICT;
        CREATE TABLE imports (
            name TEXT NOT NULL, kind INTEGER NOT NULL, profile TEXT NOT NULL, number INTEGER NOT NULL,
            commitment BLOB NOT NULL, salt BLOB, content BLOB, by_actor BLOB NOT NULL REFERENCES actors (id), at_ns INTEGER NOT NULL,
            PRIMARY KEY (kind, name, number)) STRICT;
        """;

    private const string SchemaOfRequests = """
        CREATE TABLE asked (
            number INTEGER PRIMARY KEY, by_actor BLOB NOT NULL REFERENCES actors (id), uid INTEGER, account TEXT NOT NULL,
            doing TEXT NOT NULL, at_ns INTEGER NOT NULL) STRICT;
        """;

    private readonly SqliteConnection connection;

    private RecordsStore(SqliteConnection connection) => this.connection = connection;

    /// <summary>Opens the store of a DATA folder for the gateway, making it when it is not there.</summary>
    /// <exception cref="SqliteException">Not readable or writable.</exception>
    /// <exception cref="InvalidDataException">A newer program made it.</exception>
    public static RecordsStore Open(string data)
    {
        var folder = Path.Combine(data, "records");
        Directory.CreateDirectory(folder);
        return OpenFile(Path.Combine(folder, "records.db"), SqliteOpenMode.ReadWriteCreate);
    }

    /// <summary>
    /// Opens the store of a DATA folder for reading; null when there is none. Where no writer left anything beside the file it is read as it
    /// stands, so that a copy stays as it is and may lie on a medium that cannot be written.
    /// </summary>
    /// <exception cref="SqliteException">Not readable.</exception>
    /// <exception cref="InvalidDataException">A newer program made it.</exception>
    public static RecordsStore? OpenToRead(string data)
    {
        var path = Path.Combine(data, "records", "records.db");
        if (!File.Exists(path))
        {
            return null;
        }
        var hasWriter = File.Exists(path + "-wal");
        return OpenFile(hasWriter ? path : new Uri(Path.GetFullPath(path)).AbsoluteUri + "?immutable=1", SqliteOpenMode.ReadOnly);
    }

    /// <summary>The actor of an account, made with a random id when the account is new.</summary>
    public Actor ActorOf(string account, string displayName)
    {
        ArgumentException.ThrowIfNullOrEmpty(account);
        using var find = Command("SELECT id, account, display_name FROM actors WHERE account = $account", ("$account", account));
        using (var row = find.ExecuteReader())
        {
            if (row.Read())
            {
                return ActorFrom(row);
            }
        }
        var actor = new Actor(ActorId.Read(RandomNumberGenerator.GetBytes(ActorId.Bytes)), account, displayName);
        using var add = Command(
            "INSERT INTO actors VALUES ($id, $account, $name)",
            ("$id", BytesOf(actor.Id)),
            ("$account", account),
            ("$name", displayName)
        );
        add.ExecuteNonQuery();
        return actor;
    }

    /// <summary>The actor of an id; null when it is not known here.</summary>
    public Actor? Find(ActorId id)
    {
        using var find = Command("SELECT id, account, display_name FROM actors WHERE id = $id", ("$id", BytesOf(id)));
        using var row = find.ExecuteReader();
        return row.Read() ? ActorFrom(row) : null;
    }

    /// <summary>Takes name and account from an actor and the accounts from its requests; the id stays and means nobody any more.</summary>
    public void EraseActor(ActorId id)
    {
        using var transaction = connection.BeginTransaction();
        Run("UPDATE actors SET account = '', display_name = '' WHERE id = $id", ("$id", BytesOf(id)));
        Run("UPDATE asked SET uid = NULL, account = '' WHERE by_actor = $id", ("$id", BytesOf(id)));
        transaction.Commit();
    }

    /// <summary>Keeps durably which account made a request. Act on the request only afterwards.</summary>
    public void AddAsked(ActorId by, uint uid, string account, string doing, ulong atNs) =>
        Run(
            "INSERT INTO asked (by_actor, uid, account, doing, at_ns) VALUES ($by, $uid, $account, $doing, $at)",
            ("$by", BytesOf(by)),
            ("$uid", (long)uid),
            ("$account", account),
            ("$doing", doing),
            ("$at", checked((long)atNs))
        );

    /// <summary>Requests in the order they came; empty where an older program kept none.</summary>
    public IReadOnlyList<Asked> AllAsked()
    {
        using var exists = Command("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'asked'");
        if ((long)exists.ExecuteScalar()! == 0)
        {
            return [];
        }
        using var find = Command("SELECT by_actor, uid, account, doing, at_ns FROM asked ORDER BY number");
        using var row = find.ExecuteReader();
        var all = new List<Asked>();
        while (row.Read())
        {
            uint? uid = row.IsDBNull(1) ? null : checked((uint)row.GetInt64(1));
            all.Add(new Asked(ActorId.Read((byte[])row[0]), uid, row.GetString(2), row.GetString(3), (ulong)row.GetInt64(4)));
        }
        return all;
    }

    /// <summary>Keeps a text durably and answers the commitment for the leaf. Append the leaf only afterwards.</summary>
    public Digest AddText(string text, ActorId by, ulong atNs)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, TextCharsMax, nameof(text));
        var salt = RandomNumberGenerator.GetBytes(Commitments.SaltBytes);
        var commitment = Commitments.Compute(salt, Encoding.UTF8.GetBytes(text));
        Run(
            "INSERT INTO texts VALUES ($commitment, $salt, $body, $by, $at)",
            ("$commitment", commitment.ToArray()),
            ("$salt", salt),
            ("$body", text),
            ("$by", BytesOf(by)),
            ("$at", checked((long)atNs))
        );
        return commitment;
    }

    /// <summary>
    /// The text of a commitment; null when it is not known here. A text that no longer fits its commitment was changed:
    /// <see cref="InvalidDataException"/>.
    /// </summary>
    public CommittedText? FindText(Digest commitment)
    {
        using var find = Command("SELECT salt, body, by_actor, at_ns FROM texts WHERE commitment = $c", ("$c", commitment.ToArray()));
        using var row = find.ExecuteReader();
        if (!row.Read())
        {
            return null;
        }
        var text = row.IsDBNull(1) ? null : row.GetString(1);
        if (text is not null && (row[0] is not byte[] salt || Commitments.Compute(salt, Encoding.UTF8.GetBytes(text)) != commitment))
        {
            throw new InvalidDataException($"The text of commitment {commitment} in DATA/records was changed after it was committed to.");
        }
        return new CommittedText(commitment, text, ActorId.Read((byte[])row[2]), (ulong)row.GetInt64(3));
    }

    /// <summary>Erases a text and its salt; the leaf's commitment then says nothing.</summary>
    public void EraseText(Digest commitment) =>
        Run("UPDATE texts SET salt = NULL, body = NULL WHERE commitment = $c", ("$c", commitment.ToArray()));

    /// <summary>Keeps a version of an imported file durably and answers it with the commitment for the leaf.</summary>
    public ImportVersion AddImport(string name, ImportKind kind, string profile, byte[] content, ActorId by, ulong atNs)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, FileBytesMax, nameof(content));
        var salt = RandomNumberGenerator.GetBytes(Commitments.SaltBytes);
        var commitment = Commitments.Compute(salt, content);
        using var transaction = connection.BeginTransaction();
        using var last = Command(
            "SELECT coalesce(max(number), 0) FROM imports WHERE kind = $k AND name = $n",
            ("$k", (int)kind),
            ("$n", name)
        );
        var number = (uint)((long)last.ExecuteScalar()! + 1);
        Run(
            "INSERT INTO imports VALUES ($n, $k, $p, $number, $c, $salt, $content, $by, $at)",
            ("$n", name),
            ("$k", (int)kind),
            ("$p", profile),
            ("$number", (long)number),
            ("$c", commitment.ToArray()),
            ("$salt", salt),
            ("$content", content),
            ("$by", BytesOf(by)),
            ("$at", checked((long)atNs))
        );
        transaction.Commit();
        return new ImportVersion(name, kind, profile, number, commitment, by, atNs);
    }

    /// <summary>Versions of imports, oldest first.</summary>
    public IReadOnlyList<ImportVersion> Imports()
    {
        using var find = Command(
            "SELECT name, kind, profile, number, commitment, by_actor, at_ns FROM imports ORDER BY at_ns, kind, name, number"
        );
        using var row = find.ExecuteReader();
        var all = new List<ImportVersion>();
        while (row.Read())
        {
            all.Add(
                new ImportVersion(
                    row.GetString(0),
                    (ImportKind)row.GetInt32(1),
                    row.GetString(2),
                    (uint)row.GetInt64(3),
                    Digest.Read((byte[])row[4]),
                    ActorId.Read((byte[])row[5]),
                    (ulong)row.GetInt64(6)
                )
            );
        }
        return all;
    }

    /// <summary>Content of a version; null when it is not known or erased.</summary>
    public byte[]? Content(ImportVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        using var find = Command("SELECT content FROM imports WHERE commitment = $c", ("$c", version.Commitment.ToArray()));
        return find.ExecuteScalar() as byte[];
    }

    /// <summary>Erases the content and salt of a version.</summary>
    public void EraseImport(ImportVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        Run("UPDATE imports SET salt = NULL, content = NULL WHERE commitment = $c", ("$c", version.Commitment.ToArray()));
    }

    /// <summary>Closes it.</summary>
    public void Dispose() => connection.Dispose();

    private static RecordsStore OpenFile(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                Mode = mode,
                Pooling = false,
            }.ToString()
        );
        var store = new RecordsStore(connection);
        try
        {
            connection.Open();
            store.Prepare(path, mode == SqliteOpenMode.ReadWriteCreate);
            return store;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Prepare(string path, bool mayWrite)
    {
        Run("PRAGMA foreign_keys = ON");
        if (mayWrite)
        {
            Run("PRAGMA journal_mode = WAL");
            Run("PRAGMA synchronous = FULL");
            // Erased means gone: freed pages are overwritten.
            Run("PRAGMA secure_delete = ON");
        }
        using var version = Command("PRAGMA user_version");
        var found = (long)version.ExecuteScalar()!;
        if (found == 0 && mayWrite)
        {
            using var transaction = connection.BeginTransaction();
            Run(Schema);
            Run(SchemaOfRequests);
            Run($"PRAGMA user_version = {SchemaVersion}");
            Run("INSERT INTO actors VALUES ($id, '', 'the gateway itself')", ("$id", BytesOf(default)));
            transaction.Commit();
        }
        else if (found == 1 && mayWrite)
        {
            using var transaction = connection.BeginTransaction();
            Run(SchemaOfRequests);
            Run($"PRAGMA user_version = {SchemaVersion}");
            transaction.Commit();
        }
        else if (found is not (1 or SchemaVersion))
        {
            throw new InvalidDataException(
                $"{path} has schema {found}, this program knows {SchemaVersion}: use the program that made it, or a newer one."
            );
        }
    }

    private void Run(string sql, params (string Name, object Value)[] parameters)
    {
        using var command = Command(sql, parameters);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }
        return command;
    }

    private static Actor ActorFrom(SqliteDataReader row) => new(ActorId.Read((byte[])row[0]), row.GetString(1), row.GetString(2));

    private static byte[] BytesOf(ActorId id)
    {
        var bytes = new byte[ActorId.Bytes];
        id.Write(bytes);
        return bytes;
    }
}
