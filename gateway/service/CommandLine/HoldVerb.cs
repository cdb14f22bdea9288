using System.CommandLine;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway hold place|lift|list: what must not be disposed of. A leaf each. 0 done, 1 refused, 2 usage, 6 in use and silent.</summary>
internal static class HoldVerb
{
    public static Command Create() => new("hold", "Keeps records from being disposed of.") { Place(), Lift(), List() };

    private static Command Place()
    {
        var device = new Option<string?>("--device") { Description = "Device serial; none = all devices." };
        var from = new Option<string?>("--from") { Description = "Events from this time on (RFC 3339); none = open." };
        var to = new Option<string?>("--to") { Description = "Events before this time (RFC 3339); none = open." };
        var code = new Option<string?>("--code") { Description = "Number of your list of reasons." };
        var text = new Option<string?>("--text") { Description = "A comment; kept in DATA/records, the ledger holds a commitment." };
        return Operator.Verb(
            new Command("place", "Places a hold.") { device, from, to, code, text },
            ControlActions.PlaceHold,
            parsed =>
                new()
                {
                    ["device"] = parsed.GetValue(device) ?? "",
                    ["from"] = parsed.GetValue(from) ?? "",
                    ["to"] = parsed.GetValue(to) ?? "",
                    ["code"] = parsed.GetValue(code) ?? "",
                    ["text"] = parsed.GetValue(text) ?? "",
                }
        );
    }

    private static Command Lift()
    {
        var id = new Argument<string>("ID") { Description = "Number of the hold, as list shows it." };
        var text = new Option<string?>("--text") { Description = "A comment; kept in DATA/records." };
        return Operator.Verb(
            new Command("lift", "Lifts a hold.") { id, text },
            ControlActions.LiftHold,
            parsed => new() { ["id"] = parsed.GetRequiredValue(id), ["text"] = parsed.GetValue(text) ?? "" }
        );
    }

    private static Command List() => Operator.Verb(new Command("list", "Lists the holds in force."), ControlActions.ListHolds, _ => []);
}
