using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Tests;

namespace TaserTelemetry.EndToEnd.Tests;

/// <summary>
/// The dock in Go (tests/firmware-protocol/go-dock), written from SPEC.md alone by somebody who had not read the code, against the real
/// gateway over a real pseudo-terminal.
/// </summary>
public sealed class GoDockTests
{
    private const int Devices = 3;
    private const int RecordsEach = 120;

    /// <summary>A newcomer's mistake, and what the dock is told of it: what, what to do, and where.</summary>
    private static readonly (string Mistake, string Told)[] ToldOnTheWay =
    [
        ("frame-check", " FrameCheckWrong(5)"),
        ("length-one-more", " FrameCutShort(7)"),
        ("length-one-less", " FrameRunsOn(8)"),
        ("length-beyond-limit", "told Abort PayloadTooLong(4), HelloAgain, byte 12"),
        ("version", "told Abort VersionUnsupported(2), HelloAgain, byte 1"),
        ("number-zero", "told Abort ValueNotAllowed(46), Skip, byte 8"),
        ("number-reused", "told Abort FrameNumberReused(66), HelloAgain, byte 8"),
        ("gateways-type", "told Abort MessageNotExpected(67), Skip, byte 2"),
        ("wrong-session", "SessionUnknown(64), HelloAgain"),
        ("docked-before-hello", "SessionUnknown(64), HelloAgain"),
        ("too-many-in-flight", "Refused: WindowExceeded(68), Wait 1000 ms"),
        ("batch-of-device-not-docked", "Stored: DeviceUnknown(101), None, byte 54"),
        ("batch-bytes-differ", "Stored: BytesDiffer(160), None, byte 114"),
        ("batch-impossible", "Stored: RecordDoubtful(161), None, byte 86"),
        ("block-part-zero", "KeptAside: PartWrong(45), Skip, byte 18"),
        ("undocked-value", "KeptAside: ValueNotAllowed(46), Skip, byte 18"),
    ];

    /// <summary>Mistakes that are told at once and again whenever the same comes again: the dock is ended when it was told.</summary>
    private static readonly (string Mistake, string Told)[] ToldEachTime =
    [
        ("always-crc-of-zip", "told Abort HeaderCheckWrong(3), None, byte 14"),
        ("always-check-of-payload-only", "told Abort FrameCheckWrong(5), ResendNow, byte 101"),
        ("always-big-endian", "told Abort PayloadTooLong(4), HelloAgain, byte 12"),
        ("always-no-cobs", "told Abort CobsBroken(6), None"),
        ("always-version-2", "told Abort VersionUnsupported(2), StopAndCall, byte 1"),
        ("hello-cut", "told Abort PayloadTooShort(32), StopAndCall, byte 100"),
        ("hello-name-with-space", "told Abort TextNotAllowed(36), StopAndCall, byte 68"),
        ("docked-ranges-overlap", "told Abort RangesOutOfOrder(40), StopAndCall, byte 44"),
        ("docked-too-many-ranges", "told Abort TooManyRanges(37), StopAndCall, byte 32"),
        ("batch-width", "KeptAside: RecordWidthWrong(41), Skip, byte 19"),
        ("batch-count-zero", "KeptAside: RecordCountWrong(42), Skip, byte 20"),
        ("batch-trailing", "KeptAside: RecordsOffsetWrong(43), Skip, byte 52"),
        ("batch-overflow", "KeptAside: RangeOverflow(39), Skip, byte 40"),
    ];

    [Fact]
    public async Task A_dock_written_from_the_specification_alone_completes_a_session_and_resumes_when_both_sides_died()
    {
        using var ground = new Ground();
        await using var line = await SerialArmoury.JoinAsync(ground);
        var program = await BuildAsync(ground);
        var gateway = await StartGatewayAsync(ground);
        try
        {
            var keys = await KeysAsync(ground);
            await using (var first = StartDock(ground, program, [.. keys, "-pace", "25ms"]))
            {
                await first.WaitForAsync("acked frame 50");
                await gateway.KillAsync();
                await gateway.DisposeAsync();
                gateway = await Gateway.StartAsync(ground, ground.At("gateway.json"));
                await first.WaitForAsync("told Abort SessionUnknown");
                await first.KillAsync();
            }

            await using var second = StartDock(ground, program, keys);
            Assert.True(await second.WaitForExitAsync() == 0, second.Output + second.Errors);
            Assert.DoesNotContain("not believed", second.Output, StringComparison.Ordinal);

            await AnchoredAsync(gateway);
            await using var third = StartDock(ground, program, keys);
            Assert.True(await third.WaitForExitAsync() == 0, third.Output + third.Errors);
            Assert.Contains("told ConsistencyProof", third.Output, StringComparison.Ordinal);
            Assert.Equal(Devices, third.Output.Split("told Want []").Length - 1); // each receipt was judged, believed and kept
            await gateway.StoresCaughtUpAsync();
            Assert.Equal(Devices * RecordsEach, await gateway.EmbeddedCountAsync());
            await gateway.StopAsync();
        }
        finally
        {
            await gateway.DisposeAsync();
        }

        var stored = Stored(ground.At("data"));
        Assert.Equal(Devices * RecordsEach, stored.Count);
        Assert.Equal(Devices * RecordsEach, stored.Distinct().Count());
        await using var audit = RealProcess.StartOurs("taser-audit", ground.Folder, "verify", ground.At("data"));
        Assert.True(await audit.WaitForExitAsync() == 0, audit.Output + audit.Errors);
    }

    [Fact]
    public async Task A_dock_that_errs_is_told_what_is_wrong_and_where_and_what_to_do()
    {
        using var ground = new Ground();
        await using var line = await SerialArmoury.JoinAsync(ground);
        var program = await BuildAsync(ground);
        await using var gateway = await StartGatewayAsync(ground);
        var keys = await KeysAsync(ground);
        var seed = 1;
        foreach (var (mistake, told) in ToldEachTime)
        {
            await using var dock = StartDock(ground, program, Erring(keys, mistake, ++seed));
            await dock.WaitForAsync(told);
        }
        foreach (var (mistake, told) in ToldOnTheWay)
        {
            await using var dock = StartDock(ground, program, Erring(keys, mistake, ++seed));
            Assert.True(await dock.WaitForExitAsync() == 0, mistake + dock.Output + dock.Errors);
            Assert.Contains(told, dock.Output, StringComparison.Ordinal);
        }
        await gateway.StopAsync();
    }

    [Fact]
    public async Task The_dock_in_Go_reads_the_shared_vectors_as_everybody_does()
    {
        using var ground = new Ground();
        var program = await BuildAsync(ground);
        var vectors = Path.Combine(Campaign.RepositoryRoot, "tests", "vectors");
        await using var dock = RealProcess.Start(program, ground.Folder, "-vectors", vectors);
        Assert.True(await dock.WaitForExitAsync() == 0, dock.Output + dock.Errors);
    }

    /// <summary>Waits until a signed checkpoint covers all that is durable: a dock that shows what it holds is then given a proof.</summary>
    private static Task AnchoredAsync(Gateway gateway) =>
        Ground.UntilAsync(
            async () =>
            {
                var health = await gateway.HealthAsync();
                return health.GetProperty("anchoredRecords").GetUInt64() >= health.GetProperty("durableRecords").GetUInt64();
            },
            "a checkpoint over all that is durable"
        );

    private static string[] Erring(string[] keys, string mistake, int seed) =>
        [.. keys, "-err", mistake, "-seed", $"{seed}", "-records", "30", "-state", $"state-{seed}"];

    private static async Task<string> BuildAsync(Ground ground)
    {
        var environment = new Dictionary<string, string>
        {
            ["GOFLAGS"] = "-mod=mod",
            ["GOPROXY"] = "off",
            ["GOCACHE"] = Path.Combine(Campaign.RepositoryRoot, ".artifacts", "go-cache"),
            ["GOPATH"] = ground.At("gopath"),
            ["CGO_ENABLED"] = "0",
        };
        var source = Path.Combine(Campaign.RepositoryRoot, "tests", "firmware-protocol", "go-dock");
        await using var go = RealProcess.Start("go", source, environment, "build", "-o", ground.At("go-dock"), ".");
        Assert.True(await go.WaitForExitAsync() == 0, go.Output + go.Errors);
        return ground.At("go-dock");
    }

    private static async Task<Gateway> StartGatewayAsync(Ground ground)
    {
        var devices = Enumerable.Range(1, Devices).Select(n => $"G00-{n:D6}");
        var configuration = await SerialArmoury.ConfigureAsync(ground, "avon", "central", "dock-1", "T-7", devices);
        var gateway = await Gateway.StartAsync(ground, configuration);
        await gateway.DoorIsAsync("tty-gateway", "Up");
        return gateway;
    }

    /// <summary>What an operator copies from the gateway to the dock: its public keys, as SPEC clause 13.2 says to read them.</summary>
    private static async Task<string[]> KeysAsync(Ground ground)
    {
        await using var keys = RealProcess.StartOurs("taser-gateway", ground.Folder, "keys", "--config", ground.At("gateway.json"));
        Assert.True(await keys.WaitForExitAsync() == 0, keys.Errors);
        return ["-receipt-key", KeyOf(keys.Output, "receipt"), "-ledger-key", KeyOf(keys.Output, "ledger")];
    }

    private static string KeyOf(string output, string which)
    {
        var line = output.Split('\n').Single(line => line.StartsWith(which, StringComparison.Ordinal));
        return Convert.ToBase64String(Convert.FromBase64String(line.Trim().Split('+', 3)[2])[1..]);
    }

    private static RealProcess StartDock(Ground ground, string program, string[] arguments) =>
        RealProcess.Start(program, ground.Folder, ["-port", ground.At(SerialArmoury.DocksEnd), "-records", $"{RecordsEach}", .. arguments]);

    private static List<(string Device, ulong Sequence)> Stored(string data)
    {
        var stored = new List<(string, ulong)>();
        using var reader = EvidenceReader.Open(data);
        ReadStatus status;
        while ((status = reader.Read()) == ReadStatus.Record)
        {
            if (reader.Leaf is StoredBatch batch && reader.ReadEvents(out var events) == EventsState.Present)
            {
                foreach (var entry in events)
                {
                    stored.Add((batch.Device, entry.Sequence));
                }
            }
        }
        Assert.Equal(ReadStatus.End, status);
        return stored;
    }
}
