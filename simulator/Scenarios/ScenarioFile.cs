using System.Reflection;
using TaserTelemetry.Simulator.World;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TaserTelemetry.Simulator.Scenarios;

/// <summary>Finds and reads scenarios: the ready ones are inside the program, others are files.</summary>
internal static class ScenarioFile
{
    /// <summary>A scenario is written by hand; anything larger is a mistake.</summary>
    public const int BytesMax = 256 * 1024;

    private const int NameCharactersMax = 32;

    private const string ResourcePrefix = "scenario.";

    public static IReadOnlyList<string> ReadyNames { get; } =
    [
        .. typeof(ScenarioFile)
            .Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(n => n[ResourcePrefix.Length..])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A ready scenario's name or a file's path.</summary>
    public static Scenario? Read(string nameOrFile, List<ScenarioError> errors)
    {
        if (ReadyNames.Contains(nameOrFile))
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(ResourcePrefix + nameOrFile)!;
            using var reader = new StreamReader(stream);
            return Parse(reader.ReadToEnd(), errors);
        }

        var file = new FileInfo(nameOrFile);
        if (!file.Exists)
        {
            errors.Add(
                new ScenarioError(
                    0,
                    $"no scenario file '{nameOrFile}', and no ready scenario of that name{NearestName.Hint(nameOrFile, ReadyNames)}; ready: {string.Join(", ", ReadyNames)}"
                )
            );
            return null;
        }

        if (file.Length > BytesMax)
        {
            errors.Add(new ScenarioError(0, $"'{nameOrFile}' is {file.Length} bytes; a scenario is at most {BytesMax}"));
            return null;
        }

        return Parse(File.ReadAllText(nameOrFile), errors);
    }

    public static Scenario? Parse(string yaml, List<ScenarioError> errors)
    {
        YamlNode? root;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(yaml));
            root = stream.Documents.Count > 0 ? stream.Documents[0].RootNode : null;
        }
        catch (YamlException wrong)
        {
            errors.Add(new ScenarioError((int)wrong.Start.Line, $"not YAML: {wrong.Message}"));
            return null;
        }

        var scenario = ScenarioBinding.Bind(new YamlMap(root, "", errors));
        if (errors.Count == 0)
        {
            CrossCheck(scenario, errors);
        }

        return errors.Count == 0 ? scenario : null;
    }

    /// <summary>Names become topics and dock names: one level each, and no two alike.</summary>
    private static void CheckNames(Scenario scenario, List<ScenarioError> errors)
    {
        var armouries = scenario.Armouries.Select(a => a.Name).ToList();
        var docks = scenario.Armouries.SelectMany(a => a.Docks.Select(d => a.Count == 1 ? d.Name : $"{a.Name}-nnn-{d.Name}")).ToList();
        foreach (
            var (what, names) in new[] { ("armoury", armouries), ("dock", docks), ("shift", scenario.Shifts.Select(s => s.Name).ToList()) }
        )
        {
            errors.AddRange(
                names
                    .GroupBy(n => n)
                    .Where(g => g.Count() > 1)
                    .Select(g => new ScenarioError(1, $"{g.Count()} {what} entries are named '{g.Key}'"))
            );
        }

        foreach (var name in armouries.Concat(docks).Append(scenario.Force))
        {
            if (name.Length > NameCharactersMax || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                errors.Add(
                    new ScenarioError(
                        1,
                        $"'{name}' cannot be a level of a topic: at most {NameCharactersMax} letters, digits, '-', '_' and '.', with what is put before a copy's dock"
                    )
                );
            }
        }
    }

    /// <summary>What only shows when the parts are put beside each other.</summary>
    private static void CrossCheck(Scenario scenario, List<ScenarioError> errors)
    {
        CheckNames(scenario, errors);
        var serial = scenario
            .Armouries.SelectMany(a => Enumerable.Repeat(a.Docks, a.Count))
            .SelectMany(d => d)
            .Count(d => d.Transport == "serial");
        if (serial > 1)
        {
            errors.Add(new ScenarioError(1, $"{serial} docks are serial; a run has one serial line, so at most one dock may use it"));
        }

        foreach (var armoury in scenario.Armouries.Where(a => a.Students + a.Specials > 1))
        {
            errors.Add(new ScenarioError(1, $"armoury '{armoury.Name}': students and specials are more than all officers"));
        }

        foreach (
            var (line, device, day, shift) in scenario
                .PlantedUses.Select(p => (p.Line, p.Device, p.Day, p.Shift))
                .Concat(scenario.PlantedFaults.Select(p => (p.Line, p.Device, p.Day, p.Shift)))
        )
        {
            if (!Ordinals(scenario.Armouries[0]).Contains(device))
            {
                errors.Add(
                    new ScenarioError(
                        line,
                        $"no device '{device}' in armoury '{scenario.Armouries[0].Name}'; devices are named model-ordinal, such as x2-03"
                    )
                );
            }

            if (day > scenario.Days || scenario.Shifts.All(s => s.Name != shift))
            {
                errors.Add(new ScenarioError(line, $"no shift '{shift}' on day {day}"));
            }
        }

        foreach (
            var use in scenario.PlantedUses.Where(u =>
                u.Level is not (UseLevel.Drawn or UseLevel.Aimed or UseLevel.RedDotted) && u.CyclesMs.Count == 0
            )
        )
        {
            errors.Add(new ScenarioError(use.Line, $"{use.Level} needs cycles_ms, one duration for each activation"));
        }
    }

    private static IEnumerable<string> Ordinals(ArmouryPlan armoury) =>
        armoury.Devices.SelectMany(d => Enumerable.Range(1, d.Count).Select(i => $"{d.Model.Key}-{i:D2}"));
}

/// <summary>How a dock behaves towards the gateway; see SCENARIOS.md.</summary>
internal static class DockTempers
{
    public static readonly string[] All = ["honest", "lossy", "slow", "duplicating", "re-ordering", "power-cut", "forging", "flooding"];
}
