using System.CommandLine;
using System.Text.Json;
using TaserTelemetry.Evidence.Verification;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Verifying;

namespace TaserTelemetry.Auditor.Verify;

/// <summary>verify: the ledger against itself, the journal, remembered checkpoints, witnesses.</summary>
internal static class VerifyCommand
{
    public static Command Build(AuditConsole console)
    {
        var data = new Argument<string>("DATA") { Description = "The gateway's data folder, live or a copy." };
        var outside = new OutsideMemory();
        var require = new Option<string?>("--require")
        {
            Description = "Exit with 5 unless the history is remembered, or witnessed as the policy asks.",
            HelpName = "remembered|witnessed",
        };
        require.AcceptOnlyFromAmong("remembered", "witnessed");
        var json = new Option<bool>("--json") { Description = "One JSON document on standard output." };
        var command = new Command("verify", "Verifies a ledger and says exactly what has been established, and where it is damaged.")
        {
            data,
        };
        outside.AddTo(command);
        command.Options.Add(require);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            if (outside.Read(parsed, console, out var exitCode) is not { } given)
            {
                return exitCode;
            }
            if (parsed.GetValue(require) == "witnessed" && given.Policy?.Quorum is null)
            {
                return console.Fail(ExitCode.Usage, "--require witnessed needs a --policy that names witnesses and a quorum.");
            }
            return Run(
                console,
                parsed.GetRequiredValue(data),
                given.Policy,
                given.Remembered,
                parsed.GetValue(require),
                parsed.GetValue(json)
            );
        });
        return command;
    }

    private static int Run(
        AuditConsole console,
        string path,
        LogPolicy? policy,
        IReadOnlyList<RememberedCheckpoint> remembered,
        string? require,
        bool json
    )
    {
        var (folder, why) = DataFolder.Look(path);
        if (folder is null)
        {
            return console.Fail(ExitCode.CannotRead, why);
        }
        if (Verify(console, folder, policy, remembered, require) is not { } report)
        {
            return ExitCode.CannotRead;
        }
        if (json)
        {
            console.Output.WriteLine(JsonSerializer.Serialize(report, VerifyJson.Readable.VerifyReport));
        }
        else
        {
            VerifyText.Write(console.Output, report, policy);
        }
        return report.ExitCode;
    }

    /// <summary>Verifies both logs of a folder; null, after having said why, when a file cannot be read.</summary>
    public static VerifyReport? Verify(
        AuditConsole console,
        DataFolder folder,
        LogPolicy? policy,
        IReadOnlyList<RememberedCheckpoint> remembered,
        string? require = null
    )
    {
        try
        {
            var ledger = console.WithProgress(
                "Verifying the ledger",
                progress =>
                    LedgerVerification.Run(
                        folder.Path,
                        folder.Ledger,
                        new VerificationRequest(policy, remembered, folder.IsLive, true, progress)
                    )
            );
            var access = folder.HasAccessLog
                ? console.WithProgress(
                    "Verifying the access log",
                    progress =>
                        LedgerVerification.Run(
                            folder.Path,
                            folder.Access,
                            new VerificationRequest(policy, [], folder.IsLive, false, progress)
                        )
                )
                : null;
            return Report(folder, ledger, access, policy, remembered, require);
        }
        catch (Exception e) when (e is DiskException or JournalDamagedException or IOException or UnauthorizedAccessException)
        {
            console.Fail(ExitCode.CannotRead, $"{folder.Path} cannot be read: {e.Message}");
            return null;
        }
    }

    private static VerifyReport Report(
        DataFolder folder,
        VerificationOutcome ledger,
        VerificationOutcome? access,
        LogPolicy? policy,
        IReadOnlyList<RememberedCheckpoint> remembered,
        string? require
    )
    {
        var problems = Lines("ledger", ledger.Problems).Concat(access is null ? [] : Lines("access", access.Problems)).ToList();
        var omitted = ledger.Result.ProblemsOmitted + (access?.Result.ProblemsOmitted ?? 0);
        var intact = problems.Count == 0 && omitted == 0;
        var established = intact ? ledger.Established : Established.Nothing;
        return new VerifyReport
        {
            Data = folder.Path,
            Outcome = intact ? "intact" : "changed-or-damaged",
            Established = VerifyReport.Names(established),
            Statement = Statement(intact, established, ledger.Result, policy),
            Live = folder.IsLive,
            Origin = ledger.Result.Newest?.Origin,
            KeyFrom = ledger.Result.KeyIsEstablished ? "policy" : "log",
            Records = ledger.Result.Records,
            Unanchored = ledger.Result.Unanchored,
            Newest = ledger.Result.Newest is { } newest ? new CheckpointLine(newest.Size, newest.Root.ToString(), null) : null,
            Checkpoints = ledger.Result.Checkpoints,
            Remembered = [.. remembered.Select(r => new CheckpointLine(r.Size, r.Root.ToString(), r.Source))],
            WitnessedSize = ledger.WitnessedSize,
            WitnessedBy = ledger.WitnessedBy,
            DisposedRecords = ledger.DisposedRecords,
            AccessLogChecked = access is not null,
            Problems = problems,
            ProblemsOmitted = omitted,
            DamagedDerived =
            [
                .. Lines("ledger", ledger.Result.DamagedDerived),
                .. access is null ? [] : Lines("access", access.Result.DamagedDerived),
            ],
            UnfinishedGroup = ledger.Result.UnfinishedGroup?.ToString(),
            ExitCode =
                !intact ? ExitCode.ChangedOrDamaged
                : require is null || VerifyReport.Names(established).Contains(require) ? ExitCode.Done
                : ExitCode.RequiredNotMet,
        };
    }

    private static IEnumerable<ProblemLine> Lines(string log, IReadOnlyList<VerifyProblem> problems) =>
        problems.Select(p => new ProblemLine(log, p.Area.ToString(), p.File, p.Offset, p.Index, p.What, p.IsUnanchored));

    private static string Statement(bool intact, Established established, VerifyResult result, LogPolicy? policy) =>
        !intact ? "Evidence of change or damage: see the list."
        : result.Newest is null ? "Nothing is signed yet: the journal fits itself, and nothing more can be said."
        : established.HasFlag(Established.Witnessed) ? "Intact, and witnessed outside the operator as the policy asks."
        : established.HasFlag(Established.Remembered) && result.KeyIsEstablished
            ? "Intact, with the key of the policy, and leads to every checkpoint remembered outside."
        : established.HasFlag(Established.Remembered)
            ? "Intact, and leads to every checkpoint remembered outside; the key is the log's own word."
        : policy is not null
            ? "Intact, with the key of the policy; the history is not established: compare it with a checkpoint kept outside."
        : "self-consistent only; key and history not established";
}
