using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Auditor.Reconcile;

/// <summary>Reports and registers as read from files.</summary>
internal sealed class InputFiles
{
    private readonly List<ImportAnswer> answers = [];
    private readonly ReportFiles reports = new();
    private readonly List<string> notUsed = [];

    public IReadOnlyList<ImportAnswer> Answers => answers;

    public RegisterSet Registers { get; private set; } = new();

    /// <summary>Files in the inputs folder whose names are no register's.</summary>
    public IReadOnlyList<string> NotUsed => notUsed;

    /// <summary>What a reader must know of the inputs folder: files whose names are no register's, or that it held no register; null = nothing.</summary>
    public string? OfFolder(ReconcileRequest request)
    {
        var known = string.Join(", ", Enum.GetNames<RegisterKind>().Select(k => k.ToLowerInvariant()));
        return notUsed.Count > 0 ? $"{string.Join(", ", notUsed)}: no register has this name. Registers are {known}, as .csv or .xlsx."
            : request.Inputs is not null && answers.Count == request.Reports.Count
                ? $"nothing in {request.Inputs}. Registers are {known}, as .csv or .xlsx."
            : null;
    }

    /// <summary>Reads all files; null, after having said why, when one cannot be read or used.</summary>
    public static InputFiles? Read(ReconcileRequest request, AuditConsole console)
    {
        var files = new InputFiles();
        if (request.Inputs is { } named && !Directory.Exists(named))
        {
            console.Fail(ExitCode.CannotRead, $"--inputs {named}: there is no such folder.");
            return null;
        }
        if (request.Reports.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            console.Fail(ExitCode.CannotRead, $"--reports {missing}: there is no such file.");
            return null;
        }
        try
        {
            foreach (var file in request.Reports)
            {
                files.ReadReports(file, request.Profile);
            }
            if (request.Inputs is { } folder)
            {
                files.ReadRegisters(folder, [.. request.Reports.Select(Path.GetFullPath)]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            console.Fail(ExitCode.CannotRead, e.Message);
            return null;
        }
        foreach (var answer in files.answers.Where(a => !a.Usable))
        {
            var refused = answer.ColumnsRefused.Select(c => $"column {c.Column} is refused: {c.Reason} ({string.Join("; ", c.Rows)})");
            console.Fail(
                ExitCode.CannotRead,
                $"{answer.File} cannot be used as {answer.Profile}: {string.Join(" ", answer.Notes.Concat(refused))}"
            );
        }
        return files.answers.TrueForAll(a => a.Usable) ? files : null;
    }

    /// <summary>Puts reports and registers beside what came from the ledgers.</summary>
    public ReconciliationInputs Join(ReconciliationInputs ledgers) =>
        ledgers with
        {
            Reports = reports.Answers.Count == 0 ? null : reports.Reports,
            ReportColumns = reports.Columns,
            Registers = Registers,
            Imports = answers,
        };

    private void ReadReports(string file, Profile profile)
    {
        using var stream = File.OpenRead(file);
        reports.Add(ReportImporter.Import(Path.GetFileName(file), stream, profile));
        answers.Add(reports.Answers[^1]);
    }

    private void ReadRegisters(string folder, HashSet<string> reportFiles)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            if (reportFiles.Contains(Path.GetFullPath(file)))
            {
                continue; // read already, as reports
            }
            var name = Path.GetFileName(file);
            if (RegisterImporter.KindOf(name) is not { } kind || Path.GetExtension(name).ToLowerInvariant() is not (".csv" or ".xlsx"))
            {
                notUsed.Add(name);
                continue;
            }
            using var stream = File.OpenRead(file);
            var (registers, answer) = RegisterImporter.Import(Registers, kind, name, stream);
            Registers = registers;
            answers.Add(answer);
        }
    }
}
