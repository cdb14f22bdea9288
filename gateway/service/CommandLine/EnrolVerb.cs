using System.CommandLine;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.CommandLine;

/// <summary>taser-gateway enrol dock|device: who is known from here on, or no longer. A leaf each. 0 done, 1 refused, 2 usage, 6 in use and silent.</summary>
internal static class EnrolVerb
{
    public static Command Create() =>
        new("enrol", "Enrols a dock or a device, changes its key, or revokes it.")
        {
            One("dock", "NAME", ControlActions.EnrolDock, withModel: false),
            One("device", "SERIAL", ControlActions.EnrolDevice, withModel: true),
        };

    private static Command One(string word, string argument, string verb, bool withModel)
    {
        var name = new Argument<string>(argument);
        var force = new Option<string?>("--force") { Description = "The force it belongs to." };
        var armoury = new Option<string?>("--armoury") { Description = "The armoury it stands in." };
        var model = new Option<string?>("--model") { Description = "Its model." };
        var key = new Option<string?>("--key") { Description = "Its Ed25519 or ECDSA P-256 public key in base64." };
        var revoke = new Option<bool>("--revoke") { Description = "It is known no longer." };
        var rotate = new Option<bool>("--rotate")
        {
            Description = "It has another key from now on; the old one counts beside it until --end-overlap.",
        };
        var endOverlap = new Option<bool>("--end-overlap") { Description = "Its old key counts no longer." };
        var by = Operator.ByOption();
        var options = new SettingsOptions();
        var command = new Command(word, $"Enrols a {word}, changes its key, or revokes it.")
        {
            name,
            force,
            armoury,
            key,
            rotate,
            endOverlap,
            revoke,
            by,
        };
        if (withModel)
        {
            command.Options.Add(model);
        }
        options.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var settings = options.Read(parsed);
                if (settings is null)
                {
                    return Cli.Usage;
                }
                var arguments = new Dictionary<string, string>
                {
                    ["name"] = parsed.GetRequiredValue(name),
                    ["force"] = parsed.GetValue(force) ?? "",
                    ["armoury"] = parsed.GetValue(armoury) ?? "",
                    ["model"] = withModel ? parsed.GetValue(model) ?? "" : "",
                    ["key"] = parsed.GetValue(key) ?? "",
                    ["rotate"] = parsed.GetValue(rotate) ? "true" : "",
                    ["end-overlap"] = parsed.GetValue(endOverlap) ? "true" : "",
                    ["revoke"] = parsed.GetValue(revoke) ? "true" : "",
                };
                return await Operator.AskAsync(settings, new ControlMessage(verb, parsed.GetValue(by) ?? "", arguments), cancellation);
            }
        );
        return command;
    }
}
