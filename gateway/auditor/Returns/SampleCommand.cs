using System.CommandLine;
using TaserTelemetry.Auditor.Reconcile;
using TaserTelemetry.Auditor.Verify;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Witnessing;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Returns;

namespace TaserTelemetry.Auditor.Returns;

/// <summary>sample: a stratified random audit sample, drawn by the root of a checkpoint that did not exist when the records were made.</summary>
internal static class SampleCommand
{
    private const int RejectsShown = 20;

    public static Command Build(AuditConsole console, TimeProvider time)
    {
        var options = new ReconcileOptions();
        var outside = new OutsideMemory();
        var perStratum = new Option<int>("--per-stratum")
        {
            Description = $"How many to draw from each stratum, 1 to {AuditSample.PerStratumMax}.",
            DefaultValueFactory = _ => 30,
            HelpName = "N",
        };
        var adjudicated = new Option<string?>("--adjudicated")
        {
            Description =
                "A sample that came back: sample.csv or sample.xlsx of an earlier draw with a column Wrong of yes and no. Answers with error rates.",
            HelpName = "FILE",
        };
        var command = new Command(
            "sample",
            "Draws a random audit sample that nobody can steer: ranked by a witnessed checkpoint's root and the leaf index."
        );
        options.AddTo(command);
        command.Options.Add(perStratum);
        command.Options.Add(adjudicated);
        command.Options.Add(outside.Policy);
        command.SetAction(parsed =>
        {
            if (outside.ReadPolicy(parsed, console, out var policyCode) is not { } given)
            {
                return policyCode;
            }
            var number = parsed.GetValue(perStratum);
            if (number is < 1 or > AuditSample.PerStratumMax)
            {
                return console.Fail(ExitCode.Usage, $"--per-stratum {number} is not from 1 to {AuditSample.PerStratumMax}.");
            }
            if (options.Read(parsed, console) is not { } request)
            {
                return ExitCode.Usage;
            }
            if (request.Data.Count != 1)
            {
                return console.Fail(ExitCode.Usage, "a sample is drawn from one ledger: give one DATA folder.");
            }
            var cameBack = parsed.GetValue(adjudicated);
            if (cameBack is not null && !File.Exists(cameBack))
            {
                return console.Fail(ExitCode.CannotRead, $"--adjudicated {cameBack}: there is no such file.");
            }
            return PreparedRun.Make(request, AuditVerb.Sample, console, time, out var exitCode) is not { } run ? exitCode
                : cameBack is null ? Draw(run, given.Policy, number, console)
                : Rates(run, cameBack, console);
        });
        return command;
    }

    private static int Draw(PreparedRun run, LogPolicy? policy, int perStratum, AuditConsole console)
    {
        var ledger = run.Ledgers.Lines[0];
        if (ledger.Root is null || !Hash256.TryParse(ledger.Root, out var root))
        {
            return console.Fail(ExitCode.CannotRead, "Nothing is signed yet, so there is no root to draw by.");
        }
        var (size, by) = policy is null ? (0UL, []) : Witnessed(run.Request.Data[0], policy, ledger.Size, ref root);
        var note =
            size > 0
                ? $"Drawn by the root of {size} leaves, cosigned by {string.Join(", ", by)}."
                : "Drawn by the newest root, which no quorum has cosigned: whoever holds the log's key could have steered the draw. Give a --policy with witnesses.";
        console.Error.WriteLine(note);
        var sample = AuditSample.Draw(run.Result, root.ToArray(), size > 0 ? size : ledger.Size, perStratum);
        return TableOutput.Write("sample", run, [sample.Table(), .. ResultTables.Coverage(run.Result)], console);
    }

    /// <summary>Draws again by the checkpoint that the file names, which must be one that this ledger signed, and counts what was found.</summary>
    private static int Rates(PreparedRun run, string file, AuditConsole console)
    {
        using var stream = File.OpenRead(file);
        var cameBack = Adjudications.Read(Path.GetFileName(file), stream);
        var signed = CheckpointNotes
            .Read(LogPlace.Ledger(run.Request.Data[0]))
            .Any(kept => kept.Checkpoint.Size == cameBack.CheckpointSize && IsRoot(kept.Checkpoint.Root, cameBack.CheckpointRootHex));
        if (!signed)
        {
            var why =
                cameBack.Answer.Rejects.Count > 0 ? $"{cameBack.Answer.Rejects[0].Column}: {cameBack.Answer.Rejects[0].Reason}"
                : cameBack.Answer.Notes.Count > 0 ? string.Join(" ", cameBack.Answer.Notes)
                : "it has no row. A sample has the columns Stratum, Id, CheckpointRoot, CheckpointSize, and Wrong of yes and no";
            return console.Fail(
                ExitCode.CannotRead,
                cameBack.CheckpointRootHex.Length == 0
                    ? $"{file} is no sample that came back: {why}."
                    : $"{file} was drawn by a checkpoint that this ledger never signed: {cameBack.CheckpointSize} leaves, {cameBack.CheckpointRootHex}."
            );
        }
        var drawn = AuditSample.Draw(
            run.Result,
            Convert.FromHexString(cameBack.CheckpointRootHex),
            cameBack.CheckpointSize,
            cameBack.PerStratum
        );
        var (rates, notCounted) = cameBack.Against(drawn);
        RowReject[] rejects = [.. cameBack.Answer.Rejects, .. notCounted];
        foreach (var reject in rejects.Take(RejectsShown))
        {
            console.Error.WriteLine($"{reject.File}, line {reject.Line}, {reject.Column} \"{reject.Cell}\": {reject.Reason}.");
        }
        return TableOutput.Write("sample", run, [rates, ResultTables.Rejects(rejects), .. ResultTables.Coverage(run.Result)], console);
    }

    private static bool IsRoot(Hash256 root, string hex) =>
        Convert.ToHexStringLower(root.ToArray()).Equals(hex, StringComparison.OrdinalIgnoreCase);

    /// <summary>The newest checkpoint of the ledger that the policy's quorum has cosigned.</summary>
    private static (ulong Size, IReadOnlyList<string> By) Witnessed(string data, LogPolicy policy, ulong size, ref Hash256 root)
    {
        (ulong Size, IReadOnlyList<string> By) best = (0, []);
        foreach (var (checkpoint, note) in CheckpointNotes.Read(LogPlace.Ledger(data)))
        {
            var signers = policy.SignersOf(note);
            if (checkpoint.Size > best.Size && checkpoint.Size <= size && policy.Logs.Any(note.IsSignedBy) && policy.IsQuorum(signers))
            {
                best = (checkpoint.Size, signers);
                root = checkpoint.Root;
            }
        }
        return best;
    }
}
