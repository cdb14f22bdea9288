using TaserTelemetry.Simulator.Randomness;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>Everything an auditor would be given, first as it should read, then with what went wrong in the writing.</summary>
internal sealed class Paperwork
{
    public Paperwork(History history)
    {
        var reports = new Reports(history, Draw.For(history.Seed, "reports"));
        Tables = [.. ReportExports.All(reports), .. new Registers(history).All(), .. ProgrammeTables.All(history)];
    }

    public IReadOnlyList<DocumentTable> Tables { get; }
}
