using System.Globalization;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>
/// Budget, establishment and denominators. The money follows the proportion of one published decision (0.75 m capital, 0.25 m revenue for
/// about 1,000 officers); the population groups are made up and say so.
/// </summary>
internal static class ProgrammeTables
{
    public static IEnumerable<DocumentTable> All(History history, IRowTaker? taker)
    {
        yield return Budget(history, taker);
        yield return Establishment(history, taker);
        yield return Denominators(taker);
    }

    private static DocumentTable Budget(History history, IRowTaker? taker)
    {
        var table = DocumentTable.Open(taker, "budget.csv", "Heading", "Capital", "PlannedPence", "SpentPence");
        var officers = history.Officers.Count();
        var fired = history.Cartridges.Count(c => c.FiredUtcMs >= 0);
        table.Add("devices and docks", "yes", Number(75_000L * officers), Number(90_000L * history.Devices.Count()));
        table.Add("cartridges", "no", Number(5_000L * officers), Number(3_200L * fired));
        table.Add("training", "no", Number(20_000L * officers), Number(18_500L * officers));
        return table;
    }

    private static DocumentTable Establishment(History history, IRowTaker? taker)
    {
        var table = DocumentTable.Open(taker, "establishment.csv", "Team", "Establishment", "Eligible", "Trained", "Accredited");
        foreach (var armoury in history.Armouries)
        {
            var trained = armoury.Officers.Count;
            var accredited = armoury.Officers.Count(o => o.AccreditedUntilUtcMs > history.EndUtcMs);
            table.Add(armoury.Name, Number(trained * 3L), Number(trained * 2L), Number(trained), Number(accredited));
        }

        return table;
    }

    private static DocumentTable Denominators(IRowTaker? taker)
    {
        var table = DocumentTable.Open(taker, "denominators.csv", "Dimension", "Group", "Count", "Source");
        foreach (
            var (group, count) in new[]
            {
                ("White", 1_400_000L),
                ("Asian", 90_000L),
                ("Black", 45_000L),
                ("Mixed", 35_000L),
                ("Other", 15_000L),
            }
        )
        {
            table.Add("SubjectEthnicity", group, Number(count), "simulated population");
        }

        return table;
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
