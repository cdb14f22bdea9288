using System.CommandLine;
using System.Globalization;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway quarantine list|show|retry: what was kept aside, its bytes, and a second judgement. 0 done, 1 refused, 2 usage, 6 in use and silent.</summary>
internal static class QuarantineVerb
{
    public static Command Create() => new("quarantine", "What was kept aside: list, show, judge again.") { List(), Show(), Retry() };

    private static Command List()
    {
        var from = new Option<ulong?>("--from") { Description = "Leaf index to begin with." };
        return Operator.Verb(
            new Command("list", "Lists every item that was kept aside; the access log says so.") { from },
            ControlActions.ListQuarantine,
            parsed => new() { ["from"] = parsed.GetValue(from)?.ToString(CultureInfo.InvariantCulture) ?? "" }
        );
    }

    private static Command Show()
    {
        var index = new Argument<ulong>("INDEX") { Description = "Leaf index, as list shows it." };
        return Operator.Verb(
            new Command("show", "Shows one item with its bytes in hex; the access log says so.") { index },
            ControlActions.ShowQuarantine,
            parsed => new() { ["index"] = parsed.GetRequiredValue(index).ToString(CultureInfo.InvariantCulture) }
        );
    }

    private static Command Retry()
    {
        var index = new Argument<ulong?>("INDEX") { Description = "Leaf index; none = all.", Arity = ArgumentArity.ZeroOrOne };
        return Operator.Verb(
            new Command("retry", "Judges items again with what is known now.") { index },
            ControlActions.RetryQuarantine,
            parsed => new() { ["index"] = parsed.GetValue(index)?.ToString(CultureInfo.InvariantCulture) ?? "" }
        );
    }
}
