using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Evidence.Tests.Witnessing;

public sealed class LogPolicyTests
{
    private static readonly string Log = Key("log.example/1", 1, SignatureType.Ed25519);
    private static readonly string A = Key("a.example", 2, SignatureType.CosignatureV1);
    private static readonly string B = Key("b.example", 3, SignatureType.CosignatureV1);
    private static readonly string C = Key("c.example", 4, SignatureType.CosignatureV1);

    [Theory]
    [InlineData("any", new[] { "a" }, true)]
    [InlineData("any", new string[0], false)]
    [InlineData("2", new[] { "a", "c" }, true)]
    [InlineData("2", new[] { "b" }, false)]
    [InlineData("all", new[] { "a", "b", "c" }, true)]
    [InlineData("all", new[] { "a", "b" }, false)]
    public void A_quorum_is_reached_by_as_many_as_the_group_asks_for(string threshold, string[] signers, bool reached)
    {
        var policy = LogPolicy.Parse(
            $"log {Log}\nwitness a {A}\nwitness b {B} https://b.example\nwitness c {C}\ngroup g {threshold} a b c\nquorum g\n",
            out var error
        );
        Assert.Equal("", error);
        Assert.Equal(reached, policy!.IsQuorum(signers));
    }

    [Fact]
    public void Groups_of_groups_count_members_and_none_asks_for_nobody()
    {
        var text = $"# two houses\nlog {Log}\nwitness a {A}\nwitness b {B}\nwitness c {C}\ngroup g any a b\ngroup h all g c\n";
        var policy = LogPolicy.Parse(text + "quorum h", out _)!;
        Assert.True(policy.IsQuorum(["b", "c"]));
        Assert.False(policy.IsQuorum(["a", "b"]));
        Assert.False(LogPolicy.Parse(text + "quorum none", out _)!.IsQuorum(["a", "b", "c"]));
    }

    [Theory]
    [InlineData("log x\nquorum none", "line 1")]
    [InlineData("LOG\nquorum none\nfoo", "line 3")]
    [InlineData("LOG\nquorum w", "line 2")]
    [InlineData("LOG\nwitness a A\nwitness a B\nquorum a", "line 3")]
    [InlineData("LOG\nwitness a A\nwitness b A\nquorum a", "counts once")]
    [InlineData("LOG\nwitness a A\ngroup g 2 a\nquorum g", "line 3")]
    [InlineData("LOG\nwitness a A\ngroup g all a a\nquorum g", "twice")]
    [InlineData("LOG\nquorum none\nquorum none", "second quorum")]
    [InlineData("LOG", "no quorum line")]
    [InlineData("quorum none", "names no log")]
    [InlineData("LOG extra words here\nquorum none", "number of words")]
    public void What_is_no_policy_is_refused_with_its_line(string text, string said)
    {
        var filled = text.Replace("LOG", "log " + Log, StringComparison.Ordinal)
            .Replace(" A", " " + A, StringComparison.Ordinal)
            .Replace(" B", " " + B, StringComparison.Ordinal);
        Assert.Null(LogPolicy.Parse(filled, out var error));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_printed_sheet_bears_the_root_to_type_and_the_note_as_signed()
    {
        using var key = SigningKey.FromSeed("log.example/1", [.. Enumerable.Repeat((byte)1, 32)]);
        var checkpoint = new Checkpoint("log.example/1", 5, Hash256.From(new byte[32]));
        var note = checkpoint.Sign(key);
        var printed = new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);
        var page = CheckpointSheet.Page(checkpoint, note, new SheetFacts(Log, [], "self", printed));
        Assert.Contains("unwitnessed", page, StringComparison.Ordinal);
        Assert.Contains($"--root 5:{checkpoint.Root}", page, StringComparison.Ordinal);
        Assert.Contains("2026-11-22", page, StringComparison.Ordinal);
        Assert.Contains(System.Net.WebUtility.HtmlEncode(note.ToString()), page, StringComparison.Ordinal);
    }

    private static string Key(string name, byte seed, SignatureType type)
    {
        using var key = SigningKey.FromSeed(name, [.. Enumerable.Repeat(seed, 32)]);
        return VerifierKey.From(name, type, key.Verifier.Key)!.ToString();
    }
}
