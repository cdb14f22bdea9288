using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Gateway.Records;

/// <summary>
/// DATA/records/actors.db: who stands behind the random ids that leaves carry. Not derived and backed up; erasing a row makes the ledger's
/// ids meaningless, and leaves the ledger whole.
/// </summary>
internal sealed class ActorBook : IDisposable
{
    private const int NameCharactersMax = 200;
    private readonly SqliteConnection connection;

    public ActorBook(string data)
    {
        var folder = Path.Combine(data, "records");
        Directory.CreateDirectory(folder);
        connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "actors.db"), Pooling = false }.ToString()
        );
        connection.Open();
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        Execute("CREATE TABLE IF NOT EXISTS actors (id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE);");
    }

    /// <summary>The id of a name; a new random one, durable when it returns, for a name not met before. Null = the gateway itself.</summary>
    public ActorId IdOf(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return default;
        }
        var known = name.Trim();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(known.Length, NameCharactersMax, nameof(name));
        using var add = connection.CreateCommand();
        add.CommandText = "INSERT INTO actors (id, name) VALUES ($id, $name) ON CONFLICT (name) DO NOTHING";
        add.Parameters.AddWithValue("$id", RandomNumberGenerator.GetBytes(ActorId.Bytes));
        add.Parameters.AddWithValue("$name", known);
        add.ExecuteNonQuery();
        using var find = connection.CreateCommand();
        find.CommandText = "SELECT id FROM actors WHERE name = $name";
        find.Parameters.AddWithValue("$name", known);
        return ActorId.Read((byte[])find.ExecuteScalar()!);
    }

    public void Dispose() => connection.Dispose();

    private void Execute(string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
