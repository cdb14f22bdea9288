using System.Text;
using TaserTelemetry.Evidence.LogImport;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Tests.LogImport;

public sealed class LogTranslationTests
{
    private const string Head = "DeviceSerial,Sequence,DeviceTime,Event,DurationMs,BatteryPercent,Argument";

    private const string Profile = """
        {
          // a layout of somebody's own
          "name": "own", "translatorId": 7, "translatorVersion": 2,
          "device": { "value": "X29000001" },
          "sequence": { "column": "Seq #" },
          "stamp": { "columns": ["Date", "Time"], "layout": "dd/MM/yyyy HH:mm:ss", "timeZone": "Europe/London" },
          "event": "Event",
          "events": { "Armed": "Arm", "Trigger": "Trigger", "USB Connected": "" },
          "duration": { "column": "Duration (s)", "factor": 1000 }, "durationResolutionMs": 1000,
          "bays": [ { "column": "Cartridge", "pattern": "C1: (?<state>[^|]*)" }, { "column": "Cartridge", "pattern": "C2: (?<state>.*)" } ],
          "bayStates": { "25'": "Live", "Deployed": "Deployed" }
        }
        """;

    [Fact]
    public void Rows_are_read_by_the_profile_and_what_is_not_understood_is_shown_with_line_column_cell_and_reason()
    {
        var answer = Plain(
            $"""
            {Head}
            X1,1,2026-03-01T10:00:00Z,Arm,,88,
            X1,2,2026-03-01T10:00:02Z,Trigger,5000,87,
            X1,3,2026-03-01T10:00:09Z,Explode,,87,
            X1,4,01/03/2026,Safe,,87,
            X1,5,2026-03-01T10:00:12Z,TimeSync,,87,
            X1,6,2026-03-01T10:00:13Z,Safe,,101,

            {Head}
            X1,7,2026-03-01T10:00:14Z,Safe,13000,86,
            """
        );
        Assert.Null(answer.Failure);
        Assert.Equal([1UL, 2, 7], answer.Rows.Select(r => r.Sequence));
        Assert.Equal(
            (EventCode.Trigger, 5_000u, (byte)87),
            (answer.Rows[1].Record.Code, answer.Rows[1].Record.DurationMs, answer.Rows[1].Record.BatteryPercent)
        );
        Assert.Equal(
            [(4, "Event", "Explode"), (5, "DeviceTime", "01/03/2026"), (6, "Argument", ""), (7, "BatteryPercent", "101")],
            answer.Rejects.Select(r => (r.Line, r.Column, r.Cell))
        );
        Assert.All(answer.Rejects, r => Assert.NotEmpty(r.Reason));
        Assert.Equal(2, answer.PassedOver); // an empty row, and the header again
    }

    [Fact]
    public void A_layout_of_somebodys_own_is_read_with_its_zone_its_words_and_its_bays()
    {
        var (profile, fault) = LogProfile.Parse(Stream(Profile));
        Assert.Null(fault);
        var answer = LogTranslator.Read(
            profile!,
            "own.csv",
            Stream(
                """
                Seq #;Date;Time;Event;Duration (s);Cartridge;Remark
                1204;01/07/2025;12:00:00;USB Connected;;;
                1205;01/07/2025;12:00:05;Armed;;C1: 25'| C2: 25';
                1206;01/07/2025;12:00:07;Trigger;5;C1: Deployed| C2: 25';seen
                1207;26/10/2025;01:30:00;Armed;;C1: Spent| C2: 25';
                1208;26/10/2025;01:30:00;Armed;;;
                """
            )
        );
        Assert.Equal(new DateTimeOffset(2025, 7, 1, 11, 0, 5, TimeSpan.Zero).ToUnixTimeSeconds(), (long)answer.Rows[0].Record.Stamp);
        Assert.Equal((BayState.Deployed, BayState.Live), (answer.Rows[1].Record.BayAt(0), answer.Rows[1].Record.BayAt(1)));
        Assert.Equal(5_000u, answer.Rows[1].Record.DurationMs);
        // The hour that comes twice in autumn is not guessed: the stamp says that it is not to be relied on.
        Assert.Equal(EventFlags.StampDoubtful, answer.Rows[2].Record.Flags);
        Assert.Equal("C1: Spent| C2: 25'", Assert.Single(answer.Rejects).Cell);
        Assert.Equal(["Remark"], answer.ColumnsUnknown);
    }

    [Fact]
    public void A_file_of_another_layout_is_refused_with_the_columns_it_lacks_and_has()
    {
        var answer = Plain("Serial;When;What\nX1;now;Arm\n");
        Assert.Contains("DeviceSerial", answer.Failure, StringComparison.Ordinal);
        Assert.Contains("Serial, When, What", answer.Failure, StringComparison.Ordinal);
        Assert.NotNull(Plain("").Failure);
        Assert.Contains("workbook", Plain("PK\u0003\u0004").Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"Armed\": \"Arm\"", "\"Armed\": \"Shock\"", "Shock")]
    [InlineData("\"25'\": \"Live\"", "\"25'\": \"9\"", "9")]
    [InlineData("\"translatorVersion\": 2", "\"translatorVersion\": 0", "translatorVersion")]
    [InlineData("\"Europe/London\"", "\"Kent/Maidstone\"", "Kent/Maidstone")]
    [InlineData("(?<state>.*)", "(.*)", "state")]
    [InlineData("\"event\":", "\"evnet\":", "evnet")]
    public void A_mistake_in_a_profile_is_named(string right, string wrong, string named)
    {
        var (profile, fault) = LogProfile.Parse(Stream(Profile.Replace(right, wrong, StringComparison.Ordinal)));
        Assert.Null(profile);
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_hold_runs_of_sequences_of_one_device_and_the_same_file_gives_the_same_bytes()
    {
        var text =
            $"{Head}\n"
            + string.Join('\n', Enumerable.Range(1, 300).Where(n => n != 250).Select(n => $"X1,{n},2026-03-01T10:00:00Z,Light,,,1"))
            + "\nX1,20,2026-03-01T10:00:00Z,Light,,,1\nX1,21,2026-03-01T10:00:00Z,Light,,,0\nX2,1,2026-03-01T10:00:00Z,Light,,,1\n";
        var rows = Plain(text).Rows;
        var frames = LogFrames.Of(LogProfile.BuiltIn("plain-log")!, rows, default).ToList();
        Assert.Equal(frames.Select(f => f.Frame), LogFrames.Of(LogProfile.BuiltIn("plain-log")!, rows, default).Select(f => f.Frame));
        var ranges = new List<(string, ulong, int)>();
        foreach (var (device, bytes, records) in frames)
        {
            Assert.True(RecordBatch.Decode(FrameReader.Read(bytes, Limits.MqttPayloadBytesMax).Frame, out var batch).IsNone);
            Assert.Equal(records, batch.Count);
            Assert.Equal((ushort)1, batch.Header.TranslatorId);
            ranges.Add((device, batch.FirstSequence, batch.Count));
        }
        // 20 stands twice alike and is taken once; 21 stands twice and differs, so both are there; 250 is missing.
        Assert.Equal([("X1", 1UL, 21), ("X1", 21UL, 203), ("X1", 224UL, 26), ("X1", 251UL, 50), ("X2", 1UL, 1)], ranges);
    }

    private static LogTranslation Plain(string text) => LogTranslator.Read(LogProfile.BuiltIn("plain-log")!, "log.csv", Stream(text));

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
