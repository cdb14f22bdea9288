using TaserTelemetry.Simulator.Documents;

namespace TaserTelemetry.Simulator.Tests;

public sealed class DeterminismTests
{
    [Fact]
    public void The_same_scenario_seed_and_end_give_the_same_truth_twice() =>
        Assert.Equal(Runs.Hash(Runs.Truth(Runs.Play("one-armoury-day", 3))), Runs.Hash(Runs.Truth(Runs.Play("one-armoury-day", 3))));

    [Fact]
    public void Another_seed_gives_another_truth() =>
        Assert.NotEqual(Runs.Hash(Runs.Truth(Runs.Play("one-armoury-day", 3))), Runs.Hash(Runs.Truth(Runs.Play("one-armoury-day", 4))));

    [Fact]
    public void The_same_scenario_seed_and_end_give_the_same_documents_twice() => Assert.Equal(Documents(9), Documents(9));

    private static string Documents(ulong seed)
    {
        using var memory = new MemoryStream();
        foreach (var table in new Paperwork(Runs.Play("one-armoury-day", seed)).Tables)
        {
            CsvText.Write(memory, table.Columns, table.Rows.Where(r => r.Written is not null).Select(r => r.Written!));
        }

        return Runs.Hash(memory.ToArray());
    }
}
