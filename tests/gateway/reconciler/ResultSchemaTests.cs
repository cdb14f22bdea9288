using System.Text;
using NJsonSchema;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Reconciler.Tests;

public sealed class ResultSchemaTests
{
    [Fact]
    public async Task What_is_written_is_what_the_schema_of_its_version_says_and_nothing_else()
    {
        var schema = await JsonSchema.FromJsonAsync(
            await File.ReadAllTextAsync(
                Path.Combine(
                    Campaign.RepositoryRoot,
                    "gateway",
                    "reconciler",
                    "Output",
                    JsonOutput.Schema.Replace('/', '-') + ".schema.json"
                )
            )
        );
        var result = RuleScenes
            .Everything()
            .Register(RegisterKind.Cartridges, $"CartridgeSerial,Move,At\nC1,opening,{Scene.At(0)}\n")
            .Run() with
        {
            Decisions =
            [
                Decided(DecisionStanding.FactsUnchanged),
                Decided(DecisionStanding.FactsChanged),
                Decided(DecisionStanding.NoLongerRaised),
                Decided(DecisionStanding.FactsUnchanged) with
                {
                    Comment = default,
                },
                Decided(DecisionStanding.FactsUnchanged) with
                {
                    Comment = new DecisionComment(CommentState.Erased, ""),
                },
            ],
        };
        string json = Text(result);
        Assert.NotEmpty(result.Cases);
        Assert.NotEmpty(result.Imports);
        Assert.Empty(schema.Validate(json).Select(e => e.ToString()));
        Assert.Empty(schema.Validate(Text(new Scene().Run())).Select(e => e.ToString()));
        Assert.NotEmpty(schema.Validate(json.Replace("\"ruleVersion\"", "\"version\"", StringComparison.Ordinal)));
        Assert.NotEmpty(schema.Validate(json.Replace("taser-reconcile/1", "taser-reconcile/2", StringComparison.Ordinal)));
    }

    private static DecisionLine Decided(DecisionStanding standing) =>
        new(
            "Finding",
            "00000000000000aa",
            "explained",
            "a1",
            1,
            new DecisionComment(CommentState.Shown, "=1+1"),
            standing,
            new LeafRef(7, new LeafHash(1, 2, 3, 4))
        );

    private static string Text(ReconciliationResult result)
    {
        using var stream = new MemoryStream();
        JsonOutput.Write(result, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
