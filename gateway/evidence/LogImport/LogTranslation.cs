using System.Globalization;
using System.Text.RegularExpressions;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Evidence.LogImport;

/// <summary>One row of an export as an event record.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Device">Device serial.</param>
/// <param name="Model">Model; empty = not stated.</param>
/// <param name="Firmware">Firmware; empty = not stated.</param>
/// <param name="Sequence">Sequence.</param>
/// <param name="Record">The record.</param>
public readonly record struct TranslatedRow(int Line, string Device, string Model, string Firmware, ulong Sequence, EventRecord Record);

/// <summary>What became of a file.</summary>
public sealed record LogTranslation
{
    /// <summary>Rows understood, in the order of the file.</summary>
    public IReadOnlyList<TranslatedRow> Rows { get; init; } = [];

    /// <summary>Rows not understood, each with line, column, cell and reason.</summary>
    public IReadOnlyList<RowReject> Rejects { get; init; } = [];

    /// <summary>Rows that the profile knows and passes over, empty rows and repeated headers.</summary>
    public int PassedOver { get; init; }

    /// <summary>Columns of the file that the profile does not name.</summary>
    public IReadOnlyList<string> ColumnsUnknown { get; init; } = [];

    /// <summary>What else a person should know.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why nothing could be read; null = read.</summary>
    public string? Failure { get; init; }
}

/// <summary>Reads an export by a profile: bytes to event records, pure. Not for two files at once.</summary>
public sealed class LogTranslator
{
    /// <summary>Bytes an export may have.</summary>
    public const int FileBytesMax = 16 << 20;

    private static readonly EventCode[] NeedClockAfter = [EventCode.TimeSync, EventCode.ClockReset];
    private readonly LogProfile profile;
    private readonly string file;
    private readonly DateLayout layout;
    private readonly List<(BaySource Source, Regex? Pattern)> bays;
    private readonly List<TranslatedRow> rows = [];
    private readonly List<RowReject> rejects = [];
    private int passedOver;
    private Header header = new([]);
    private string[] cells = [];
    private int line;

    private LogTranslator(LogProfile profile, string file)
    {
        this.profile = profile;
        this.file = file;
        layout = new DateLayout(profile.Stamp.Layout, TimeZoneInfo.FindSystemTimeZoneById(profile.Stamp.TimeZone));
        bays = [.. profile.Bays.Select(b => (b, b.Pattern.Length > 0 ? LogProfile.PatternOf(b) : null))];
    }

    /// <summary>Translates a file. Every row that is not understood is in the answer; nothing is guessed or dropped in silence.</summary>
    public static LogTranslation Read(LogProfile profile, string file, Stream untrusted)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(untrusted);
        var text = TableText.Read(untrusted, profile.Encoding, FileBytesMax);
        if (text.Text is null)
        {
            return new LogTranslation { Failure = text.Failure ?? "a workbook: export it as CSV" };
        }
        return new LogTranslator(profile, file).Translate(text);
    }

    private LogTranslation Translate(TableText text)
    {
        var any = false;
        foreach (var row in CsvTable.Read(text.Text!, profile.Delimiter?[0]).Skip(profile.SkipRows))
        {
            if (!any)
            {
                any = true;
                header = new Header(row.Cells);
                var missing = Needed().Where(c => header.Find(c) < 0).ToList();
                if (missing.Count > 0)
                {
                    return new LogTranslation
                    {
                        Failure =
                            $"the file has no column {string.Join(", ", missing)}; it has {string.Join(", ", header.Names)}. Columns are never guessed: use the profile of this layout, or write one",
                    };
                }
                continue;
            }
            TakeRow(row);
        }
        return new LogTranslation
        {
            Rows = rows,
            Rejects = rejects,
            PassedOver = passedOver,
            ColumnsUnknown =
            [
                .. header.Names.Where(n => n.Length > 0 && !Named().Any(c => header.Find(c) == Array.IndexOf(header.Names, n))),
            ],
            Notes = text.Notes,
            Failure = any ? null : "the file has no header row",
        };
    }

    private IEnumerable<string> Needed() =>
        new[] { profile.Device.Column, profile.Event, profile.Sequence?.Column ?? "" }
            .Concat(profile.Stamp.Columns)
            .Where(c => c.Length > 0);

    private IEnumerable<string> Named() =>
        Needed()
            .Concat(new[] { profile.Model.Column, profile.Firmware.Column })
            .Concat(
                new[]
                {
                    profile.Duration,
                    profile.Temperature,
                    profile.Battery,
                    profile.ArmedSession,
                    profile.Bay,
                    profile.Argument,
                }.Select(n => n?.Column ?? "")
            )
            .Concat(profile.Bays.Select(b => b.Column))
            .Where(c => c.Length > 0);

    private void TakeRow(TableRow row)
    {
        (cells, line) = (row.Cells, row.Line);
        if (row.Fault is not null)
        {
            Reject("", "", row.Fault);
            return;
        }
        if (Array.TrueForAll(cells, string.IsNullOrWhiteSpace) || header.IsRepeatedBy(cells))
        {
            passedOver++;
            return;
        }
        var word = Cell(profile.Event);
        if (!profile.Events.TryGetValue(word, out var name))
        {
            Reject(profile.Event, word, "the profile's events do not list this word: list it, with \"\" if it is to be passed over");
        }
        else if (name.Length == 0)
        {
            passedOver++;
        }
        else if (LogProfile.TryCode(name, out var code))
        {
            TakeEvent(code);
        }
    }

    private void TakeEvent(EventCode code)
    {
        var device = Text(profile.Device);
        var sequence = 0UL;
        if (!TextKind.Serial.Allows(device) || device.Length == 0)
        {
            Reject(profile.Device.Column, device, "a device's serial is 1 to 32 printable ASCII characters without spaces");
        }
        else if (!Fits(profile.Model) || !Fits(profile.Firmware)) { }
        else if (profile.Sequence is { } source && !TryWhole(source, 0, out sequence, required: true, ulong.MaxValue - 1)) { }
        else if (
            TryStamp(out var stamp, out var doubtful)
            && TryWhole(profile.Duration, 0, out var duration, false, uint.MaxValue)
            && TryTemperature(out var temperature)
            && TryWhole(profile.Battery, EventRecord.ByteAbsent, out var battery, false, 100)
            && TryWhole(profile.ArmedSession, 0, out var session, false, uint.MaxValue)
            && TryWhole(profile.Bay, EventRecord.ByteAbsent, out var bay, false, EventRecord.BaysMax - 1)
            && TryWhole(profile.Argument, 0, out var argument, NeedClockAfter.Contains(code), ulong.MaxValue)
            && TryBays(out var states)
        )
        {
            var flags = doubtful ? EventFlags.StampDoubtful : EventFlags.None;
            var record = new EventRecord(
                stamp,
                0,
                code,
                flags,
                (uint)duration,
                (uint)session,
                states,
                temperature,
                (byte)battery,
                (byte)bay,
                argument
            );
            var number = profile.Sequence is null ? (ulong)rows.Count : sequence;
            rows.Add(new TranslatedRow(line, device, Text(profile.Model), Text(profile.Firmware), number, record));
        }
    }

    private bool Fits(TextSource source)
    {
        var text = Text(source);
        if (TextKind.Label.Allows(text))
        {
            return true;
        }
        Reject(source.Column, text, "at most 32 printable ASCII characters");
        return false;
    }

    private bool TryStamp(out ulong seconds, out bool doubtful)
    {
        (seconds, doubtful) = (EventRecord.StampAbsent, false);
        var written = string.Join(' ', profile.Stamp.Columns.Select(Cell).Where(c => c.Length > 0));
        if (!layout.TryParse(written, out var time) || time.Fault is not null || !time.HasTime)
        {
            Reject(profile.Stamp.Columns[0], written, time.Fault ?? $"not a time in the layout {profile.Stamp.Layout}");
            return false;
        }
        seconds = (ulong)(time.Interval.LowNs / TimeInterval.SecondNs);
        // A local hour that comes twice in autumn is both: the record says that its stamp is not to be relied on.
        doubtful = time.Interval.HighNs - time.Interval.LowNs >= TimeInterval.HourNs;
        return true;
    }

    private bool TryTemperature(out short deciC)
    {
        deciC = EventRecord.TemperatureAbsent;
        if (profile.Temperature is not { } source || Cell(source.Column) is not { Length: > 0 } cell)
        {
            return true;
        }
        if (TryNumber(cell, source.Factor, out var value) && value is >= -2_000 and <= 2_000)
        {
            deciC = (short)value;
            return true;
        }
        Reject(source.Column, cell, "not a temperature between -200 and 200 degrees");
        return false;
    }

    private bool TryWhole(NumberSource? source, ulong absent, out ulong value, bool required, ulong max)
    {
        value = absent;
        var cell = source is null ? "" : Cell(source.Column);
        if (cell.Length == 0)
        {
            if (required)
            {
                Reject(
                    source?.Column ?? "",
                    "",
                    source is null ? "this event needs the device clock after it, and the profile names no argument" : "empty, and needed"
                );
            }
            return !required;
        }
        if (TryNumber(cell, source!.Factor, out var number) && number >= 0 && number <= max)
        {
            value = (ulong)number;
            return true;
        }
        Reject(source.Column, cell, $"not a whole number from 0 to {max} in the record's unit");
        return false;
    }

    private static bool TryNumber(string cell, decimal factor, out decimal value)
    {
        value = 0;
        if (
            !decimal.TryParse(
                cell,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var read
            )
        )
        {
            return false;
        }
        if (Math.Abs(read) > 1e19m || Math.Abs(factor) > 1e6m)
        {
            return false;
        }
        value = read * factor;
        return value == decimal.Truncate(value);
    }

    private bool TryBays(out uint states)
    {
        states = 0;
        for (var i = 0; i < bays.Count; i++)
        {
            var (source, pattern) = bays[i];
            var cell = Cell(source.Column);
            var word = pattern is null ? cell : pattern.Match(cell).Groups["state"].Value.Trim();
            if (word.Length == 0)
            {
                continue;
            }
            if (!profile.BayStates.TryGetValue(word, out var name) || !Enum.TryParse<BayState>(name, out var state))
            {
                Reject(source.Column, cell, $"the profile's bayStates do not list \"{word}\"");
                return false;
            }
            states |= (uint)state << (3 * i);
        }
        return true;
    }

    private string Text(TextSource source) => source.Column.Length > 0 ? Cell(source.Column) : source.Value;

    private string Cell(string column)
    {
        var place = header.Find(column);
        var cell = place < 0 || place >= cells.Length ? "" : cells[place].Trim();
        return profile.Absent.Contains(cell) ? "" : cell;
    }

    private void Reject(string column, string cell, string reason) =>
        rejects.Add(
            new RowReject(file, line, column, cell.Length > RowReject.CellCharsMax ? cell[..RowReject.CellCharsMax] : cell, reason)
        );
}
