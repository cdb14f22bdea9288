using System.Collections.Concurrent;
using TaserTelemetry.Tests;

namespace TaserTelemetry.FirmwareProtocol.Tests.CReference;

/// <summary>The C reference, compiled by the real compilers, once for each variant and test run.</summary>
internal static class CBuild
{
    /// <summary>Size of code and constants that the whole dock side may take (design: wire 25).</summary>
    public const int TextBytesMax = 8 * 1024;

    private static readonly string[] Warnings =
    [
        "-Wall",
        "-Wextra",
        "-Wconversion",
        "-Wsign-conversion",
        "-Wcast-align=strict",
        "-Wcast-qual",
        "-Wshadow",
        "-Wpedantic",
        "-Werror",
    ];

    private static readonly string[] Sanitizers =
    [
        "-g",
        "-O1",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
    ];

    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Built = new(StringComparer.Ordinal);

    public static string Source { get; } = Path.Combine(Campaign.RepositoryRoot, "firmware-protocol", "c", "taser_dock.c");

    /// <summary>A program of this folder, under AddressSanitizer and UBSan.</summary>
    public static Task<string> SanitizedAsync(string program) => ProgramAsync("gcc", program, "sanitized", Sanitizers);

    /// <summary>A program of this folder, for a big-endian machine, to be run by qemu-s390x.</summary>
    public static Task<string> BigEndianAsync(string program) => ProgramAsync("s390x-linux-gnu-gcc", program, "s390x", ["-O1", "-static"]);

    /// <summary>The reference alone, as an object file.</summary>
    public static Task<string> ObjectAsync(string compiler, string name, params string[] options) =>
        OnceAsync($"{name}.o", output => Tool.OutputAsync(compiler, [.. Warnings, .. options, "-c", Source, "-o", output]));

    private static Task<string> ProgramAsync(string compiler, string program, string variant, string[] options) =>
        OnceAsync(
            $"{program}-{variant}",
            output =>
                Tool.OutputAsync(
                    compiler,
                    ["-std=c99", .. Warnings, .. options, "-I", Path.GetDirectoryName(Source)!, Source, Here(program), "-o", output]
                )
        );

    private static string Here(string program) =>
        Path.Combine(Campaign.RepositoryRoot, "tests", "firmware-protocol", "CReference", $"{program}.c");

    private static Task<string> OnceAsync(string name, Func<string, Task> build) =>
        Built
            .GetOrAdd(
                name,
                key => new Lazy<Task<string>>(async () =>
                {
                    var output = Path.Combine(Folder.Value, key);
                    await build(output);
                    return output;
                })
            )
            .Value;

    private static readonly Lazy<string> Folder = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("taser-c-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
        return folder.FullName;
    });
}
