using System.Globalization;
using System.Text;
using CsCheck;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.TimeSeries;
using TaserTelemetry.Gateway.TimeSeries.LineProtocol;

namespace TaserTelemetry.Gateway.Tests.TimeSeries;

public sealed class EventLinesTests
{
    [Fact]
    public void An_event_becomes_one_line_with_every_measured_field_and_its_unit() =>
        Assert.Equal(
            "ced_event,armoury=maidstone,device=X30001234,dock=dock-1,event=trigger,force=kent,log=event,model=X2 "
                + "sequence=9i,class=\"activation\",code=3i,time_source=\"device\",stamp=1795305601i,monotonic_ms=81000i,duration_ms=5000i,"
                + "armed_session=12i,flags=2i,bays=18i,temperature_deci_c=215i,battery_percent=88i,bay=0i,argument=3i,"
                + "leaf=7i,epoch=0i,incarnation=0i,received_ns=1795305700000000000i,marks=0i,clock_offset_ns=-1500000000i,"
                + "clock_bound_ns=250000000i,clock_quality=\"two-sided\",grade=\"C\" 1795305609000000009\n",
            Sample.Line(Sample.Source(), Sample.Event(9))
        );

    [Fact]
    public void What_the_device_left_absent_is_absent_in_the_line()
    {
        var bare = new EventRecord(
            EventRecord.StampAbsent,
            0,
            EventCode.Safe,
            EventFlags.None,
            0,
            0,
            0,
            EventRecord.TemperatureAbsent,
            EventRecord.ByteAbsent,
            EventRecord.ByteAbsent,
            0
        );
        var source = Sample.Source() with { ClockQuality = "none", Model = "", Carrier = "" };

        Assert.Equal(
            "ced_event,armoury=maidstone,device=X30001234,dock=dock-1,event=safe,force=kent,log=event "
                + "sequence=1i,class=\"handling\",code=2i,time_source=\"received\","
                + "leaf=7i,epoch=0i,incarnation=0i,received_ns=1795305700000000000i,marks=0i,clock_quality=\"none\",grade=\"C\" 5\n",
            Sample.Line(source, new SeriesEvent(1, 5, false, bare))
        );
    }

    [Fact]
    public void A_code_outside_the_vocabulary_keeps_its_number_and_makes_no_series_of_its_own()
    {
        var line = Sample.Line(Sample.Source(), Sample.Event(1, (EventCode)40_000));

        Assert.Contains(",event=other,", line, StringComparison.Ordinal);
        Assert.Contains(",code=40000i,", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_code_of_the_vocabulary_has_a_name_of_its_own()
    {
        var names = Enum.GetValues<EventCode>().Select(EventNames.Of).ToList();

        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.DoesNotContain(EventNames.Other, names);
        Assert.Equal(names.Count + 1, EventNames.All.Count);
    }

    [Fact]
    public void Two_different_names_never_become_the_same_tag()
    {
        var name = Gen.String[Gen.Char["aA, =\\%\"\n\t5C2é"], 1, 8];

        Gen.Select(name, name)
            .Sample(
                (a, b) =>
                    a == b
                    || Sample.Line(Sample.Source(device: a), Sample.Event(1)) != Sample.Line(Sample.Source(device: b), Sample.Event(1))
            );
    }

    [Fact]
    public void The_longest_names_and_numbers_fit_the_longest_line()
    {
        var name = new string(',', 31) + "\\";
        var source = Sample.Source(name, name, ulong.MaxValue) with
        {
            Force = name,
            Armoury = name,
            Model = name,
            Carrier = new string('"', 32),
            Epoch = new Epoch(uint.MaxValue, ulong.MaxValue),
            ReceivedNs = ulong.MaxValue,
            ClockOffsetNs = long.MinValue,
            ClockBoundNs = ulong.MaxValue,
            Marks = uint.MaxValue,
        };
        var record = new EventRecord(
            ulong.MaxValue - 1,
            uint.MaxValue,
            EventCode.CartridgeRemove,
            (EventFlags)ushort.MaxValue,
            uint.MaxValue,
            uint.MaxValue,
            uint.MaxValue,
            -32_767,
            254,
            254,
            ulong.MaxValue
        );

        var line = Sample.Line(source, new SeriesEvent(ulong.MaxValue, long.MinValue, false, record));

        Assert.EndsWith(" -9223372036854775808\n", line, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(line), 1, EventLines.LineBytesMax);
    }

    [Fact]
    public void Writing_lines_allocates_nothing()
    {
        var lines = new EventLines();
        lines.Begin(Sample.Source());
        var buffer = new byte[EventLines.LineBytesMax];
        var happened = Sample.Event(1);
        lines.Write(buffer, happened);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            lines.Write(buffer, happened);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Any_number_is_written_as_its_digits() =>
        Gen.OneOf(Gen.Long, Gen.Long[-20_000, 20_000], Gen.Int[0, 18].Select(zeros => (long)Math.Pow(10, zeros)))
            .Sample(number =>
            {
                foreach (var value in new[] { number, number == long.MinValue ? number : number - 1 })
                {
                    Assert.Equal(value.ToString(CultureInfo.InvariantCulture), DigitsOf(value, 64));
                    Assert.Equal(value.ToString(CultureInfo.InvariantCulture), DigitsOf(value, 20));
                }
            });

    private static string DigitsOf(long value, int room)
    {
        var line = new LineText(new byte[room]);
        line.Digits(value);
        return Encoding.ASCII.GetString(line.Written);
    }
}
