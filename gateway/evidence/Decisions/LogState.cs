using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Decisions;

/// <summary>What is known of one log of one device in one epoch.</summary>
public sealed class LogState
{
    internal LogState(LogKey key, ulong firstLeaf) => (Key, FirstLeaf, LastLeaf) = (key, firstLeaf, firstLeaf);

    /// <summary>Which log.</summary>
    public LogKey Key { get; }

    /// <summary>Leaf that spoke of it first.</summary>
    public ulong FirstLeaf { get; }

    /// <summary>Leaf that added to it last.</summary>
    public ulong LastLeaf { get; internal set; }

    /// <summary>Received time of that leaf, ns UTC; 0 = nothing stored.</summary>
    public ulong LastReceivedNs { get; internal set; }

    /// <summary>Durable sequences.</summary>
    public DurableRanges Durable { get; } = new();

    /// <summary>Oldest sequence that the carrier with the newest records said it holds; 0 = not said. Of a pack it says nothing of the device.</summary>
    public ulong OldestOffered { get; internal set; }

    /// <summary>Oldest sequence that the device itself said it still holds; 0 = not said. A hole below it has been overwritten (wire 6).</summary>
    public ulong OldestOfDevice { get; internal set; }

    /// <summary>Docking session in which it said so last.</summary>
    public ulong OldestSaidIn { get; internal set; }

    /// <summary>One past the newest sequence that a carrier said it holds; 0 = not said.</summary>
    public ulong NewestOffered { get; internal set; }

    /// <summary>Differing copies of known records.</summary>
    public ulong Variants { get; internal set; }
}
