using System.Globalization;
using System.Text.RegularExpressions;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.FirmwareProtocol.Tests.Vectors;

/// <summary>SPEC.md says what the code does: its tables are read, not a copy of them.</summary>
public sealed partial class SpecTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Vector.Folder, "..", "..", "firmware-protocol", "SPEC.md"));

    public static TheoryData<string> Types => [.. TypeRows().Select(row => row.Name)];

    [Fact]
    public void Its_reasons_are_those_of_the_code_with_side_step_and_action()
    {
        var rows = Table("| code | name | side | step | action | meaning |").Select(r => (r[0], r[1], r[2], r[3], r[4])).ToList();
        var code = ReasonTable
            .Entries.ToArray()
            .Select(e => ($"{(ushort)e.Reason}", e.Reason.ToString(), e.Side, e.Step, e.Action.ToString()))
            .ToList();
        Assert.Equal(code, rows);
    }

    [Fact]
    public void Its_message_types_are_those_of_the_code()
    {
        var code = Enum.GetValues<MessageType>()
            .Where(t => t != MessageType.None)
            .Select(t => ($"{(byte)t:X2} hex", t.ToString(), t.IsNumbered() ? "yes" : "no"))
            .ToList();
        Assert.Equal(code, Table("| type | name | from | numbered | clause |").Select(r => (r[0], r[1], r[3])).ToList());
    }

    [Fact]
    public void Its_event_codes_are_those_of_the_code()
    {
        var code = Enum.GetValues<EventCode>().Where(c => c != EventCode.None).Select(c => ($"{(ushort)c}", c.ToString())).ToList();
        Assert.Equal(code, Table("| code | name | duration | argument |").Select(r => (r[0], r[1])).ToList());
    }

    [Fact]
    public void Its_marks_are_those_of_the_code()
    {
        var code = Enum.GetValues<RecordMarks>()
            .Where(m => m != RecordMarks.None)
            .Select(m => ($"{uint.Log2((uint)m)}", m.ToString()))
            .ToList();
        Assert.Equal(code, Table("| bit | name | set when |").Select(r => (r[0], r[1])).ToList());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_messages_fields_stand_where_its_table_says(string name)
    {
        var vector = Vector.All.Single(v => v.Name == name);
        var fields = vector.Fields.Skip(8).SkipLast(1).ToList();
        var rows = FieldRows(TypeRows().Single(row => row.Name == name).Clause, name);
        Assert.Equal(rows.Select(r => r[2]), fields.Select(f => f.Field));
        var offset = 0;
        foreach (var (row, field) in rows.Zip(fields))
        {
            if (row[0] != "then")
            {
                Assert.Equal(int.Parse(row[0], CultureInfo.InvariantCulture), offset);
            }

            if (int.TryParse(row[1], CultureInfo.InvariantCulture, out var bytes))
            {
                Assert.Equal(bytes, field.Bytes);
            }

            offset += field.Bytes;
        }
    }

    [Fact]
    public void Its_worked_example_is_the_bytes_the_code_reads()
    {
        var start = Array.FindIndex(Lines, l => l.StartsWith("## 19", StringComparison.Ordinal));
        List<byte[]> examples = [];
        List<byte>? bytes = null;
        foreach (var line in Lines[start..])
        {
            if (line == "```")
            {
                (bytes, var whole) = (bytes is null ? [] : null, bytes);
                if (whole is not null)
                {
                    examples.Add([.. whole]);
                }
            }
            else
            {
                bytes?.AddRange(Convert.FromHexString(line.Split('|')[0].Replace(" ", "", StringComparison.Ordinal)));
            }
        }

        Assert.Equal(2, examples.Count);
        Assert.All(
            examples,
            example =>
            {
                var read = FrameReader.Read(example, Limits.SerialPayloadBytesMax);
                Assert.Equal(ReadStatus.Done, read.Status);
                Assert.True(AnyMessage.Again(read.Frame, out var again).IsNone);
                Assert.Equal(example, again);
            }
        );
    }

    [Fact]
    public void Every_clause_that_the_code_cites_is_there()
    {
        string[] folders = ["firmware-protocol", "gateway", "simulator", "tests"];
        var files = folders
            .SelectMany(f => Directory.GetFiles(Path.Combine(Vector.Folder, "..", "..", f), "*.*", SearchOption.AllDirectories))
            .Where(f => Path.GetExtension(f) is ".cs" or ".c" or ".h" or ".go" or ".proto");
        var cited = files.SelectMany(f => Clauses(File.ReadAllText(f))).Distinct().ToList();
        Assert.NotEmpty(cited);
        Assert.All(cited, clause => Assert.Contains(Lines, line => Begins(line, clause)));
    }

    [Fact]
    public void A_citation_names_each_of_its_clauses() =>
        Assert.Equal(
            ["6.2", "6.4", "8", "10", "15", "3"],
            Clauses("(SPEC clauses 6.2, 6.4) clauses 8, 10 and 15; FORMAT.md clause 99; clause 3")
        );

    private static IEnumerable<string> Clauses(string text) =>
        Cited().Matches(text).SelectMany(m => m.Groups["clause"].Captures.Select(c => c.Value));

    private static bool Begins(string line, string clause) =>
        line.StartsWith($"{clause} ", StringComparison.Ordinal)
        || line.StartsWith($"## {clause} ", StringComparison.Ordinal)
        || line.StartsWith($"{clause}.", StringComparison.Ordinal);

    // the ledger's format has clauses of its own
    [GeneratedRegex(
        @"(?<!FORMAT\.md )(?:clause (?<clause>\d+(?:\.\d+)?)|clauses (?<clause>\d+(?:\.\d+)?)(?:(?:, | and | to )(?<clause>\d+(?:\.\d+)?))*)"
    )]
    private static partial Regex Cited();

    private static List<(string Name, string Clause)> TypeRows() =>
        [.. Table("| type | name | from | numbered | clause |").Select(r => (r[1], r[4]))];

    private static List<string[]> FieldRows(string clause, string name)
    {
        var at = Array.FindIndex(Lines, l => l.StartsWith($"{clause} ", StringComparison.Ordinal));
        // Two messages share clause 12.3, in the order of their types.
        var skip = name == "ClockEcho" ? 1 : 0;
        var head = Enumerable
            .Range(at, Lines.Length - at)
            .Where(i => Lines[i].StartsWith("| offset |", StringComparison.Ordinal))
            .ElementAt(skip);
        return Rows(head);
    }

    private static List<string[]> Table(string heading) => Rows(Array.IndexOf(Lines, heading));

    private static List<string[]> Rows(int heading) =>
        [
            .. Lines[(heading + 2)..]
                .TakeWhile(l => l.StartsWith('|'))
                .Select(l => l.Trim('|', ' ').Split(" | ").Select(c => c.Trim(' ', '|')).ToArray()),
        ];
}
