using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace TaserTelemetry.Simulator.Scenarios;

/// <summary>One thing that is wrong with a scenario file.</summary>
internal readonly record struct ScenarioError(int Line, string Reason)
{
    /// <summary>Line 0 = the file as a whole.</summary>
    public override string ToString() => Line > 0 ? $"line {Line}: {Reason}" : Reason;
}

/// <summary>
/// A YAML mapping read key by key. Every error is noted and reading goes on, so that all of them are shown at once; keys nobody asked
/// for are errors too (<see cref="Close"/>).
/// </summary>
internal sealed class YamlMap
{
    private readonly YamlMappingNode? _node;
    private readonly List<ScenarioError> _errors;
    private readonly HashSet<string> _known = [];
    private readonly string _path;

    public YamlMap(YamlNode? node, string path, List<ScenarioError> errors)
    {
        _errors = errors;
        _path = path;
        _node = node as YamlMappingNode;
        Line = node is null ? 1 : (int)node.Start.Line;
        if (node is not null && _node is null)
        {
            Wrong(Line, $"{path} must be a mapping of keys to values");
        }
    }

    public int Line { get; }

    /// <summary>Where a key's value stands; where the mapping begins if there is none.</summary>
    public int LineOf(string key) => Find(key) is { } node ? (int)node.Start.Line : Line;

    public bool Has(string key) => Find(key) is not null;

    public string Text(string key, string? otherwise = null, params string[] oneOf)
    {
        var node = Find(key);
        if (node is null)
        {
            return otherwise ?? Missing(key, "");
        }

        var text = (node as YamlScalarNode)?.Value ?? "";
        if (text.Length is 0 or > 64)
        {
            Wrong((int)node.Start.Line, $"{_path}{key} must be a text of 1 to 64 characters");
        }
        else if (oneOf.Length > 0 && !oneOf.Contains(text))
        {
            Wrong((int)node.Start.Line, $"{_path}{key} is '{text}'; it must be one of {string.Join(", ", oneOf)}");
        }

        return text;
    }

    public int Integer(string key, int least, int most, int? otherwise = null)
    {
        var node = Find(key);
        if (node is null)
        {
            return otherwise ?? Missing(key, least);
        }

        var text = (node as YamlScalarNode)?.Value;
        if (
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            || value < least
            || value > most
        )
        {
            Wrong((int)node.Start.Line, $"{_path}{key} is '{text}'; it must be a whole number from {least} to {most}");
            return least;
        }

        return value;
    }

    public double Number(string key, double least, double most, double? otherwise = null)
    {
        var node = Find(key);
        if (node is null)
        {
            return otherwise ?? Missing(key, least);
        }

        var text = (node as YamlScalarNode)?.Value;
        const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (!double.TryParse(text, Style, CultureInfo.InvariantCulture, out var value) || !(value >= least && value <= most))
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"{least} to {most}");
            Wrong((int)node.Start.Line, $"{_path}{key} is '{text}'; it must be a number from {range}");
            return least;
        }

        return value;
    }

    public bool YesNo(string key, bool otherwise) => Has(key) ? Text(key, null, "true", "false") == "true" : otherwise;

    /// <summary>A share of 1.</summary>
    public double Share(string key, double otherwise = 0) => Number(key, 0, 1, otherwise);

    public YamlMap Map(string key) => new(Find(key), $"{_path}{key}.", _errors);

    public IReadOnlyList<YamlMap> Maps(string key, int least)
    {
        var node = Find(key);
        var items = node as YamlSequenceNode;
        if (node is not null && items is null)
        {
            Wrong((int)node.Start.Line, $"{_path}{key} must be a list");
        }
        else if ((items?.Children.Count ?? 0) < least)
        {
            Wrong(node is null ? Line : (int)node.Start.Line, $"{_path}{key} needs at least {least} entries");
        }

        return items is null ? [] : [.. items.Children.Select((child, i) => new YamlMap(child, $"{_path}{key}[{i}].", _errors))];
    }

    public IReadOnlyList<int> Integers(string key, int least, int most)
    {
        if (Find(key) is not { } node)
        {
            return [];
        }

        var values = new List<int>();
        foreach (var child in node as YamlSequenceNode ?? [])
        {
            if (
                int.TryParse((child as YamlScalarNode)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                && value >= least
                && value <= most
            )
            {
                values.Add(value);
            }
            else
            {
                Wrong((int)child.Start.Line, $"{_path}{key} must hold whole numbers from {least} to {most}");
            }
        }

        if (node is not YamlSequenceNode)
        {
            Wrong((int)node.Start.Line, $"{_path}{key} must be a list of whole numbers");
        }

        return values;
    }

    public void Wrong(int line, string reason) => _errors.Add(new ScenarioError(line, reason));

    /// <summary>Everything in the file that nobody asked for.</summary>
    public void Close()
    {
        foreach (var key in _node is null ? [] : _node.Children.Keys)
        {
            var name = (key as YamlScalarNode)?.Value ?? "?";
            if (!_known.Contains(name))
            {
                Wrong(
                    (int)key.Start.Line,
                    $"unknown key '{_path}{name}'{NearestName.Hint(name, _known)}; known here: {string.Join(", ", _known.Order(StringComparer.Ordinal))}"
                );
            }
        }
    }

    private YamlNode? Find(string key)
    {
        _known.Add(key);
        return _node is not null && _node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
    }

    private T Missing<T>(string key, T instead)
    {
        Wrong(Line, $"{_path}{key} is missing");
        return instead;
    }
}
