using System.Diagnostics;
using TaserTelemetry.Tests;

namespace TaserTelemetry.HouseRules.Tests;

/// <summary>The files of this checkout, as git sees them, and nothing else.</summary>
internal static class Tree
{
    public static string Root => Campaign.RepositoryRoot;

    /// <summary>Paths relative to the root, tracked or new, never ignored.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [.. Git("ls-files", "--cached", "--others", "--exclude-standard").Where(path => File.Exists(Path.Combine(Root, path)))];

    public static IEnumerable<string> CSharp => Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string[] Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = Root, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start; the house rules need it.");
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException(
                $"git {string.Join(' ', arguments)} ended with {git.ExitCode}; run the tests in a git checkout."
            );
    }
}
