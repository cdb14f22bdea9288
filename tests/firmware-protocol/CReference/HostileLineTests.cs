using System.Globalization;
using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>The dock's side in C on a line where a gateway lies, bytes flip and time jumps, under AddressSanitizer and UBSan.</summary>
public sealed class HostileLineTests
{
    private const int Frames = 1_000_000;

    [Fact, Trait("Campaign", "c-reference")]
    public async Task No_gateway_and_no_noise_makes_the_dock_in_C_misbehave()
    {
        var program = await CBuild.SanitizedAsync("hostile_line");
        var began = TimeProvider.System.GetTimestamp();
        var seed = Campaign.Seed;
        do
        {
            var halves = Enumerable.Range(0, 2).Select(half => RunAsync(program, seed + (ulong)half, Frames / 2));
            foreach (var words in await Task.WhenAll(halves))
            {
                Assert.Contains("sessions", words, StringComparison.Ordinal);
            }
            seed += 2;
        } while (Campaign.Is("c-reference") && TimeProvider.System.GetElapsedTime(began) < Campaign.Length);
        Console.WriteLine($"CAMPAIGN c-reference: {(seed - Campaign.Seed) * Frames / 2:N0} hostile frames, nothing broken");
    }

    [Fact]
    public async Task It_behaves_as_well_on_a_big_endian_machine()
    {
        var program = await CBuild.BigEndianAsync("hostile_line");
        var native = await RunAsync(await CBuild.SanitizedAsync("hostile_line"), Campaign.Seed, Frames / 50);
        var foreign = await Tool.OutputAsync("qemu-s390x", [program, .. Arguments(Campaign.Seed, Frames / 50)]);
        Assert.Equal(native, foreign);
    }

    private static Task<string> RunAsync(string program, ulong seed, int frames) => Tool.OutputAsync(program, Arguments(seed, frames));

    private static string[] Arguments(ulong seed, int frames) =>
        [seed.ToString(CultureInfo.InvariantCulture), frames.ToString(CultureInfo.InvariantCulture)];
}
