namespace TaserTelemetry.FirmwareProtocol.Tests.Model;

/// <summary>Bytes on their way, real frames of the wire; any may be lost, doubled or overtaken.</summary>
/// <param name="Up">From dock to gateway.</param>
/// <param name="Dock">Which dock's.</param>
/// <param name="Gateway">To or from which; <see cref="Any"/> = a Hello, which either may take.</param>
/// <param name="Bytes">One frame up; up to as many as one message holds down.</param>
internal sealed record Message(bool Up, int Dock, int Gateway, byte[] Bytes)
{
    public const int Any = -1;

    public bool IsSame(Message other) =>
        (Up, Dock, Gateway) == (other.Up, other.Dock, other.Gateway) && Bytes.AsSpan().SequenceEqual(other.Bytes);
}

/// <summary>What is broken on purpose around the machines, to show that the explorer would find it.</summary>
internal enum Mistake
{
    None,

    /// <summary>A gateway tells its session that a frame is durable before it is.</summary>
    SettlesBeforeFsync,

    /// <summary>A gateway gives receipts for what it has received, before fsync.</summary>
    ReceiptBeforeFsync,

    /// <summary>A dock forgets what was acked, without a receipt, while acks may come before the disk.</summary>
    ForgetsWithoutReceipt,

    /// <summary>A gateway counts a repeat as new.</summary>
    CountsRepeats,

    /// <summary>A gateway makes frames durable and tells nobody.</summary>
    NeverAcks,

    /// <summary>A gateway that was killed gives out the session numbers of its earlier life once more.</summary>
    SessionNumbersAgain,
}

/// <summary>How much may still go wrong: what keeps the worlds within reach finite.</summary>
/// <param name="Losses">Messages lost.</param>
/// <param name="Doubles">Messages delivered and still on their way.</param>
/// <param name="Kills">Gateways killed.</param>
/// <param name="PowerCuts">Docks without power or connection.</param>
/// <param name="Moves">Carriers moved.</param>
/// <param name="Ticks">Times that all timers of a party run out.</param>
internal readonly record struct Trouble(int Losses, int Doubles, int Kills, int PowerCuts, int Moves, int Ticks);
