using System.Text;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.CommandLine;
using TaserTelemetry.Gateway.Control;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class VendorImportTests
{
    private static readonly string Profile = new StreamReader(
        typeof(TaserTelemetry.Evidence.LogImport.LogProfile).Assembly.GetManifestResourceStream("log-profile.plain-log.json")!
    ).ReadToEnd();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_vendors_file_is_kept_whole_and_its_rows_are_stored_once_with_grade_E(bool running)
    {
        var folder = Directory.CreateTempSubdirectory("taser-vendor-").FullName;
        var file = new StringBuilder("DeviceSerial,Sequence,DeviceTime,Event\n");
        for (var n = 1; n <= 30_000; n++)
        {
            file.Append(System.Globalization.CultureInfo.InvariantCulture, $"{RunningGateway.Device},{n},2026-03-01T10:00:00Z,Light\n");
        }
        var bytes = Encoding.UTF8.GetBytes(file.ToString());
        Assert.InRange(bytes.Length, 1_048_577, int.MaxValue); // more than one journal record holds
        var gateway = running ? await RunningGateway.StartAsync(folder: folder) : null;
        foreach (var version in new[] { 1, 2 })
        {
            var answer = await AskAsync(folder, bytes, "300");
            Assert.True(answer.Done, string.Join('\n', answer.Lines));
            Assert.Contains($"version {version} ", answer.Lines[0], StringComparison.Ordinal);
        }
        if (gateway is not null)
        {
            await gateway.DisposeAsync();
        }
        var leaves = RunningGateway.LeavesIn(folder);
        var imports = leaves.Where(l => l.Leaf is Import).ToList();
        Assert.Equal(bytes, imports.SelectMany(i => i.Received));
        Assert.Equal(
            [(1u, 30_000UL), (1u, 0UL), (2u, 30_000UL)],
            imports.Select(i => (((Import)i.Leaf).Number, ((Import)i.Leaf).Accepted))
        );
        var batches = leaves.Select(l => l.Leaf).OfType<StoredBatch>().ToList();
        Assert.Equal(30_000UL, batches.Aggregate(0UL, (sum, b) => sum + b.NewRanges.SequenceCount));
        Assert.All(
            batches,
            b =>
            {
                Assert.Equal((AuthenticityGrade.E, ArrivalVia.VendorFile), (b.Grade, b.Arrival.Via));
                Assert.Equal(imports[0].Index, b.Arrival.ImportLeaf);
                Assert.Equal(new ClockBasis(0, 300_000_000_000, ClockQuality.Claimed), b.Clock);
            }
        );
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_by_the_profile_leaves_no_trace_and_says_why()
    {
        var folder = Directory.CreateTempSubdirectory("taser-vendor-").FullName;
        var answer = await AskAsync(folder, "Serial,When\n"u8.ToArray(), "");
        Assert.False(answer.Done);
        Assert.Contains("DeviceSerial", Assert.Single(answer.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain(RunningGateway.LeavesIn(folder), l => l.Leaf is Import);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_hole_in_an_export_of_a_log_that_began_again_is_a_gap_of_the_epoch_it_was_given()
    {
        var folder = Directory.CreateTempSubdirectory("taser-vendor-").FullName;
        byte[] FileOf(string time, params int[] numbers) =>
            Encoding.UTF8.GetBytes(
                "DeviceSerial,Sequence,DeviceTime,Event\n"
                    + string.Concat(numbers.Select(n => $"{RunningGateway.Device},{n},{time},Light\n"))
            );
        Assert.True((await AskAsync(folder, FileOf("2026-03-01T10:00:00Z", [.. Enumerable.Range(1, 10)]), "300")).Done);
        Assert.True((await AskAsync(folder, FileOf("2026-05-01T10:00:00Z", 10, 12), "300")).Done);
        var leaves = RunningGateway.LeavesIn(folder).Select(l => l.Leaf).ToList();
        var opened = Assert.Single(leaves.OfType<EpochOpened>());
        var gap = Assert.Single(leaves.OfType<Gap>());
        Assert.Equal((opened.NewEpoch, 11UL, 12UL), (gap.Epoch, gap.First, gap.Next));
        Directory.Delete(folder, recursive: true);
    }

    private static Task<ControlAnswer> AskAsync(string folder, byte[] content, string statedError) =>
        Operator.CarryAsync(
            RunningGateway.SettingsIn(folder),
            new ControlMessage(
                ImportLogAction.Verb,
                "auditor",
                new Dictionary<string, string>
                {
                    ["file"] = "export.csv",
                    ["profile"] = Profile,
                    ["content"] = Convert.ToBase64String(content),
                    ["statedError"] = statedError,
                }
            ),
            CancellationToken.None
        );
}
