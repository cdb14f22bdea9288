using Microsoft.Data.Sqlite;
using TaserTelemetry.Auditor.Verify;
using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Evidence.Reconciling;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.Evidence.Retention;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Verifying;
using TaserTelemetry.Reconciler.Inputs;

namespace TaserTelemetry.Auditor.Reconcile;

/// <summary>One ledger that a run rests on.</summary>
internal sealed record LedgerLine(
    string Data,
    string? Origin,
    ulong Size,
    string? Root,
    IReadOnlyList<string> Established,
    string Statement,
    ulong NotRead,
    bool Live,
    string Reading
);

/// <summary>Several ledgers, each verified first and then read up to its newest checkpoint.</summary>
internal sealed class LedgersRead
{
    private readonly LedgerIntake intake = new();
    private readonly DisposedTotals disposed = new();
    private readonly List<LedgerLine> lines = [];

    public IReadOnlyList<LedgerLine> Lines => lines;

    public IntakeCounts Counts => intake.Counts;

    public DecisionNotes Decisions => intake.Decisions;

    /// <summary>Verifies and reads all; null, and the exit code, after having said why not.</summary>
    public static LedgersRead? Read(
        IReadOnlyList<string> folders,
        ReadingScope scope,
        AuditConsole console,
        TimeProvider time,
        out int exitCode
    )
    {
        var ledgers = new LedgersRead();
        foreach (var path in folders)
        {
            exitCode = ledgers.ReadOne(path, scope, console, time);
            if (exitCode != ExitCode.Done)
            {
                return null;
            }
        }
        exitCode = ExitCode.Done;
        return ledgers;
    }

    public ReconciliationInputs Inputs(ReconcileRequest request) =>
        new()
        {
            Log = intake.Log,
            ClockComparisons = intake.ClockComparisons,
            Dockings = intake.Dockings,
            Gaps = intake.Gaps,
            IntegrityFacts = intake.IntegrityFacts,
            Enrolments = intake.Enrolments,
            CartridgeReadings = intake.CartridgeReadings,
            Disposed = disposed.All,
            FromNs = request.FromNs,
            ToNs = request.ToNs,
        };

    private int ReadOne(string path, ReadingScope scope, AuditConsole console, TimeProvider time)
    {
        var (folder, why) = DataFolder.Look(path);
        if (folder is null)
        {
            return console.Fail(ExitCode.CannotRead, why);
        }
        if (VerifyCommand.Verify(console, folder, null, []) is not { } report)
        {
            return ExitCode.CannotRead;
        }
        if (report.ExitCode != ExitCode.Done)
        {
            VerifyText.Write(console.Error, report, null);
            return console.Fail(
                report.ExitCode,
                $"{path} is changed or damaged; nothing was reconciled. 'taser-audit verify {path}' says more."
            );
        }
        var size = report.Newest?.Size ?? report.Records;
        if (Reading.Record(folder, scope with { Leaves = size }, console, time) is not { } reading)
        {
            return ExitCode.CannotRead;
        }
        lines.Add(
            new LedgerLine(
                path,
                report.Origin,
                size,
                report.Newest?.Root,
                report.Established,
                report.Statement,
                report.Records - size,
                report.Live,
                reading
            )
        );
        return TakeIn(folder, size, report.DisposedRecords > 0, console);
    }

    /// <summary>Comments are no part of the ledger: where they cannot be read the run goes on and says so.</summary>
    private void TakeComments(DataFolder folder, AuditConsole console)
    {
        if (intake.Decisions.Count == 0)
        {
            return;
        }
        try
        {
            using var records = RecordsStore.OpenToRead(folder.Path);
            if (records is not null)
            {
                intake.Decisions.TakeComments(records);
            }
        }
        catch (Exception e) when (e is SqliteException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            console.Error.WriteLine(
                $"taser-audit: {folder.Path}/records cannot be read ({e.Message}): comments of decisions are said to be there and not shown."
            );
        }
    }

    private int TakeIn(DataFolder folder, ulong size, bool hasDisposed, AuditConsole console)
    {
        try
        {
            using var reader = intake.Open(folder.Path, size);
            var problem = console.WithProgress(
                "Reading events",
                progress =>
                    intake.Add(
                        reader,
                        progress is null ? null : index => progress(new VerifyProgress((long)index, (long)Math.Max(1, size)))
                    )
            );
            if (hasDisposed)
            {
                disposed.Add(() => intake.Open(folder.Path, size));
            }
            TakeComments(folder, console);
            return problem is null ? ExitCode.Done : console.Fail(ExitCode.CannotRead, $"{folder.Path}: {problem}");
        }
        catch (Exception e) when (e is DiskException or JournalDamagedException or IOException or UnauthorizedAccessException)
        {
            return console.Fail(ExitCode.CannotRead, $"{folder.Path} cannot be read: {e.Message}");
        }
    }
}
