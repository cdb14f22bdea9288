using System.Text;
using Microsoft.Data.Sqlite;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;

namespace TaserTelemetry.Evidence.Tests.Records;

public sealed class RecordsStoreTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("taser-records-").FullName;

    private string Database => Path.Combine(data, "records", "records.db");

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public void An_account_has_one_random_id_for_ever_and_an_erased_one_means_nobody()
    {
        ActorId id;
        using (var store = RecordsStore.Open(data))
        {
            id = store.ActorOf("jdoe", "J. Doe").Id;
            Assert.Equal(id, store.ActorOf("jdoe", "other").Id);
            Assert.NotEqual(id, store.ActorOf("asmith", "A. Smith").Id);
            Assert.True(store.Find(default)!.Id.IsGateway);
        }
        using (var store = RecordsStore.Open(data))
        {
            Assert.Equal(new Actor(id, "jdoe", "J. Doe"), store.Find(id));
            store.EraseActor(id);
            Assert.Equal(new Actor(id, "", ""), store.Find(id));
            Assert.NotEqual(id, store.ActorOf("jdoe", "J. Doe").Id);
        }
    }

    [Fact]
    public void A_text_is_found_by_its_commitment_erased_without_a_trace_and_a_change_shows()
    {
        Digest commitment;
        using (var store = RecordsStore.Open(data))
        {
            var by = store.ActorOf("jdoe", "J. Doe").Id;
            commitment = store.AddText("the sergeant saw it", by, 5);
            Assert.Equal("the sergeant saw it", store.FindText(commitment)!.Text);
            Assert.NotEqual(commitment, store.AddText("the sergeant saw it", by, 6));
            Assert.Throws<ArgumentOutOfRangeException>(() => store.AddText(new string('x', RecordsStore.TextCharsMax + 1), by, 7));
            Assert.Equal(
                Encoding.UTF8.GetByteCount(new string('x', RecordsStore.TextCharsMax)),
                store.FindText(store.AddText(new string('x', RecordsStore.TextCharsMax), by, 8))!.Text!.Length
            );
        }
        Sql("UPDATE texts SET body = 'nobody saw it' WHERE at_ns = 5");
        using (var store = RecordsStore.OpenToRead(data)!)
        {
            Assert.Throws<InvalidDataException>(() => store.FindText(commitment));
            Assert.Null(store.FindText(new Digest(1, 2, 3, 4)));
        }
        using (var store = RecordsStore.Open(data))
        {
            store.EraseText(commitment);
            Assert.Null(store.FindText(commitment)!.Text);
        }
        Assert.DoesNotContain("nobody saw it", Encoding.Latin1.GetString(File.ReadAllBytes(Database)), StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_a_copy_leaves_no_file_beside_it_and_a_text_without_its_salt_counts_as_changed()
    {
        Digest commitment;
        using (var store = RecordsStore.Open(data))
        {
            commitment = store.AddText("the sergeant saw it", store.ActorOf("jdoe", "J. Doe").Id, 5);
        }
        using (var store = RecordsStore.OpenToRead(data)!)
        {
            Assert.Equal("the sergeant saw it", store.FindText(commitment)!.Text);
            Assert.Equal([Database], Directory.GetFiles(Path.Combine(data, "records")));
        }
        Assert.Equal([Database], Directory.GetFiles(Path.Combine(data, "records")));
        Sql("UPDATE texts SET salt = NULL");
        using (var store = RecordsStore.OpenToRead(data)!)
        {
            Assert.Throws<InvalidDataException>(() => store.FindText(commitment));
        }
    }

    [Fact]
    public void Beside_a_gateway_that_writes_the_newest_text_is_read()
    {
        using var gateway = RecordsStore.Open(data);
        var commitment = gateway.AddText("just now", gateway.ActorOf("jdoe", "J. Doe").Id, 5);
        using var store = RecordsStore.OpenToRead(data)!;
        Assert.Equal("just now", store.FindText(commitment)!.Text);
    }

    [Fact]
    public void Imports_of_one_name_are_numbered_and_each_version_keeps_its_content()
    {
        using var store = RecordsStore.Open(data);
        var by = store.ActorOf("jdoe", "J. Doe").Id;
        var first = store.AddImport("reports.csv", ImportKind.Reports, "plain", [1, 2], by, 5);
        var second = store.AddImport("reports.csv", ImportKind.Reports, "plain", [1, 2], by, 6);
        Assert.Equal((1u, 2u), (first.Number, second.Number));
        Assert.NotEqual(first.Commitment, second.Commitment);
        Assert.Equal([first, second], store.Imports());
        store.EraseImport(first);
        Assert.Null(store.Content(first));
        Assert.Equal([1, 2], store.Content(second));
    }

    [Fact]
    public void The_store_is_durable_before_the_leaf_and_foreign_ones_are_not_touched()
    {
        Assert.Null(RecordsStore.OpenToRead(data));
        using (RecordsStore.Open(data)) { }
        Assert.Equal("wal", Sql("PRAGMA journal_mode"));
        Sql("PRAGMA user_version = 9");
        Assert.Throws<InvalidDataException>(() => RecordsStore.Open(data));
    }

    [Fact]
    public void The_account_of_each_request_is_kept_beside_the_name_and_goes_with_it_when_it_is_erased()
    {
        using (var store = RecordsStore.Open(data))
        {
            var by = store.ActorOf("A. Smith", "A. Smith").Id;
            store.AddAsked(by, uint.MaxValue, "asmith", "hold-place", 5);
            store.AddAsked(default, 1001, "", "dispose-list", 6);
            Assert.Equal(
                [new Asked(by, uint.MaxValue, "asmith", "hold-place", 5), new Asked(default, 1001, "", "dispose-list", 6)],
                store.AllAsked()
            );
            store.EraseActor(by);
            Assert.Equal([new Asked(by, null, "", "hold-place", 5), new Asked(default, 1001, "", "dispose-list", 6)], store.AllAsked());
        }
    }

    [Fact]
    public void A_store_without_the_accounts_of_requests_is_read_as_it_is_and_gets_them_when_it_is_written()
    {
        using (RecordsStore.Open(data)) { }
        Sql("DROP TABLE asked; PRAGMA user_version = 1");
        using (var store = RecordsStore.OpenToRead(data)!)
        {
            Assert.Empty(store.AllAsked());
        }
        using (var store = RecordsStore.Open(data))
        {
            store.AddAsked(default, 7, "seven", "hold-list", 8);
            Assert.Equal(7u, Assert.Single(store.AllAsked()).Uid);
        }
        Assert.Equal("2", Sql("PRAGMA user_version"));
    }

    private string? Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
}
