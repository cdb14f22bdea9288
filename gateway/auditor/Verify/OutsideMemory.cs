using System.CommandLine;
using System.Globalization;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Auditor.Verify;

/// <summary>What the auditor brings from outside: a policy, and checkpoints remembered as files or as size and root.</summary>
internal sealed class OutsideMemory
{
    public static readonly string RootForm = "SIZE:BASE64";

    public Option<string?> Policy { get; } =
        new("--policy") { Description = "File with the keys and witnesses you trust (C2SP tlog-policy).", HelpName = "FILE" };

    public Option<string[]> Checkpoints { get; } =
        new("--checkpoint") { Description = "A checkpoint kept outside, as signed; may be given several times.", HelpName = "FILE" };

    public Option<string[]> Roots { get; } =
        new("--root")
        {
            Description = "A checkpoint kept outside, as size and root, from a printed sheet; may be given several times.",
            HelpName = RootForm,
        };

    public void AddTo(Command command)
    {
        command.Options.Add(Policy);
        command.Options.Add(Checkpoints);
        command.Options.Add(Roots);
    }

    /// <summary>What was given, or the exit code after having said why it cannot be used.</summary>
    public (LogPolicy? Policy, IReadOnlyList<RememberedCheckpoint> Remembered)? Read(
        ParseResult parsed,
        AuditConsole console,
        out int exitCode
    ) => Read(parsed, console, withMemory: true, out exitCode);

    /// <summary>The policy alone, for verbs that take nothing else from outside.</summary>
    public (LogPolicy? Policy, IReadOnlyList<RememberedCheckpoint> Remembered)? ReadPolicy(
        ParseResult parsed,
        AuditConsole console,
        out int exitCode
    ) => Read(parsed, console, withMemory: false, out exitCode);

    private (LogPolicy? Policy, IReadOnlyList<RememberedCheckpoint> Remembered)? Read(
        ParseResult parsed,
        AuditConsole console,
        bool withMemory,
        out int exitCode
    )
    {
        exitCode = ExitCode.Done;
        var remembered = new List<RememberedCheckpoint>();
        try
        {
            LogPolicy? policy = null;
            if (parsed.GetValue(Policy) is { } policyFile)
            {
                policy = LogPolicy.Parse(File.ReadAllText(policyFile), out var error);
                if (policy is null)
                {
                    exitCode = console.Fail(ExitCode.Usage, $"{policyFile} is no policy: {error}.");
                    return null;
                }
            }
            foreach (var file in (withMemory ? parsed.GetValue(Checkpoints) : null) ?? [])
            {
                if (ReadCheckpoint(file, policy, out var why) is not { } checkpoint)
                {
                    exitCode = console.Fail(ExitCode.Usage, why);
                    return null;
                }
                remembered.Add(checkpoint);
            }
            foreach (var root in (withMemory ? parsed.GetValue(Roots) : null) ?? [])
            {
                if (ParseRoot(root) is not { } checkpoint)
                {
                    exitCode = console.Fail(
                        ExitCode.Usage,
                        $"--root {root} is not {RootForm}: a whole number, a colon, and 44 characters of base64."
                    );
                    return null;
                }
                remembered.Add(checkpoint);
            }
            return (policy, remembered);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            exitCode = console.Fail(ExitCode.CannotRead, e.Message);
            return null;
        }
    }

    private static RememberedCheckpoint? ReadCheckpoint(string file, LogPolicy? policy, out string why)
    {
        why = "";
        if (new FileInfo(file).Length > SignedNote.BytesMax || Checkpoint.ParseNote(File.ReadAllBytes(file)) is not { } parsed)
        {
            why = $"{file} is no signed checkpoint (three lines, an empty line, signature lines).";
            return null;
        }
        if (policy is not null && !policy.Logs.Any(parsed.Note.IsSignedBy))
        {
            why = $"{file} is not signed by a log key of the policy, so it says nothing about this ledger.";
            return null;
        }
        return new RememberedCheckpoint(parsed.Checkpoint.Size, parsed.Checkpoint.Root, file);
    }

    private static RememberedCheckpoint? ParseRoot(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return
            colon > 0
            && ulong.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && Hash256.TryParse(text.AsSpan(colon + 1), out var root)
            ? new RememberedCheckpoint(size, root, $"--root {text}")
            : null;
    }
}
