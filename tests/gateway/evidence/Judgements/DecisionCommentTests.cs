using Microsoft.Data.Sqlite;
using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.Reconciler;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Evidence.Tests.Judgements;

public sealed class DecisionCommentTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("taser-comments-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public void A_comment_is_shown_as_committed_to_and_an_erased_changed_or_absent_one_is_told_apart()
    {
        Digest[] commitments;
        using (var store = RecordsStore.Open(data))
        {
            var by = store.ActorOf("jdoe", "J. Doe").Id;
            commitments = [store.AddText("as it was", by, 1), store.AddText("to be erased", by, 2), store.AddText("to be changed", by, 3)];
            store.EraseText(commitments[1]);
        }
        using (var connection = new SqliteConnection($"Data Source={Path.Combine(data, "records", "records.db")};Pooling=False"))
        {
            connection.Open();
            using var change = connection.CreateCommand();
            change.CommandText = "UPDATE texts SET body = 'another' WHERE at_ns = 3";
            Assert.Equal(1, change.ExecuteNonQuery());
        }
        var notes = new DecisionNotes();
        Digest[] all = [.. commitments, new Digest(1, 2, 3, 4), default];
        foreach (var (commitment, at) in all.Select((c, i) => (c, (ulong)i)))
        {
            notes.Note(
                new Decision(
                    at,
                    default,
                    DecisionSubject.Finding,
                    new Digest(9, 9, 9, at + 1),
                    (ushort)DecisionCode.Explained,
                    commitment,
                    default
                ),
                new LeafRef(at, default)
            );
        }
        Assert.Equal(
            [CommentState.NotHere, CommentState.NotHere, CommentState.NotHere, CommentState.NotHere, CommentState.None],
            Comments(notes).Select(c => c.State)
        );
        using (var store = RecordsStore.OpenToRead(data)!)
        {
            notes.TakeComments(store);
        }
        Assert.Equal(
            [
                new DecisionComment(CommentState.Shown, "as it was"),
                new DecisionComment(CommentState.Erased, ""),
                new DecisionComment(CommentState.Changed, ""),
                new DecisionComment(CommentState.NotHere, ""),
                default,
            ],
            Comments(notes)
        );
    }

    private static IEnumerable<DecisionComment> Comments(DecisionNotes notes) =>
        notes
            .ApplyTo(Reconciliation.Run(new ReconciliationInputs { Log = new LogStore() }, RuleSet.Standard, DateTimeOffset.UnixEpoch))
            .Decisions!.Select(d => d.Comment);
}
