using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>The dock written in C (firmware-protocol/c) against the real gateway, over a real pseudo-terminal.</summary>
public sealed class CDockTests
{
    private const string Device = "X29C00001";
    private const int Records = 60_000;

    [Fact]
    public async Task A_dock_in_C_and_the_gateway_may_both_die_half_way_and_every_event_counts_once()
    {
        using var ground = new Ground();
        var dockProgram = await BuildDockAsync(ground);
        var configuration = await SerialArmoury.ConfigureAsync(ground, "kent", "maidstone", "dock-c", "X26P", [Device]);
        await using var line = await SerialArmoury.JoinAsync(ground);

        var gateway = await Gateway.StartAsync(ground, configuration);
        try
        {
            await using (var first = StartDock(ground, dockProgram))
            {
                await first.WaitForAsync("batches 100");
                await gateway.KillAsync();
                await gateway.DisposeAsync();
                gateway = await Gateway.StartAsync(ground, configuration);
                await first.WaitForAsync("batches 300");
                await first.KillAsync();
            }

            await using var second = StartDock(ground, dockProgram);
            Assert.True(await second.WaitForExitAsync() == 0, second.Output + second.Errors);
            // its made-up records are marked as doubtful, which is a reason beside Stored; none is kept aside or refused
            Assert.DoesNotMatch("verdict [^0]", second.Output);
            Assert.Contains($"held {Records}+0", second.Output, StringComparison.Ordinal);
            await gateway.StopAsync();
        }
        finally
        {
            await gateway.DisposeAsync();
        }

        var (sequences, blocks) = Stored(ground.At("data"));
        Assert.Equal(Records, sequences.Distinct().Count());
        Assert.Equal(Records, sequences.Count);
        Assert.Equal(2 * Records / 100, blocks.Distinct().Count());
    }

    private static async Task<string> BuildDockAsync(Ground ground)
    {
        var reference = Path.Combine(Campaign.RepositoryRoot, "firmware-protocol", "c");
        var dock = Path.Combine(Campaign.RepositoryRoot, "tests", "firmware-protocol", "CReference", "dock.c");
        string[] options = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-fsanitize=address,undefined", "-I", reference];
        await using var gcc = RealProcess.Start(
            "gcc",
            ground.Folder,
            [.. options, "-fno-sanitize-recover=all", Path.Combine(reference, "taser_dock.c"), dock, "-o", ground.At("dock")]
        );
        Assert.True(await gcc.WaitForExitAsync() == 0, gcc.Errors);
        return ground.At("dock");
    }

    private static RealProcess StartDock(Ground ground, string program) =>
        RealProcess.Start(
            program,
            ground.Folder,
            new Dictionary<string, string> { ["DOCK_TRUSTS_ANY_KEY"] = "1" },
            ground.At(SerialArmoury.DocksEnd),
            Device,
            "0",
            $"{Records}",
            ground.At("memory")
        );

    private static (List<ulong> Sequences, List<(ulong Sequence, ushort Part)> Blocks) Stored(string data)
    {
        var sequences = new List<ulong>();
        var blocks = new List<(ulong, ushort)>();
        using var reader = EvidenceReader.Open(data);
        ReadStatus status;
        while ((status = reader.Read()) == ReadStatus.Record)
        {
            if (reader.Leaf is StoredBlock block)
            {
                blocks.Add((block.Sequence, block.Part));
            }
            else if (reader.ReadEvents(out var events) == EventsState.Present)
            {
                foreach (var entry in events)
                {
                    sequences.Add(entry.Sequence);
                }
            }
        }
        Assert.Equal(ReadStatus.End, status);
        return (sequences, blocks);
    }
}
