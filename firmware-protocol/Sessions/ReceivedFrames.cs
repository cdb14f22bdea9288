using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.FirmwareProtocol.Sessions;

/// <summary>What a frame number means to a gateway.</summary>
internal enum FrameNumberMeaning
{
    /// <summary>Not seen yet: to be judged.</summary>
    New,

    /// <summary>Taken, and its first copy is not durable yet: said nothing of (SPEC clause 10.4).</summary>
    Pending,

    /// <summary>Dealt with before: acked again, not judged again.</summary>
    Repeat,

    /// <summary>Came before with other bytes (SPEC clause 14.2, FrameNumberReused).</summary>
    Reused,

    /// <summary>Would open more runs than an ack can say (SPEC clause 8.17): left to the dock's timer.</summary>
    TooScattered,
}

/// <summary>
/// The frame numbers of one docking session at the gateway (SPEC clauses 2.6, 8.17, 10.4): dealt with below <see cref="Next"/> and in
/// runs above it; taken and not yet durable; and the checks of the newest, by which a number used twice is known.
/// </summary>
internal sealed class ReceivedFrames
{
    /// <summary>Frames whose checks are remembered: twice what a dock may have on its way over MQTT.</summary>
    public const uint ChecksMax = 128;

    private readonly List<(uint First, uint Next)> above;
    private readonly List<uint> pending;
    private readonly Dictionary<uint, uint> checks;

    public ReceivedFrames() => (above, pending, checks) = ([], [], []);

    private ReceivedFrames(ReceivedFrames other)
    {
        (above, pending, checks) = ([.. other.above], [.. other.pending], new(other.checks));
        Next = other.Next;
    }

    /// <summary>The lowest number not dealt with; frames count from 1.</summary>
    public uint Next { get; private set; } = 1;

    /// <summary>Runs above <see cref="Next"/>, rising, none touching another.</summary>
    public IReadOnlyList<(uint First, uint Next)> Above => above;

    /// <summary>Frames taken and neither durable nor refused yet.</summary>
    public int PendingCount => pending.Count;

    public ReceivedFrames Copy() => new(this);

    /// <summary>What a frame with this number and frame check means.</summary>
    public FrameNumberMeaning Meaning(uint number, uint check)
    {
        if (number == 0 || number == uint.MaxValue)
        {
            return FrameNumberMeaning.TooScattered; // no number follows the last: an honest dock has said hello again long before
        }

        var isPending = pending.Contains(number);
        if (isPending || IsDealtWith(number))
        {
            return checks.TryGetValue(number, out var known) && known != check ? FrameNumberMeaning.Reused
                : isPending ? FrameNumberMeaning.Pending
                : FrameNumberMeaning.Repeat;
        }

        return HasRoomFor(number) ? FrameNumberMeaning.New : FrameNumberMeaning.TooScattered;
    }

    /// <summary>A new frame is being made durable.</summary>
    public void Take(uint number, uint check)
    {
        pending.Add(number);
        checks[number] = check;
        if (number > ChecksMax)
        {
            checks.Remove(number - ChecksMax);
        }

        if (checks.Count > ChecksMax)
        {
            checks.Remove(checks.Keys.Min());
        }
    }

    /// <summary>A frame that was taken is not kept: its number stays open for the repeat.</summary>
    public void Refuse(uint number)
    {
        pending.Remove(number);
        checks.Remove(number);
    }

    /// <summary>A frame that was taken is durable, or otherwise dealt with.</summary>
    public void Deal(uint number)
    {
        pending.Remove(number);
        if (IsDealtWith(number))
        {
            return;
        }

        var at = above.FindIndex(run => run.First > number);
        at = at < 0 ? above.Count : at;
        above.Insert(at, (number, number + 1));
        if (at + 1 < above.Count && above[at + 1].First == number + 1)
        {
            above[at] = (number, above[at + 1].Next);
            above.RemoveAt(at + 1);
        }

        if (at > 0 && above[at - 1].Next == number)
        {
            above[at - 1] = (above[at - 1].First, above[at].Next);
            above.RemoveAt(at);
        }

        if (above[0].First == Next)
        {
            Next = above[0].Next;
            above.RemoveAt(0);
        }
    }

    /// <summary>The lowest runs above, as many as an ack can say. A later one is said when those have closed; till then it costs a repeat.</summary>
    public FrameRange[] Ranges() => [.. above.Take(Limits.RangesMax).Select(run => new FrameRange(run.First, run.Next - run.First))];

    /// <summary>Everything that decides what happens next.</summary>
    public void WriteState(BinaryWriter to)
    {
        to.Write(Next);
        above.ForEach(run => to.Write(((ulong)run.First << 32) | run.Next));
        to.Write((byte)255);
        pending.Order().ToList().ForEach(to.Write);
        to.Write((byte)255);
        foreach (var (number, check) in checks.OrderBy(known => known.Key))
        {
            to.Write(((ulong)number << 32) | check);
        }
    }

    private bool IsDealtWith(uint number) => number < Next || above.Exists(run => number >= run.First && number < run.Next);

    private bool HasRoomFor(uint number) =>
        above.Count < Limits.RangesMax || number == Next || above.Exists(run => number == run.Next || number + 1 == run.First);
}
