namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>What is broken on purpose, to show that the explorer would find it.</summary>
internal enum Mistake
{
    None,

    /// <summary>A gateway gives receipts for what it has received, before fsync.</summary>
    ReceiptBeforeFsync,

    /// <summary>A dock forgets what was acked, without a receipt, and acks are sent on receipt of a batch.</summary>
    ForgetsOnEarlyAck,

    /// <summary>A gateway counts a repeat as new.</summary>
    CountsRepeats,

    /// <summary>A dock believes an ack of an earlier docking session and never docks its carriers again.</summary>
    NeverAsksAgain,
}

internal enum Kind
{
    Batch = 1,
    Ack = 2,
    Receipt = 3,
}

/// <summary>A message on its way; any may be lost, doubled or overtaken.</summary>
internal readonly record struct InFlight(Kind Kind, int Dock, int Gateway, int Record, int Session)
{
    public int Code => ((int)Kind << 5) | (Dock << 4) | (Gateway << 3) | (Record << 2) | Session;

    public static InFlight Of(int code) => new((Kind)(code >> 5), (code >> 4) & 1, (code >> 3) & 1, (code >> 2) & 1, code & 3);
}

/// <summary>
/// One state of two carriers with records 0 and 1 of one device, two docks and two gateways (SPEC clauses 8.9, 10, 13.7). Sets of records are
/// two-bit masks, one pair of bits for each party.
/// </summary>
internal readonly record struct World(
    byte CarrierAt,
    byte Held,
    byte SessionOf,
    byte Session,
    byte Acked,
    byte Receipts,
    byte Received,
    byte Durable,
    byte Counts,
    byte Receipted,
    uint Messages
)
{
    public const int Parties = 2;
    public const int Records = 2;

    /// <summary>No gateway, no dock.</summary>
    public const int Nobody = 2;

    /// <summary>Carrier 0 holds record 0, carrier 1 holds both; nothing is docked, nobody is connected.</summary>
    public static World Begin { get; } = new(0b10_10, 0b11_01, 0b10_10, 0, 0, 0, 0, 0, 0, 0, 0);

    public static int Get(byte pairs, int party) => (pairs >> (2 * party)) & 3;

    public static byte Set(byte pairs, int party, int value) => (byte)((pairs & ~(3 << (2 * party))) | (value << (2 * party)));

    public static byte Add(byte pairs, int party, int record) => (byte)(pairs | (1 << ((2 * party) + record)));

    public static bool Has(byte pairs, int party, int record) => (pairs & (1 << ((2 * party) + record))) != 0;

    public IEnumerable<InFlight> OnTheirWay()
    {
        for (var left = Messages; left != 0; left >>= 8)
        {
            yield return InFlight.Of((int)(left & 0xFF));
        }
    }

    /// <summary>With one message more, or unchanged where it is there already or no more fit: that is a loss.</summary>
    public World With(InFlight message, int messagesMax)
    {
        var codes = OnTheirWay().Select(m => m.Code).Append(message.Code).Distinct().Order().ToList();
        return codes.Count > messagesMax ? this : this with { Messages = Packed(codes) };
    }

    public World Without(InFlight message) =>
        this with
        {
            Messages = Packed(OnTheirWay().Select(m => m.Code).Where(code => code != message.Code)),
        };

    private static uint Packed(IEnumerable<int> codes) => codes.Aggregate(0u, (packed, code) => (packed << 8) | (uint)code);
}
