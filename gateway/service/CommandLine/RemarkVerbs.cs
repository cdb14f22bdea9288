using System.CommandLine;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>
/// taser-gateway annotate and restrict place|lift: what is said beside a leaf, since nothing recorded is ever edited. A leaf each. 0 done,
/// 1 refused, 2 usage, 6 in use and silent.
/// </summary>
internal static class RemarkVerbs
{
    public static Command Annotate()
    {
        var leaf = Leaf();
        var text = new Option<string>("--text")
        {
            Description = "The remark; kept in DATA/records, the ledger holds a commitment.",
            Required = true,
        };
        var code = Code();
        return Operator.Verb(
            new Command("annotate", "Says something beside a leaf: the way to correct what was recorded.") { leaf, text, code },
            ControlActions.Annotate,
            parsed =>
                new()
                {
                    ["leaf"] = parsed.GetRequiredValue(leaf),
                    ["text"] = parsed.GetRequiredValue(text),
                    ["code"] = parsed.GetValue(code) ?? "",
                }
        );
    }

    public static Command Restrict() =>
        new("restrict", "Restricts the use of a record, or frees it again.")
        {
            Restrict("place", "Restricts: kept, and marked as not to be used.", ""),
            Restrict("lift", "Frees it again.", "true"),
        };

    private static Command Restrict(string name, string about, string lift)
    {
        var leaf = Leaf();
        var code = Code();
        return Operator.Verb(
            new Command(name, about) { leaf, code },
            ControlActions.Restrict,
            parsed =>
                new()
                {
                    ["leaf"] = parsed.GetRequiredValue(leaf),
                    ["code"] = parsed.GetValue(code) ?? "",
                    ["lift"] = lift,
                }
        );
    }

    private static Argument<string> Leaf() => new("LEAF") { Description = "Number of the leaf, as findings, page and evidence name it." };

    private static Option<string?> Code() => new("--code") { Description = "Number of your list of reasons." };
}
