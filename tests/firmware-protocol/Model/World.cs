using System.Security.Cryptography;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>
/// One state of everything: two carriers with records of one device, two docks and two gateways that run the library's own machines, and the
/// frames on their way between them. Mutable; a step works on a copy.
/// </summary>
internal sealed class World
{
    public const int Parties = 2;
    public const int Records = 2;
    public const int Nowhere = -1;

    /// <summary>Messages on their way at once; one more is lost.</summary>
    public const int MessagesMax = 4;

    /// <summary>What carriers held in the beginning: the first record 0, the second both.</summary>
    private static readonly int[] HeldAtFirst = [0b01, 0b11];

    private readonly Mistake mistake;
    private readonly List<Message> onTheirWay = [];
    private string? brokenPromise;

    private World(Mistake mistake, Trouble left)
    {
        this.mistake = mistake;
        Left = left;
        Docks = [new(0), new(1)];
        Gateways = [new(0, mistake), new(1, mistake)];
    }

    private World(World other)
    {
        (mistake, brokenPromise, Left) = (other.mistake, other.brokenPromise, other.Left);
        Docks = [.. other.Docks.Select(dock => dock.Copy())];
        Gateways = [.. other.Gateways.Select(gateway => gateway.Copy())];
        other.CarrierAt.CopyTo(CarrierAt, 0);
        other.Held.CopyTo(Held, 0);
        onTheirWay.AddRange(other.onTheirWay);
    }

    public static LogKey Log { get; } = new("X1", LogKind.Event, default);

    public static List<string> Carriers { get; } = ["P0", "P1"];

    public DockParty[] Docks { get; }

    public GatewayParty[] Gateways { get; }

    /// <summary>At which dock each carrier is.</summary>
    public int[] CarrierAt { get; } = [0, 1];

    /// <summary>Which records each carrier has, one bit each.</summary>
    public int[] Held { get; } = [.. HeldAtFirst];

    public Trouble Left { get; private set; }

    public IReadOnlyList<Message> OnTheirWay => onTheirWay;

    public static World Begin(Mistake mistake, Trouble left)
    {
        var world = new World(mistake, left);
        for (var dock = 0; dock < Parties; dock++)
        {
            world.Docks[dock].Session.Tick(world.Docks[dock].Clock);
            world.Docks[dock].Work(world);
        }

        return world;
    }

    public static bool Has(int records, int record) => (records & (1 << record)) != 0;

    public World Copy() => new(this);

    public World With(Trouble left)
    {
        var copy = Copy();
        copy.Left = left;
        return copy;
    }

    public void Send(Message message)
    {
        if (!message.Up)
        {
            LookAtAcks(message);
        }

        if (onTheirWay.Count < MessagesMax && !onTheirWay.Exists(message.IsSame))
        {
            onTheirWay.Add(message);
        }
    }

    public void Lose(Message message) => onTheirWay.RemoveAll(message.IsSame);

    public void Deliver(Message message, int gateway)
    {
        if (message.Up)
        {
            Gateways[gateway].Receive(this, message.Dock, message.Bytes);
        }
        else
        {
            Docks[message.Dock].Receive(message.Bytes);
            Docks[message.Dock].Work(this);
        }
    }

    public void Move(int carrier, int to)
    {
        if (CarrierAt[carrier] != Nowhere)
        {
            Docks[CarrierAt[carrier]].Session.Withdraw(Log, Carriers[carrier]);
        }

        CarrierAt[carrier] = to;
        if (to != Nowhere)
        {
            Docks[to].Offer(this, carrier);
            Docks[to].Work(this);
        }
    }

    /// <summary>Whether a dock may let go of something: a receipt covers it, and the carrier is there.</summary>
    public int MayForget(int carrier)
    {
        var dock = CarrierAt[carrier];
        return dock == Nowhere ? 0
            : mistake == Mistake.ForgetsWithoutReceipt && Docks[dock].Session.RecordsAcked > 0 ? Held[carrier]
            : Held[carrier] & Docks[dock].Receipts;
    }

    public void Forget(int carrier) => Held[carrier] &= ~MayForget(carrier);

    /// <summary>What must never be, or null.</summary>
    public string? Wrong()
    {
        var durable = Gateways[0].Durable | Gateways[1].Durable;
        var receipted = Gateways[0].Receipted | Gateways[1].Receipted;
        var forgotten = Enumerable.Range(0, Parties).Aggregate(0, (gone, carrier) => gone | (HeldAtFirst[carrier] & ~Held[carrier]));
        return brokenPromise is not null ? brokenPromise
            : Gateways.Any(gateway => (gateway.Receipted & ~gateway.Durable) != 0) ? "a receipt was given for what is not durable"
            : Gateways.Any(gateway => gateway.CountedTwice) ? "a record was counted twice"
            : (forgotten & ~receipted) != 0 ? "a dock forgot what no receipt covers"
            : (durable | Held[0] | Held[1]) != (1 << Records) - 1 ? "a record is nowhere any more"
            : null;
    }

    /// <summary>Whether nothing is left to be said: every dock in a session, everything docked durable somewhere.</summary>
    public bool IsSettled()
    {
        var docked = Enumerable.Range(0, Parties).Where(carrier => CarrierAt[carrier] != Nowhere).Aggregate(0, (all, c) => all | Held[c]);
        return onTheirWay.Count == 0
            && Docks.All(dock => dock.Session.Standing == DockStanding.Open && dock.Session.AllSaid)
            && (docked & ~(Gateways[0].Durable | Gateways[1].Durable)) == 0;
    }

    public override string ToString() =>
        string.Join(
            "; ",
            Docks
                .Select(dock =>
                    $"dock {dock.Session.Standing} session {dock.Session.Session} due {dock.Session.DueMs - dock.Clock.Ms} all acked {dock.Session.AllAcked} wanted {dock.Session.NextWanted}"
                )
                .Concat(Gateways.Select(gateway => $"gateway durable {gateway.Durable} receipted {gateway.Receipted}"))
                .Append($"held {Held[0]} {Held[1]} at {CarrierAt[0]} {CarrierAt[1]}, {onTheirWay.Count} on their way, {Left}")
        );

    /// <summary>The same bytes for states that can only behave alike.</summary>
    public UInt128 Fingerprint()
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        to.Write(Left.ToString());
        to.Write(brokenPromise is null);
        foreach (var value in CarrierAt.Concat(Held))
        {
            to.Write(value);
        }

        Array.ForEach(Docks, dock => dock.WriteState(to));
        Array.ForEach(Gateways, gateway => gateway.WriteState(to));
        foreach (
            var message in onTheirWay
                .OrderBy(m => Convert.ToHexString(m.Bytes), StringComparer.Ordinal)
                .ThenBy(m => (m.Up, m.Dock, m.Gateway))
        )
        {
            to.Write(message.Up);
            to.Write(message.Dock);
            to.Write(message.Gateway);
            to.Write(message.Bytes);
        }

        to.Flush();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(
            SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length))
        );
    }

    // An ack speaks of the disk alone (clause 10.4): whatever record went under a number that it covers must be there.
    private void LookAtAcks(Message message)
    {
        for (ReadOnlySpan<byte> rest = message.Bytes; !rest.IsEmpty; )
        {
            var read = FrameReader.Read(rest, Limits.MqttPayloadBytesMax);
            if (read.Frame.Decode(out Ack ack).IsNone)
            {
                foreach (var (session, number, record) in Docks[message.Dock].SentAs)
                {
                    if (session == read.Header.Session && ack.Covers(number) && !Has(Gateways[message.Gateway].Durable, record))
                    {
                        brokenPromise = "an ack covers a record that is not durable";
                    }
                }
            }

            rest = rest[read.Bytes.Length..];
        }
    }
}
