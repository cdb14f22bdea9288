namespace TaserTelemetry.Tests;

/// <summary>
/// The two tiers of one test: small counts in the ordinary run, large ones under <c>tests/run --campaign NAME --seed S --minutes N</c>.
/// A test that has a large tier carries <c>[Trait("Campaign", "NAME")]</c> and asks <see cref="Is"/>.
/// </summary>
internal static class Campaign
{
    /// <summary>Whether this run is the campaign of that name.</summary>
    public static bool Is(string name) =>
        string.Equals(Environment.GetEnvironmentVariable("TASER_CAMPAIGN"), name, StringComparison.Ordinal);

    /// <summary>The seed of the run; 1 unless told.</summary>
    public static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("TASER_SEED"), out var seed) ? seed : 1;

    /// <summary>How long a campaign may go on; 10 minutes unless told.</summary>
    public static TimeSpan Length =>
        TimeSpan.FromMinutes(int.TryParse(Environment.GetEnvironmentVariable("TASER_MINUTES"), out var minutes) ? minutes : 10);

    /// <summary>The folder that holds TaserTelemetry.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TaserTelemetry.sln")))
            {
                return folder.FullName;
            }
        }
        throw new InvalidOperationException("TaserTelemetry.sln is in no folder above the tests: run them from a checkout.");
    }
}
