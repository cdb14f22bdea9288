using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace TaserTelemetry.Gateway.Configuration;

/// <summary>Settings, or every reason why there are none: all faults at once, so that a file is corrected in one go.</summary>
internal sealed record SettingsResult(GatewaySettings Settings, IReadOnlyList<string> Faults);

/// <summary>
/// Reads the settings strictly. The framework's binder stops at the first bad value and forgives unknown keys; a gateway that
/// starts with a misspelt limit would be worse than one that does not start.
/// </summary>
internal static class SettingsReader
{
    /// <summary>Where the file is looked for when none is named.</summary>
    public const string DefaultFile = "/etc/taser-gateway/gateway.json";

    /// <summary>Prefix of environment variables; a double underscore separates levels.</summary>
    public const string VariablePrefix = "TASER__";

    public static SettingsResult Read(string? file, IEnumerable<KeyValuePair<string, string?>> options)
    {
        var faults = new List<string>();
        var settings = new GatewaySettings();
        var root = Load(file, options, faults);
        if (root is not null)
        {
            Bind(root, root, settings, "", faults);
            Validate(settings, "", faults);
            SettingsRules.Check(settings, faults);
        }
        return new SettingsResult(settings, faults);
    }

    private static IConfigurationRoot? Load(string? file, IEnumerable<KeyValuePair<string, string?>> options, List<string> faults)
    {
        var builder = new ConfigurationBuilder();
        var path = file ?? (File.Exists(DefaultFile) ? DefaultFile : null);
        if (path is not null)
        {
            if (!File.Exists(path))
            {
                faults.Add($"The configuration file {path} does not exist. Name another with --config, or leave the option out.");
                return null;
            }
            builder.AddJsonFile(Path.GetFullPath(path), optional: false, reloadOnChange: false);
        }
        builder.AddEnvironmentVariables(VariablePrefix);
        builder.AddInMemoryCollection(options);
        try
        {
            return builder.Build();
        }
        catch (Exception broken) when (broken is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            faults.Add($"The configuration file {path} cannot be read: {Words(broken)}");
            return null;
        }
    }

    private static string Words(Exception broken) =>
        broken.GetBaseException() is System.Text.Json.JsonException { LineNumber: { } line } syntax
            ? $"line {line + 1}, byte {(syntax.BytePositionInLine ?? 0) + 1}: {syntax.Message.Split(" LineNumber:")[0]}"
            : broken.GetBaseException().Message;

    private static void Bind(IConfigurationRoot root, IConfiguration section, object target, string path, List<string> faults)
    {
        var properties = target.GetType().GetProperties();
        foreach (var child in section.GetChildren())
        {
            var property = Array.Find(properties, p => p.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                faults.Add(
                    $"{path}{child.Key} is not a setting{Origin(root, child)}. {NearestName.Advice(child.Key, [.. properties.Select(p => Camel(p.Name))])}"
                );
                continue;
            }
            var name = path + Camel(property.Name);
            if (property.GetValue(target) is IList list)
            {
                BindList(root, child, list, name, faults);
            }
            else if (IsScalar(property.PropertyType))
            {
                var value = Convert(root, child, property.PropertyType, name, faults);
                if (value is not null)
                {
                    property.SetValue(target, value);
                }
            }
            else if (child.Value is { Length: > 0 })
            {
                faults.Add($"{name} must be a group of settings, not a value{Origin(root, child)}.");
            }
            else
            {
                Bind(root, child, property.GetValue(target)!, name + ":", faults);
            }
        }
    }

    private static void BindList(IConfigurationRoot root, IConfigurationSection section, IList list, string name, List<string> faults)
    {
        if (section.Value is { Length: > 0 })
        {
            faults.Add($"{name} must be a list{Origin(root, section)}.");
            return;
        }
        var element = list.GetType().GetGenericArguments()[0];
        foreach (var child in section.GetChildren().OrderBy(c => int.TryParse(c.Key, out var i) ? i : int.MaxValue))
        {
            var place = $"{name}:{list.Count}";
            if (!int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                faults.Add($"{name}:{child.Key} is not an entry of a list{Origin(root, child)}; entries are numbered from 0.");
            }
            else if (IsScalar(element))
            {
                if (Convert(root, child, element, place, faults) is { } value)
                {
                    list.Add(value);
                }
            }
            else
            {
                var item = Activator.CreateInstance(element)!;
                Bind(root, child, item, place + ":", faults);
                list.Add(item);
            }
        }
    }

    private static object? Convert(IConfigurationRoot root, IConfigurationSection child, Type type, string name, List<string> faults)
    {
        if (child.Value is null)
        {
            if (child.GetChildren().Any())
            {
                faults.Add($"{name} must be one value, not a group{Origin(root, child)}.");
            }
            return null;
        }
        var text = child.Value.Trim();
        object? value =
            type == typeof(string) ? text
            : type == typeof(bool)
                ? bool.TryParse(text, out var flag) ? flag
                    : null
            : type == typeof(int)
                ? int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? i
                    : null
            : type == typeof(long)
                ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? l
                    : null
            : type == typeof(double)
                ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? d
                    : null
            : Enum.TryParse(type, text, ignoreCase: true, out var e) && Enum.IsDefined(type, e!) ? e
            : null;
        if (value is null)
        {
            var wanted = type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type).Select(Camel)) : Kind(type);
            faults.Add($"{name} must be {wanted}, not '{text}'{Origin(root, child)}.");
        }
        return value;
    }

    private static void Validate(object target, string path, List<string> faults)
    {
        foreach (var property in target.GetType().GetProperties())
        {
            var value = property.GetValue(target);
            var name = path + Camel(property.Name);
            foreach (var rule in property.GetCustomAttributes<ValidationAttribute>().Where(r => !Passes(r, value)))
            {
                var wanted = rule is RangeAttribute range ? $"must be from {range.Minimum} to {range.Maximum}" : rule.ErrorMessage;
                faults.Add($"{name} {wanted}; it is '{value}'.");
            }
            if (value is IList list)
            {
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is { } item && !IsScalar(item.GetType()))
                    {
                        Validate(item, $"{name}:{i}:", faults);
                    }
                }
            }
            else if (value is not null && !IsScalar(property.PropertyType))
            {
                Validate(value, name + ":", faults);
            }
        }
    }

    // RegularExpressionAttribute lets an empty text pass; a name that is missing is as wrong as one that is misspelt.
    private static bool Passes(ValidationAttribute rule, object? value) =>
        rule is RegularExpressionAttribute && value is string { Length: 0 } ? false : rule.IsValid(value);

    private static bool IsScalar(Type type) => type.IsPrimitive || type.IsEnum || type == typeof(string);

    private static string Kind(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(double) ? "a number"
        : type == typeof(string) ? "a text"
        : "a whole number";

    private static string Origin(IConfigurationRoot root, IConfigurationSection child)
    {
        var provider = root.Providers.LastOrDefault(p => p.TryGet(child.Path, out _) || p.GetChildKeys([], child.Path).Any());
        return provider switch
        {
            JsonConfigurationProvider json => $" (in {Path.GetFileName(json.Source.Path)})",
            EnvironmentVariablesConfigurationProvider =>
                $" (in the variable {VariablePrefix}{child.Path.Replace(":", "__", StringComparison.Ordinal)})",
            _ => " (in an option)",
        };
    }

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
