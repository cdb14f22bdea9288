using TaserTelemetry.Simulator.Documents;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>
/// The simulated figures beside the published ones (simulator/README.md has the table with sources), each within its stated bounds,
/// over four seeds. A campaign widens the number of seeds.
/// </summary>
public sealed class CalibrationTests
{
    private static readonly Lazy<IReadOnlyList<(History History, Paperwork Paper)>> Rare = new(() => Worlds("tests-rare"));
    private static readonly Lazy<IReadOnlyList<(History History, Paperwork Paper)>> Each = new(() => Worlds("tests-each-issue"));

    [Fact]
    public void Of_event_log_rows_7_7_percent_are_activations()
    {
        var rows = Rare.Value.Sum(w =>
            w.History.Devices.SelectMany(d => d.Logs).Where(l => l.Key.Log == FirmwareProtocol.Records.LogKind.Event).Sum(l => (long)l.Next)
        );
        Within(0.065, 0.090, Activations(Rare.Value).Count / (double)rows);
    }

    [Fact]
    public void Where_testing_is_rare_42_percent_of_activations_are_tests_or_maintenance() =>
        Within(0.37, 0.47, ShareOf(Activations(Rare.Value), a => a.Purpose is Purpose.FunctionTest or Purpose.Maintenance));

    [Fact]
    public void Where_every_issue_is_tested_over_99_percent_of_activations_are_tests() =>
        Within(0.99, 0.999, ShareOf(Activations(Each.Value), a => a.Purpose is Purpose.FunctionTest or Purpose.Maintenance));

    [Fact]
    public void An_incident_has_1_43_activations()
    {
        var operational = Activations(Rare.Value).Where(a => a.Purpose == Purpose.Operational).ToList();
        Within(1.28, 1.58, operational.Count / (double)operational.Select(a => a.Use!.Incident).Distinct().Count());
    }

    [Theory]
    [InlineData(1, 0.63, 0.73)]
    [InlineData(2, 0.16, 0.25)]
    [InlineData(3, 0.04, 0.10)]
    public void Cycles_per_report_are_distributed_as_in_two_agencies(int cycles, double least, double most)
    {
        var uses = Rare.Value.SelectMany(w => w.History.Uses).Where(u => u.Level >= UseLevel.DriveStun).ToList();
        Within(least, most, ShareOf(uses, u => u.Activations.Count == cycles));
    }

    [Fact]
    public void About_one_report_in_twenty_exceeds_three_cycles() =>
        Within(
            0.025,
            0.07,
            ShareOf([.. Rare.Value.SelectMany(w => w.History.Uses).Where(u => u.Level >= UseLevel.DriveStun)], u => u.Activations.Count > 3)
        );

    [Fact]
    public void Of_discharge_records_15_7_percent_are_accidental()
    {
        var accidental = Rare.Value.Sum(w => w.History.Mishaps.Count);
        var fired = Rare.Value.SelectMany(w => w.History.Uses).Count(u => u.Fired.Count > 0);
        Within(0.11, 0.20, accidental / (double)(accidental + fired));
    }

    [Fact]
    public void Levels_are_shared_out_as_the_Home_Office_table_has_them()
    {
        var uses = Each.Value.SelectMany(w => w.History.Uses).ToList();
        Within(0.46, 0.58, ShareOf(uses, u => u.Level == UseLevel.RedDotted));
        Within(0.20, 0.32, ShareOf(uses, u => u.Level == UseLevel.Drawn));
        Within(0.06, 0.13, ShareOf(uses, u => u.Level == UseLevel.Aimed));
        Within(0.08, 0.15, ShareOf(uses, u => u.Level == UseLevel.Fired));
    }

    [Fact]
    public void Cartridge_numbers_are_mistyped_as_often_as_in_real_reports()
    {
        var (tokens, malformed, deviceSerials, reports, blank, fewer) = (0, 0, 0, 0, 0, 0);
        foreach (
            var (form, row) in Rare.Value.SelectMany(w =>
                Internal(w.Paper).Rows.Where(r => r.Written is not null).Select(r => (Internal(w.Paper), r))
            )
        )
        {
            var fired = form.Cell(row.Truth, "CED Fired Cartridge Number").Split(" / ", StringSplitOptions.RemoveEmptyEntries);
            if (fired.Length == 0)
            {
                continue;
            }

            var typed = form.Cell(row.Written!, "CED Fired Cartridge Number").Split(" / ", StringSplitOptions.RemoveEmptyEntries);
            reports++;
            blank += typed.Length == 0 ? 1 : 0;
            fewer += typed.Length < fired.Length ? 1 : 0;
            foreach (var (token, serial) in typed.Zip(fired))
            {
                tokens++;
                var device = token == form.Cell(row.Truth, "CED Device Serial No");
                deviceSerials += device ? 1 : 0;
                malformed += !device && token != serial ? 1 : 0;
            }
        }

        Within(0.86, 0.93, 1 - (malformed + deviceSerials) / (double)tokens);
        Within(0.055, 0.105, malformed / (double)tokens);
        Within(0.015, 0.045, deviceSerials / (double)tokens);
        Within(0.045, 0.09, blank / (double)reports);
        Within(0.10, 0.20, fewer / (double)reports);
    }

    [Fact]
    public void Four_percent_of_reports_state_no_level()
    {
        var rows = Rare
            .Value.Concat(Each.Value)
            .Select(w => w.Paper.Tables.Single(t => t.Name == "reports.csv"))
            .SelectMany(t => t.Rows.Where(r => r.Written is not null).Select(r => t.Cell(r.Written!, "Level")))
            .ToList();
        Within(0.03, 0.055, ShareOf(rows, level => level.Length == 0));
    }

    private static DocumentTable Internal(Paperwork paper) => paper.Tables.Single(t => t.Name == "reports-uk-271-internal.csv");

    private static List<Activation> Activations(IReadOnlyList<(History History, Paperwork Paper)> worlds) =>
        [.. worlds.SelectMany(w => w.History.Activations)];

    private static double ShareOf<T>(IReadOnlyCollection<T> of, Func<T, bool> those) => of.Count(those) / (double)of.Count;

    private static void Within(double least, double most, double measured) => Assert.InRange(measured, least, most);

    private static List<(History History, Paperwork Paper)> Worlds(string scenario)
    {
        var seeds = Environment.GetEnvironmentVariable("TASER_CAMPAIGN") == "calibration" ? 20 : 4;
        return [.. Enumerable.Range(1, seeds).Select(seed => Runs.Play(scenario, (ulong)seed)).Select(h => (h, new Paperwork(h)))];
    }
}
