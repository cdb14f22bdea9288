using Microsoft.Extensions.Time.Testing;
using TaserTelemetry.Gateway.Ingest.Doors;

namespace TaserTelemetry.Gateway.Tests.Doors;

public sealed class NoiseSampleTests
{
    [Fact]
    public void Of_each_minute_of_noise_the_first_and_last_256_bytes_are_told_once_with_how_many_there_were()
    {
        var clock = new FakeTimeProvider();
        var told = new List<NoiseMinute>();
        var noise = new NoiseSample(clock, told.Add);
        noise.Take(Bytes(1, 200), 200);
        noise.Take(Bytes(2, 100), 5_000); // of a long stretch the line keeps the end
        noise.Take(Bytes(3, 200), 200);
        clock.Advance(TimeSpan.FromSeconds(59));
        noise.LookAtTheTime();
        Assert.Empty(told);
        clock.Advance(TimeSpan.FromSeconds(1));
        noise.LookAtTheTime();
        noise.LookAtTheTime();
        var minute = Assert.Single(told);
        Assert.Equal(5_400, minute.Bytes);
        Assert.Equal(Convert.ToHexString([.. Bytes(1, 200), .. Bytes(2, 56)]), minute.First);
        Assert.Equal(Convert.ToHexString([.. Bytes(2, 56), .. Bytes(3, 200)]), minute.Last);

        noise.Take(Bytes(4, 1_000), 1_000);
        clock.Advance(TimeSpan.FromMinutes(1));
        noise.LookAtTheTime();
        Assert.Equal((1_000, 2 * NoiseSample.SampleBytes), (told[1].Bytes, told[1].Last.Length));
        Assert.Equal(6_400, noise.TotalBytes);
    }

    private static byte[] Bytes(byte value, int count) => [.. Enumerable.Repeat(value, count)];
}
