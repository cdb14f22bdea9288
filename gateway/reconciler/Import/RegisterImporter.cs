using System.Globalization;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>The registers of domain 2.7.11 besides the reports. File names are these names in lower case.</summary>
public enum RegisterKind : byte
{
    /// <summary>Asset register.</summary>
    Devices = 0,

    /// <summary>Issues.</summary>
    Issues = 1,

    /// <summary>People.</summary>
    People = 2,

    /// <summary>Suspensions.</summary>
    Suspensions = 3,

    /// <summary>Cartridges.</summary>
    Cartridges = 4,

    /// <summary>Stock-takes.</summary>
    Stocktakes = 5,

    /// <summary>Exhibits.</summary>
    Exhibits = 6,

    /// <summary>Training.</summary>
    Training = 7,

    /// <summary>Unintentional discharges.</summary>
    Unintentional = 8,

    /// <summary>Maintenance.</summary>
    Maintenance = 9,

    /// <summary>Change tickets.</summary>
    Changes = 10,

    /// <summary>Roster.</summary>
    Roster = 11,

    /// <summary>Incidents.</summary>
    Incidents = 12,

    /// <summary>Budget.</summary>
    Budget = 13,

    /// <summary>Establishment.</summary>
    Establishment = 14,

    /// <summary>Denominators.</summary>
    Denominators = 15,
}

/// <summary>Reads registers. Columns and values: PROFILES.md.</summary>
public static class RegisterImporter
{
    /// <summary>The register a file name stands for ("issues.csv", "issues.xlsx"); null = none.</summary>
    public static RegisterKind? KindOf(string fileName)
    {
        string name = Path.GetFileNameWithoutExtension(fileName);
        return name.Length > 0 && char.IsLetter(name[0]) && Enum.TryParse<RegisterKind>(name, ignoreCase: true, out var kind) ? kind : null;
    }

    /// <summary>Reads one register file into the set; rows of a register that is already there are added to it.</summary>
    public static (RegisterSet Registers, ImportAnswer Answer) Import(
        RegisterSet registers,
        RegisterKind kind,
        string fileName,
        Stream untrusted
    )
    {
        ArgumentNullException.ThrowIfNull(registers);
        ArgumentNullException.ThrowIfNull(untrusted);
        var table = new RegisterTable(fileName, kind.ToString().ToLowerInvariant(), untrusted);
        var filled = kind switch
        {
            RegisterKind.Devices => registers with { Devices = table.Append(registers.Devices, RegisterRowReaders.Device) },
            RegisterKind.Issues => registers with { Issues = table.Append(registers.Issues, RegisterRowReaders.Issue) },
            RegisterKind.People => registers with { People = table.Append(registers.People, RegisterRowReaders.Person) },
            RegisterKind.Suspensions => registers with { Suspensions = table.Append(registers.Suspensions, RegisterRowReaders.Suspension) },
            RegisterKind.Cartridges => registers with { Cartridges = table.Append(registers.Cartridges, RegisterRowReaders.Cartridge) },
            RegisterKind.Stocktakes => registers with { Stocktakes = table.Append(registers.Stocktakes, RegisterRowReaders.Stocktake) },
            RegisterKind.Exhibits => registers with { Exhibits = table.Append(registers.Exhibits, RegisterRowReaders.Exhibit) },
            RegisterKind.Training => registers with { Training = table.Append(registers.Training, RegisterRowReaders.Training) },
            RegisterKind.Unintentional => registers with
            {
                Unintentional = table.Append(registers.Unintentional, RegisterRowReaders.Unintentional),
            },
            RegisterKind.Maintenance => registers with
            {
                Maintenance = table.Append(registers.Maintenance, RegisterRowReaders.Maintenance),
            },
            RegisterKind.Changes => registers with { Changes = table.Append(registers.Changes, RegisterRowReaders.Change) },
            RegisterKind.Roster => registers with { Roster = table.Append(registers.Roster, RegisterRowReaders.Roster) },
            RegisterKind.Incidents => registers with { Incidents = table.Append(registers.Incidents, RegisterRowReaders.Incident) },
            RegisterKind.Budget => registers with { Budget = table.Append(registers.Budget, RegisterRowReaders.Budget) },
            RegisterKind.Establishment => registers with
            {
                Establishment = table.Append(registers.Establishment, RegisterRowReaders.Establishment),
            },
            _ => registers with { Denominators = table.Append(registers.Denominators, RegisterRowReaders.Denominator) },
        };
        return table.Usable ? (filled, table.Answer()) : (registers, table.Answer());
    }
}

/// <summary>One row of a register while it is read: cells by name, and whether the row is still good.</summary>
internal sealed class RegisterCells(RegisterTable table, string[] cells, SourceRow source)
{
    public SourceRow Source { get; } = source;

    public bool Rejected { get; private set; }

    public string Text(string column)
    {
        int place = table.Place(column);
        return place < 0 || place >= cells.Length ? "" : cells[place].Trim();
    }

    /// <summary>Text of a column whose values come again and again.</summary>
    public string Repeated(string column) => table.Repeated.Of(Text(column));

    public string Need(string column)
    {
        string cell = Text(column);
        if (cell.Length == 0)
        {
            Reject(column, cell, "the cell is empty and the register requires it");
        }

        return table.Repeated.Of(cell);
    }

    public Time.TimeInterval? When(string column)
    {
        string cell = Text(column);
        if (cell.Length == 0)
        {
            return null;
        }

        foreach (var layout in RegisterTable.Layouts)
        {
            if (layout.TryParse(cell, out var time))
            {
                if (time.Fault is null)
                {
                    return time.Interval;
                }

                Reject(column, cell, time.Fault);
                return null;
            }
        }

        Reject(column, cell, "not a time in RFC 3339 with offset, such as 2026-06-01T07:02:11+01:00");
        return null;
    }

    public Time.TimeInterval NeedWhen(string column) => Need(column).Length == 0 ? default : When(column) ?? default;

    public int? Count(string column)
    {
        string cell = Text(column);
        if (cell.Length == 0)
        {
            return null;
        }

        if (int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            return count;
        }

        Reject(column, cell, string.Create(CultureInfo.InvariantCulture, $"not a whole number from 0 to {int.MaxValue}"));
        return null;
    }

    public int NeedCount(string column) => Need(column).Length == 0 ? 0 : Count(column) ?? 0;

    public bool? Flag(string column)
    {
        switch (Text(column).ToLowerInvariant())
        {
            case "":
                return null;
            case "yes" or "y" or "true" or "1":
                return true;
            case "no" or "n" or "false" or "0":
                return false;
            default:
                Reject(column, Text(column), "neither yes nor no");
                return null;
        }
    }

    public string[] List(string column) =>
        Text(column).Split([';', ',', ' ', '/'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public T Word<T>(string column, T whenEmpty, params (string Word, T Value)[] words)
    {
        string cell = Text(column);
        if (cell.Length == 0)
        {
            return whenEmpty;
        }

        foreach (var (word, value) in words)
        {
            if (word.Equals(cell, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        Reject(column, cell, "none of " + string.Join(", ", words.Select(w => w.Word)));
        return whenEmpty;
    }

    public void Reject(string column, string cell, string reason)
    {
        Rejected = true;
        table.Rejects.Add(new RowReject(Source.File, Source.Line, column, ReportImporter.Cut(cell), reason));
    }
}
