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
                    $"no scenario file '{nameOrFile}', and no ready scenario of that name; ready: {string.Join(", ", ReadyNames)}"
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

        var scenario = Bind(new YamlMap(root, "", errors), errors);
        return errors.Count == 0 ? scenario : null;
    }

    private static Scenario Bind(YamlMap map, List<ScenarioError> errors)
    {
        map.Integer("format", 1, 1);
        map.Text("about", "-");
        var scenario = new Scenario(
            map.Text("name"),
            map.Text("force"),
            map.Integer("days", 1, 1_500),
            map.Integer("settle_hours", 0, 24 * 60, 26),
            [.. map.Maps("armouries", 1).Select(Armoury)],
            [.. map.Maps("shifts", 1).Select(Shift)],
            Testing(map.Map("testing")),
            Docking(map.Map("docking")),
            Uses(map.Map("uses")),
            Paper(map.Map("paper")),
            Faults(map.Map("faults")),
            Breaches(map.Map("breaches")),
            [.. map.Maps("planted_uses", 0).Select(PlantedUse)],
            [.. map.Maps("planted_faults", 0).Select(PlantedFault)]
        );
        map.Close();
        if (errors.Count == 0)
        {
            CrossCheck(scenario, errors);
        }

        return scenario;
    }

    private static ArmouryPlan Armoury(YamlMap map)
    {
        var devices = map.Map("devices");
        var plan = new ArmouryPlan(
            map.Text("name"),
            map.Integer("count", 1, 500, 1),
            map.Integer("officers", 1, 100_000),
            [.. Model.All.Select(m => (m, devices.Integer(m.Key, 0, 100_000, 0))).Where(m => m.Item2 > 0)],
            [.. map.Maps("docks", 1).Select(Dock)]
        );
        devices.Close();
        map.Close();
        if (plan.Devices.Count == 0)
        {
            map.Wrong(map.Line, $"armoury '{plan.Name}' has no devices");
        }

        return plan;
    }

    private static DockPlan Dock(YamlMap map)
    {
        var plan = new DockPlan(
            map.Text("name"),
            map.Text("transport", null, "mqtt", "serial"),
            map.Text("temper", "honest", DockTempers.All)
        );
        map.Close();
        return plan;
    }

    private static ShiftPlan Shift(YamlMap map)
    {
        var plan = new ShiftPlan(map.Text("name"), map.Integer("start", 0, 23), map.Integer("hours", 1, 12), map.Share("issued"));
        map.Close();
        return plan;
    }

    private static TestingPlan Testing(YamlMap map)
    {
        var plan = new TestingPlan(
            map.Share("at_issue"),
            map.Share("at_return"),
            map.Share("extra"),
            map.Number("training_per_1000_issues", 0, 1000, 0)
        );
        map.Close();
        return plan;
    }

    private static DockingPlan Docking(YamlMap map)
    {
        var plan = new DockingPlan(
            map.Share("at_return", 1),
            map.Integer("every_days", 1, 400, 28),
            map.Share("pack_late"),
            map.Integer("pack_late_days", 1, 60, 5),
            map.Share("firmware_update"),
            map.YesNo("final", true)
        );
        map.Close();
        return plan;
    }

    private static UsePlan Uses(YamlMap map)
    {
        var plan = new UsePlan(
            map.Number("per_1000_issues", 0, 1000, 0),
            map.Share("active", 0.128),
            map.Share("two_officers", 0.2),
            map.Share("extended", 0.06),
            map.Share("interrupted", 0.12),
            map.Share("unintentional_share", 0)
        );
        map.Close();
        return plan;
    }

    private static PaperPlan Paper(YamlMap map)
    {
        var plan = new PaperPlan(
            map.Share("report_missing"),
            map.Share("report_late"),
            map.Share("report_edited"),
            map.Share("level_wrong"),
            map.Share("level_not_stated"),
            map.Share("cycles_wrong"),
            map.Share("device_serial_wrong"),
            map.Share("cartridge_malformed"),
            map.Share("cartridge_device_serial"),
            map.Share("cartridge_blank"),
            map.Share("cartridge_fewer"),
            map.Share("issue_row_missing"),
            map.Share("register_holes"),
            map.Integer("used_at_error_minutes", 0, 120, 5)
        );
        map.Close();
        return plan;
    }

    private static FaultPlan Faults(YamlMap map)
    {
        var plan = new FaultPlan(
            map.Number("clock_reset_per_1000_device_days", 0, 1000, 0),
            map.Number("gap_per_1000_device_days", 0, 1000, 0),
            map.Number("log_cleared_per_1000_device_days", 0, 1000, 0),
            map.Share("split_cycles"),
            map.Number("pack_lost_per_1000_issues", 0, 1000, 0),
            map.Share("busy_devices"),
            map.Share("tampered_visits"),
            map.Number("clock_error_seconds_max", 0, 100_000, 30)
        );
        map.Close();
        return plan;
    }

    private static BreachPlan Breaches(YamlMap map)
    {
        var plan = new BreachPlan(
            map.Share("lapsing"),
            map.Share("lapsed_issued"),
            map.Share("suspensions"),
            map.Share("suspended_issued"),
            map.Share("not_endorsed"),
            map.Share("late_return"),
            map.Share("used_on_handcuffed")
        );
        map.Close();
        return plan;
    }

    private static PlantedUse PlantedUse(YamlMap map)
    {
        var levels = Enum.GetNames<UseLevel>();
        var level = map.Text("level", null, levels);
        var plan = new PlantedUse(
            map.Line,
            map.Text("device"),
            Enum.TryParse<UseLevel>(level, out var known) ? known : UseLevel.Drawn,
            map.Integer("day", 1, 1_500, 1),
            map.Text("shift"),
            map.Integer("minute", 20, 700),
            map.Integers("cycles_ms", 100, 120_000),
            Enum.TryParse<Planned>(map.Text("report", "Proper", "Proper", "None", "Overstated"), out var report) ? report : Planned.Proper
        );
        map.Close();
        return plan;
    }

    private static PlantedFault PlantedFault(YamlMap map)
    {
        var plan = new PlantedFault(
            map.Line,
            map.Text("device"),
            map.Text("fault", null, "gap", "clock-reset", "late-pack"),
            map.Integer("day", 1, 1_500, 1),
            map.Text("shift"),
            map.Integer("minute", 0, 700, 0)
        );
        map.Close();
        return plan;
    }

    /// <summary>What only shows when the parts are put beside each other.</summary>
    private static void CrossCheck(Scenario scenario, List<ScenarioError> errors)
    {
        var serial = scenario
            .Armouries.SelectMany(a => Enumerable.Repeat(a.Docks, a.Count))
            .SelectMany(d => d)
            .Count(d => d.Transport == "serial");
        if (serial > 1)
        {
            errors.Add(new ScenarioError(1, $"{serial} docks are serial; a run has one serial line, so at most one dock may use it"));
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
