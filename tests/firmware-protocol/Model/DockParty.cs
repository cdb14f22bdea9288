using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>One dock: the running machine, and the little memory that a dock has beside it.</summary>
internal sealed class DockParty
{
    /// <summary>Longer than any timer but silence: with one step of the clock all of them have run out.</summary>
    public const ulong StepNs = 32_000_000_000;

    private readonly int index;

    public DockParty(int index)
    {
        this.index = index;
        Start();
    }

    private DockParty(DockParty other)
    {
        (index, Session, Clock, Receipts, Starts) = (other.index, other.Session.Copy(), other.Clock, other.Receipts, other.Starts);
        SentAs = [.. other.SentAs];
    }

    public DockSession Session { get; private set; } = null!;

    public SessionTime Clock { get; private set; }

    /// <summary>Records that a durable receipt covers, one bit each.</summary>
    public int Receipts { get; set; }

    /// <summary>Which record went under which session and frame number.</summary>
    public List<(uint Session, uint Number, int Record)> SentAs { get; } = [];

    public ulong Starts { get; private set; }

    public DockParty Copy() => new(this);

    /// <summary>Power comes back: nothing of a docking session is remembered, receipts are.</summary>
    public void Start()
    {
        Starts++;
        Session = new(new DockIdentity(new("f", "a", "d" + index), Transport.Mqtt, Starts, "", ""));
        Clock = new(1_000_000_000, 0);
        Session.Connected((Starts << 8) | (uint)(index + 1), Clock);
    }

    public void Reconnect()
    {
        Starts++;
        Session.Connected((Starts << 8) | (uint)(index + 1), Clock);
    }

    public void Tick()
    {
        Clock = new(Clock.MonotonicNs + StepNs, 0);
        Session.Tick(Clock);
    }

    public void Receive(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            var read = FrameReader.Read(message, Limits.MqttPayloadBytesMax);
            Session.Receive(read.Frame, Clock);
            message = message[read.Bytes.Length..];
        }
    }

    public void Offer(World world, int carrier)
    {
        var ranges = new List<SequenceRange>();
        for (var record = 0; record < World.Records; record++)
        {
            if (World.Has(world.Held[carrier] & ~Receipts, record))
            {
                var follows = ranges.Count > 0 && ranges[^1].Next == (ulong)record;
                ranges[follows ? ^1 : Added(ranges)] = follows ? new(ranges[^1].First, ranges[^1].Count + 1) : new((ulong)record, 1);
            }
        }

        if (ranges.Count > 0 && Session.Standing == DockStanding.Open)
        {
            Session.Offer(new(World.Log, DockedFlags.None, 64, SequenceRanges.Of([.. ranges]), World.Carriers[carrier], "", ""));
        }
    }

    /// <summary>Does what the machine asks for and sends what it has to say.</summary>
    public void Work(World world)
    {
        var done = false;
        while (!done)
        {
            done = true;
            while (Session.TryTake(out DockDuty? duty))
            {
                Do(duty, world);
            }

            if (Session.Room && Session.NextWanted is { } wanted)
            {
                done = false;
                Send(wanted, world);
            }

            while (Session.TryTake(out Outgoing outgoing))
            {
                done = false;
                world.Send(new(true, index, outgoing.IsHello ? Message.Any : outgoing.UpTopic[^1] - '0', outgoing.Frame));
            }
        }
    }

    public void WriteState(BinaryWriter to)
    {
        Session.WriteState(to);
        to.Write(Clock.MonotonicNs);
        to.Write((byte)Receipts);
        to.Write(Starts);
        SentAs.ForEach(sent => to.Write(sent.ToString()));
    }

    private static Index Added(List<SequenceRange> ranges)
    {
        ranges.Add(default);
        return ^1;
    }

    private void Do(DockDuty duty, World world)
    {
        switch (duty)
        {
            case DockDuty.Begun:
                for (var carrier = 0; carrier < World.Parties; carrier++)
                {
                    if (world.CarrierAt[carrier] == index)
                    {
                        Offer(world, carrier);
                    }
                }

                break;
            case DockDuty.KeepReceipt kept:
                foreach (var range in kept.Receipt.Ranges)
                {
                    for (var record = range.Range.First; record < range.Range.Next; record++)
                    {
                        Receipts |= 1 << (int)record;
                    }
                }

                break;
            case DockDuty.WantedBeyond beyond:
                Session.Number(new RangeGone(World.Log, beyond.Wanted.Range, Reason.ReceiptedAndDropped, beyond.Wanted.Carrier));
                break;
            default:
                break;
        }
    }

    private void Send(in WantedRange wanted, World world)
    {
        var (record, carrier) = ((int)wanted.Range.First, World.Carriers.IndexOf(wanted.Carrier));
        if (World.Has(world.Held[carrier], record))
        {
            var frame = new byte[Limits.SerialFrameBytesMax];
            var header = new RecordBatchHeader(World.Log, (ulong)record, wanted.Carrier, "", "", StampUnit.Seconds, 0, 0, 64, 0, 0);
            var writer = new RecordBatchWriter(frame, Limits.SerialPayloadBytesMax, header);
            Assert.True(writer.TryAdd(default(EventRecord)));
            SentAs.Add((Session.Session, Session.NextNumber, record));
            Session.NumberFrame(frame[..writer.Finish(Session.Session, Session.NextNumber)], 1);
        }
        else
        {
            Session.Number(new RangeGone(World.Log, new((ulong)record, 1), Reason.ReceiptedAndDropped, wanted.Carrier));
        }

        Session.Took(1);
    }
}
