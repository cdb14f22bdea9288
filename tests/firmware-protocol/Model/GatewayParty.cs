using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>One gateway: a running machine for each dock, a disk, and the commit group in the making.</summary>
internal sealed class GatewayParty : IDurableLogs
{
    private static readonly Credit Grant = new(2, 65_536);
    private static readonly SessionTime Clock = new(1_000_000_000, 0);

    // Time stands still here but for the wait for a clock echo, which a dock may never send.
    private static readonly SessionTime Later = new(Clock.MonotonicNs + DockParty.StepNs, 0);
    private readonly int index;
    private readonly Mistake mistake;
    private readonly GatewaySession?[] sessions = new GatewaySession?[World.Parties];
    private readonly List<(int Dock, GatewaySession? Session, uint Number, int Record)> group = [];

    public GatewayParty(int index, Mistake mistake) => (this.index, this.mistake) = (index, mistake);

    private GatewayParty(GatewayParty other)
        : this(other.index, other.mistake)
    {
        (Durable, Receipted, CountedTwice, Sessions) = (other.Durable, other.Receipted, other.CountedTwice, other.Sessions);
        var copies = other.sessions.Select(session => session?.Copy()).ToArray();
        copies.CopyTo(sessions, 0);
        foreach (var item in other.group)
        {
            var at = item.Session is null ? -1 : Array.IndexOf(other.sessions, item.Session);
            group.Add(item with { Session = at < 0 ? null : copies[at] });
        }
    }

    /// <summary>Records on the disk, one bit each.</summary>
    public int Durable { get; private set; }

    /// <summary>Records that a receipt was given for.</summary>
    public int Receipted { get; private set; }

    public bool CountedTwice { get; private set; }

    public bool HasGroup => group.Count > 0;

    private uint Sessions { get; set; }

    public GatewayParty Copy() => new(this);

    public void Kill()
    {
        group.Clear();
        Array.Clear(sessions);
        Sessions = mistake == Mistake.SessionNumbersAgain ? 0 : Sessions;
    }

    public void Receive(World world, int dock, byte[] bytes)
    {
        var frame = FrameReader.Read(bytes, Limits.MqttPayloadBytesMax).Frame;
        if (frame.Decode(out Hello hello).IsNone)
        {
            Greet(world, dock, hello);
        }
        else if (sessions[dock] is { IsOver: false } session && session.Number == frame.Header.Session)
        {
            if (session.Receive(frame, Clock) is GatewayDuty.MakeDurable)
            {
                Take(session, dock, frame);
            }

            Speak(world, dock, session);
        }
        else
        {
            // A batch says enough to be stored all the same.
            Take(null, dock, frame);
            if (frame.Header.Type is not (MessageType.Goodbye or MessageType.Abort))
            {
                var abort = new Abort(Reason.SessionUnknown, ReasonAction.HelloAgain, FrameVerdict.NoDetail);
                world.Send(new(false, dock, index, FrameWriter.ToArray(frame.Header.Session, 0, abort)));
            }
        }
    }

    /// <summary>The commit group reaches the disk; only now is anything of it settled.</summary>
    public void Sync(World world)
    {
        foreach (var (_, _, _, record) in group)
        {
            Durable |= record < 0 ? 0 : 1 << record;
        }

        foreach (var (_, session, number, _) in mistake is Mistake.SettlesBeforeFsync or Mistake.NeverAcks ? [] : group)
        {
            session?.Settle(new(number, Verdict.Stored, ReasonAction.None, Reason.None, FrameVerdict.NoDetail));
        }

        group.Clear();
        SpeakAll(world);
    }

    public void SpeakAll(World world)
    {
        for (var dock = 0; dock < World.Parties; dock++)
        {
            if (sessions[dock] is { } session)
            {
                Speak(world, dock, session, Later);
            }
        }
    }

    public SequenceRanges Missing(in Docked docked)
    {
        var missing = new List<SequenceRange>();
        foreach (var range in docked.Held.Span)
        {
            for (var record = range.First; record < range.Next; record++)
            {
                if (!World.Has(Durable, (int)record))
                {
                    var follows = missing.Count > 0 && missing[^1].Next == record;
                    if (follows)
                    {
                        missing[^1] = new(missing[^1].First, missing[^1].Count + 1);
                    }
                    else
                    {
                        missing.Add(new(record, 1));
                    }
                }
            }
        }

        return SequenceRanges.Of([.. missing]);
    }

    public Receipt? ReceiptFor(in Docked docked)
    {
        var known = mistake == Mistake.ReceiptBeforeFsync ? Durable | Taken() : Durable;
        var ranges = new List<ReceiptRange>();
        for (var record = 0; record < World.Records; record++)
        {
            if (World.Has(known, record) && docked.Held.Contains((ulong)record))
            {
                ranges.Add(new(new((ulong)record, 1), 0, 0));
                Receipted |= 1 << record;
            }
        }

        // Ranges neither touch nor overlap: two records that follow one another are one.
        return ranges.Count == 0 ? null
            : ranges.Count == World.Records ? new(World.Log, 0, 0, "g" + index, [new(new(0, World.Records), 0, 0)], default)
            : new(World.Log, 0, 0, "g" + index, [.. ranges], default);
    }

    public void WriteState(BinaryWriter to)
    {
        to.Write((byte)Durable);
        to.Write((byte)Receipted);
        to.Write(Sessions);
        foreach (var session in sessions)
        {
            session?.WriteState(to, Clock);
            to.Write((byte)255);
        }

        group.ForEach(item => to.Write($"{item.Dock} {item.Number} {item.Record} {item.Session is null}"));
    }

    private int Taken() => group.Aggregate(0, (taken, item) => taken | (item.Record < 0 ? 0 : 1 << item.Record));

    private void Greet(World world, int dock, in Hello hello)
    {
        if (sessions[dock] is { IsOver: false } open)
        {
            if (open.IsSame(hello))
            {
                open.WelcomeAgain();
                Speak(world, dock, open);
                return;
            }

            open.End(new Abort(Reason.SessionReplaced, ReasonAction.Wait, Limits.RetransmitMsMax));
            Speak(world, dock, open);
        }

        var number = (++Sessions * 4) + ((uint)index * 2) + (uint)dock;
        var terms = new GatewayTerms(number, Transport.Mqtt, "g" + index, "up/" + index, Limits.SerialPayloadBytesMax, 7);
        sessions[dock] = new(hello, terms, Grant, Clock);
        Speak(world, dock, sessions[dock]!);
    }

    private void Take(GatewaySession? session, int dock, Frame frame)
    {
        var record = RecordBatch.Decode(frame, out var batch).IsNone ? (int)batch.FirstSequence : -1;
        if (record < 0 && session is null)
        {
            return;
        }

        var known = mistake == Mistake.CountsRepeats ? 0 : Durable | Taken();
        CountedTwice |= record >= 0 && World.Has(Durable | Taken(), record) && !World.Has(known, record);
        group.Add((dock, session, frame.Header.FrameNumber, record));
        if (mistake == Mistake.SettlesBeforeFsync)
        {
            session?.Settle(new(frame.Header.FrameNumber, Verdict.Stored, ReasonAction.None, Reason.None, FrameVerdict.NoDetail));
        }
    }

    private void Speak(World world, int dock, GatewaySession session) => Speak(world, dock, session, Clock);

    private void Speak(World world, int dock, GatewaySession session, SessionTime now) =>
        session.Speak(this, now, message => world.Send(new(false, dock, index, message)));
}
