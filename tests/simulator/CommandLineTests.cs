using System.Diagnostics;
using System.Text.Json;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Simulator.Tests;

/// <summary>The program itself, as scripts call it.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("taser-sim-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly (string Name, string Value)[] Elsewhere =
    [
        ("TZ", "Asia/Kathmandu"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("DOTNET_PROCESSOR_COUNT", "1"),
        ("DOTNET_gcServer", "0"),
    ];

    [Fact]
    public async Task The_same_command_writes_the_same_bytes_of_every_output_whatever_the_time_zone_the_language_and_the_processors()
    {
        foreach (var run in new[] { "a", "b" })
        {
            var (code, _, error) = await RunAsync(
                run == "a" ? [] : Elsewhere,
                "run",
                "--scenario",
                "one-armoury-day",
                "--seed",
                "5",
                "--end",
                "2026-11-22T12:00:00+00:00",
                "--truth",
                In(run + ".json"),
                "--capture",
                In(run + ".cap"),
                "--documents",
                In(run),
                "--enrolment",
                In(run + ".enrolment.json"),
                "--xlsx"
            );
            Assert.Equal(("", 0), (error, code));
        }

        Assert.Equal(File.ReadAllBytes(In("a.json")), File.ReadAllBytes(In("b.json")));
        Assert.Equal(File.ReadAllBytes(In("a.cap")), File.ReadAllBytes(In("b.cap")));
        Assert.Equal(File.ReadAllBytes(In("a.enrolment.json")), File.ReadAllBytes(In("b.enrolment.json")));
        var names = Directory.GetFiles(In("a")).Select(Path.GetFileName).Order().ToList();
        Assert.Equal(names, Directory.GetFiles(In("b")).Select(Path.GetFileName).Order());
        Assert.All(names, n => Assert.Equal(File.ReadAllBytes(Path.Combine(In("a"), n!)), File.ReadAllBytes(Path.Combine(In("b"), n!))));
        Assert.Contains("reports.csv", names);
        Assert.Contains("reports.xlsx", names);
    }

    [Fact]
    public async Task Json_is_one_document_on_standard_output_and_nothing_else()
    {
        var (code, output, _) = await RunAsync("run", "--scenario", "one-armoury-day", "--json");
        Assert.Equal(0, code);
        Assert.Equal("taser-sim-run/1", JsonDocument.Parse(output).RootElement.GetProperty("schema").GetString());
    }

    [Fact]
    public async Task Bad_usage_ends_with_2_and_all_errors()
    {
        var (code, _, error) = await RunAsync("run", "--scenario", "no-such", "--end", "yesterday", "--mqtt", "http://x", "--timeout", "0");
        Assert.Equal(2, code);
        Assert.Contains("no ready scenario of that name", error, StringComparison.Ordinal);
        Assert.Contains("--end 'yesterday'", error, StringComparison.Ordinal);
        Assert.Contains("--mqtt 'http://x'", error, StringComparison.Ordinal);
        Assert.Contains("--timeout", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("nonsense")]
    [InlineData("load")]
    [InlineData("load", "--ceiling", "--docks", "5001")]
    [InlineData("replay", "/no/such/file", "--mqtt", "mqtt://127.0.0.1:1")]
    [InlineData("record", "--mqtt", "ftp://x", "--capture", "/tmp/x")]
    public async Task What_cannot_be_meant_ends_with_2_and_a_reason(params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.StartsWith("taser-sim: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("did you mean 'run'?", "ryn")]
    [InlineData("did you mean '--scenario'?", "run", "--scenrio", "x")]
    [InlineData("did you mean 'one-armoury-day'?", "run", "--scenario", "one-armory-day")]
    [InlineData("a whole number from 0", "run", "--scenario", "one-armoury-day", "--seed", "minus")]
    [InlineData("run, load, record, replay")]
    [InlineData("is outside 2006 to 2099", "run", "--scenario", "one-armoury-day", "--end", "1969-01-01T00:00:00Z")]
    public async Task A_slip_is_answered_with_what_was_probably_meant(string said, params string[] arguments)
    {
        var (code, _, error) = await RunAsync(arguments);
        Assert.Equal(2, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_planted_use_that_nobody_is_free_for_is_an_error_with_its_line()
    {
        var text = File.ReadAllText(Path.Combine(Campaign.RepositoryRoot, "simulator", "Scenarios", "one-armoury-day.yaml"));
        File.WriteAllText(In("few.yaml"), text.Replace("officers: 60", "officers: 4", StringComparison.Ordinal));
        var (code, _, error) = await RunAsync("run", "--scenario", In("few.yaml"));
        Assert.Equal(2, code);
        Assert.Contains("line ", error, StringComparison.Ordinal);
        Assert.Contains("needs more officers", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_ends_with_1_and_its_name()
    {
        var (code, _, error) = await RunAsync("run", "--scenario", "one-armoury-day", "--truth", In("no/such/folder/truth.json"));
        Assert.Equal(1, code);
        Assert.Contains("no/such/folder", error, StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(_folder, name);

    private static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private static async Task<(int Code, string Output, string Error)> RunAsync(
        IEnumerable<(string Name, string Value)> environment,
        params string[] arguments
    )
    {
        var program = Path.Combine(Path.GetDirectoryName(typeof(Usage).Assembly.Location)!, "taser-sim");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
