using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>What a frame number means to the window.</summary>
internal enum FrameNumberMeaning
{
    /// <summary>Not seen yet: to be judged.</summary>
    New,

    /// <summary>Dealt with before: acked again, not judged again.</summary>
    Repeat,

    /// <summary>Would open more runs than an ack can say (SPEC clause 8.17): left to the dock's timer.</summary>
    TooScattered,
}

/// <summary>
/// The frame numbers of one docking session that are dealt with: all below <see cref="Next"/>, and at most 16 runs above it. Pure.
/// </summary>
internal sealed class FrameWindow
{
    private readonly List<(uint First, uint Next)> above = [];

    /// <summary>The lowest number not dealt with; frames count from 1.</summary>
    public uint Next { get; private set; } = 1;

    /// <summary>Runs above <see cref="Next"/>, rising, none touching another.</summary>
    public IReadOnlyList<(uint First, uint Next)> Above => above;

    public FrameNumberMeaning Meaning(uint number)
    {
        if (number < Next)
        {
            return FrameNumberMeaning.Repeat;
        }
        if (number == uint.MaxValue)
        {
            return FrameNumberMeaning.TooScattered; // no number follows it: an honest dock has said hello again long before
        }
        var touches = number == Next;
        foreach (var (first, next) in above)
        {
            if (number >= first && number < next)
            {
                return FrameNumberMeaning.Repeat;
            }
            touches |= number == next || number + 1UL == first;
        }
        return touches || above.Count < Limits.RangesMax ? FrameNumberMeaning.New : FrameNumberMeaning.TooScattered;
    }

    /// <summary>Counts a number whose meaning was New as dealt with.</summary>
    public void Deal(uint number)
    {
        if (number == Next)
        {
            Next++;
            if (above.Count > 0 && above[0].First == Next)
            {
                Next = above[0].Next;
                above.RemoveAt(0);
            }
            return;
        }
        var at = above.FindIndex(run => run.Next >= number);
        if (at < 0)
        {
            above.Add((number, number + 1));
        }
        else if (above[at].Next == number)
        {
            above[at] = (above[at].First, number + 1);
            if (at + 1 < above.Count && above[at + 1].First == number + 1)
            {
                above[at] = (above[at].First, above[at + 1].Next);
                above.RemoveAt(at + 1);
            }
        }
        else if (above[at].First == number + 1)
        {
            above[at] = (number, above[at].Next);
        }
        else
        {
            above.Insert(at, (number, number + 1));
        }
    }

    /// <summary>The runs above, as an ack says them.</summary>
    public int CopyTo(Span<FrameRange> ranges)
    {
        for (var i = 0; i < above.Count; i++)
        {
            ranges[i] = new FrameRange(above[i].First, above[i].Next - above[i].First);
        }
        return above.Count;
    }
}
