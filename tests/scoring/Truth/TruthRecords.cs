namespace TaserTelemetry.Scoring.Truth;

/// <summary>What really happened, as the truth file tells it; times are true times in milliseconds UTC.</summary>
internal sealed record Activation(
    int Id,
    string Device,
    long StartMs,
    long DurationMs,
    string Purpose,
    bool Deployed,
    string Officer,
    int UseId,
    uint Epoch,
    IReadOnlyList<ulong> Sequences
)
{
    public long EndMs => StartMs + DurationMs;

    /// <summary>whole; split in several rows that sum to it, or part, of an X26 whose battery lost contact (domain 1.10).</summary>
    public string Logged { get; init; } = "whole";
}

internal sealed record Use(
    int Id,
    string Incident,
    string Issue,
    string Officer,
    string Device,
    string Level,
    long StartMs,
    long EndMs,
    IReadOnlyList<int> ActivationIds,
    IReadOnlyList<string> CartridgesFired
)
{
    /// <summary>What the officer thinks it was: not the device where crew-mates exchanged theirs.</summary>
    public string Believed { get; init; } = "";
}

internal sealed record Issue(string Id, string Device, string Officer, string Purpose, long IssuedMs, long ReturnedMs);

internal sealed record Device(string Serial, string Model, string Armoury, long DurationUnitMs, double DriftPpm, bool LogTravelsInPack)
{
    /// <summary>Domain 2.7.3: the X26 has no ARM rows and no cartridge state.</summary>
    public bool ShowsCartridges => Model != "X26";

    public bool ShowsArming => Model != "X26";

    /// <summary>As its family writes a duration: rounded to its unit, never to nothing.</summary>
    public long RecordedMs(long durationMs) =>
        durationMs <= 0 ? 0 : Math.Max(DurationUnitMs, (durationMs + DurationUnitMs / 2) / DurationUnitMs * DurationUnitMs);
}

internal sealed record Fault(string Device, string What, long AtMs);

/// <param name="ClockErrorMs">Device clock minus true time when it was read.</param>
internal sealed record Visit(int Id, string Device, string Carrier, long AtMs, long ClockErrorMs);

/// <summary>A signed session head over some records of one log.</summary>
/// <param name="Made">whole, altered by the dock, or forked: from another chain than the device had signed before.</param>
internal sealed record Head(int Visit, string Device, string Log, uint Epoch, SequenceRun Range, string Made);

/// <summary>A receipt that a dock showed.</summary>
/// <param name="IsForgotten">Of this gateway, for what its ledger does not have any more since it was set back.</param>
internal sealed record ShownReceipt(int Visit, string Device, bool IsForgotten);

/// <summary>A log that was read once more in a visit, by the translator's next version, and how many records that made otherwise.</summary>
internal sealed record Translation(int Visit, string Device, int Differing);

internal sealed record TrainingDay(string Id, long FromMs, long ToMs, IReadOnlyList<string> Devices);

internal sealed record Mishap(string Id, int ActivationId, string Where);

internal sealed record Check(string Device, long FromMs, long ToMs);

internal sealed record Change(string Id, string Device, string What, long AtMs);

/// <summary>What the workshop knows: a fault from when to when, wet or dropped, service due.</summary>
internal sealed record Note(string Device, string Kind, long FromMs);

internal readonly record struct SequenceRun(ulong First, ulong Count)
{
    public ulong Last => First + Count - 1;

    public bool Holds(ulong sequence) => sequence >= First && sequence - First < Count;
}

/// <summary>One log of one device in one epoch.</summary>
internal sealed record DeviceLog(
    string Device,
    string Kind,
    uint Epoch,
    ulong First,
    long[] AtMs,
    int[] Codes,
    IReadOnlyList<SequenceRun> Delivered,
    IReadOnlyList<(SequenceRun SequenceRun, string Why)> Lost
)
{
    public bool IsDelivered(ulong sequence)
    {
        foreach (var range in Delivered)
        {
            if (range.Holds(sequence))
            {
                return true;
            }
        }

        return false;
    }

    public long TimeOf(ulong sequence) => AtMs[checked((int)(sequence - First))];
}

/// <summary>A row of an export or register: as it should have read, and as it was written (null = not at all).</summary>
internal sealed record PaperRow(int Index, string[] Truth, string[]? Written)
{
    /// <summary>Line in the written file, the header being 1; 0 = not written.</summary>
    public int Line { get; set; }
}

/// <summary>An export or register.</summary>
internal sealed class Paper(string name, string[] columns, PaperRow[] rows)
{
    private readonly Dictionary<string, int> _at = columns.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => p.i);

    public string Name { get; } = name;

    public IReadOnlyList<PaperRow> Rows { get; } = rows;

    public IEnumerable<PaperRow> Written => Rows.Where(r => r.Written is not null);

    public bool Has(string column) => _at.ContainsKey(column);

    public string Cell(PaperRow row, string column) => row.Written is { } cells && _at.TryGetValue(column, out var at) ? cells[at] : "";

    public string TruthCell(PaperRow row, string column) => _at.TryGetValue(column, out var at) ? row.Truth[at] : "";

    public string RowName(PaperRow row) => FormattableString.Invariant($"{Name}:{row.Line}");

    /// <summary>A time cell in milliseconds UTC; null = empty.</summary>
    public long? TimeMs(PaperRow row, string column) =>
        Cell(row, column) is { Length: > 0 } text
            ? DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds()
            : null;
}
