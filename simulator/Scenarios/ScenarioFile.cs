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
            var what = Directory.Exists(nameOrFile) ? $"'{nameOrFile}' is a folder" : $"no scenario file '{nameOrFile}'";
            errors.Add(
                new ScenarioError(
                    0,
                    $"{what}, and no ready scenario of that name{NearestName.Hint(nameOrFile, ReadyNames)}; ready: {string.Join(", ", ReadyNames)}"
                )
            );
            return null;
        }

        if (file.Length > BytesMax)
        {
            errors.Add(new ScenarioError(0, $"'{nameOrFile}' is {file.Length} bytes; a scenario is at most {BytesMax}"));
            return null;
        }

        try
        {
            return Parse(File.ReadAllText(nameOrFile), errors);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            errors.Add(new ScenarioError(0, $"cannot be read: {cause.Message}"));
            return null;
        }
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
        CrossCheck(scenario, errors);
        errors.Sort((a, b) => a.Line.CompareTo(b.Line));
        return errors.Count == 0 ? scenario : null;
    }

    /// <summary>Names become topics and dock names: one level each, and no two alike.</summary>
    private static void CheckNames(Scenario scenario, List<ScenarioError> errors)
    {
        var armouries = scenario.Armouries.Select(a => (a.Name, a.Line)).ToList();
        var docks = scenario
            .Armouries.SelectMany(a => a.Docks.Select(d => (Name: a.Count == 1 ? d.Name : $"{a.Name}-nnn-{d.Name}", d.Line)))
            .ToList();
        var shifts = scenario.Shifts.Select(s => (s.Name, s.Line)).ToList();
        foreach (var (what, names) in new[] { ("armoury", armouries), ("dock", docks), ("shift", shifts) })
        {
            // a name that is missing was said to be so already
            foreach (var same in names.Where(n => n.Name.Length > 0).GroupBy(n => n.Name).Where(g => g.Count() > 1))
            {
                var lines = string.Join(", ", same.Select(n => n.Line));
                errors.Add(
                    new ScenarioError(same.ElementAt(1).Line, $"{same.Count()} {what} entries are named '{same.Key}' (lines {lines})")
                );
            }
        }

        foreach (var (name, line) in armouries.Concat(docks).Append((scenario.Force, scenario.ForceLine)).Where(n => n.Item1.Length > 0))
        {
            if (name.Length > NameCharactersMax || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                errors.Add(
                    new ScenarioError(
                        line,
                        $"'{name}' cannot be a level of a topic: at most {NameCharactersMax} letters, digits, '-', '_' and '.', with what is put before a copy's dock"
                    )
                );
            }
        }
    }

    private static void CheckArmouries(Scenario scenario, List<ScenarioError> errors)
    {
        var serial = scenario
            .Armouries.SelectMany(a => a.Docks.Where(d => d.Transport == "serial").Select(d => (a.Count, d.Line)))
            .ToList();
        if (serial.Sum(d => d.Count) is > 1 and var docks)
        {
            errors.Add(
                new ScenarioError(serial[^1].Line, $"{docks} docks are serial; a run has one serial line, so at most one dock may use it")
            );
        }

        foreach (var armoury in scenario.Armouries.Where(a => a.Students + a.Specials > 1))
        {
            errors.Add(new ScenarioError(armoury.Line, $"armoury '{armoury.Name}': students and specials are more than all officers"));
        }
    }

    /// <summary>What only shows when the parts are put beside each other.</summary>
    private static void CrossCheck(Scenario scenario, List<ScenarioError> errors)
    {
        CheckNames(scenario, errors);
        CheckArmouries(scenario, errors);
        foreach (
            var (line, device, day, shift) in scenario
                .PlantedUses.Select(p => (p.Line, p.Device, p.Day, p.Shift))
                .Concat(scenario.PlantedFaults.Select(p => (p.Line, p.Device, p.Day, p.Shift)))
        )
        {
            if (device.Length > 0 && scenario.Armouries.Count > 0 && !Ordinals(scenario.Armouries[0]).Contains(device))
            {
                errors.Add(
                    new ScenarioError(
                        line,
                        $"no device '{device}' in armoury '{scenario.Armouries[0].Name}'; devices are named model-ordinal, such as x2-03"
                    )
                );
            }

            if (shift.Length > 0 && (day > scenario.Days || scenario.Shifts.All(s => s.Name != shift)))
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
