using TaserTelemetry.Evidence.Leaves;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>
/// Docks that stopped calling, as records of their own (promise 6): an enrolled dock that was not heard for the time set is silent, and is heard
/// again when it calls. Looks once a minute; a start counts as heard, since nobody could call before it.
/// </summary>
internal sealed class SilenceBook(GroupBuilder group)
{
    private const ulong LookEveryNs = 60 * UnixTime.NsPerSecond;
    private readonly Dictionary<string, ulong> heard = new(StringComparer.Ordinal);
    private readonly HashSet<string> silent = new(StringComparer.Ordinal);
    private ulong startedNs;
    private ulong lookedNs;

    /// <summary>Docks that are silent, each as a leaf that says so.</summary>
    public IEnumerable<DockSilence> Silent => silent.Select(dock => new DockSilence(0, new Place("", "", dock), true, 0));

    /// <summary>A silence leaf was replayed at start.</summary>
    public void Replayed(DockSilence leaf)
    {
        if (leaf.Silent)
        {
            silent.Add(leaf.Place.Dock);
        }
        else
        {
            silent.Remove(leaf.Place.Dock);
        }
    }

    /// <summary>A dock said something in a docking session of its own.</summary>
    public void Heard(Sender sender, ulong nowNs)
    {
        if (!sender.Enrolled)
        {
            return;
        }
        var dock = sender.Place.Dock;
        var last = heard.GetValueOrDefault(dock);
        heard[dock] = nowNs;
        if (silent.Remove(dock))
        {
            group.AddOwn(new DockSilence(nowNs, sender.Place, false, last));
        }
    }

    /// <summary>Writes down who fell silent.</summary>
    public void Look(ulong nowNs, TimeSpan silentAfter)
    {
        startedNs = startedNs == 0 ? nowNs : startedNs;
        if (nowNs < lookedNs + LookEveryNs)
        {
            return;
        }
        lookedNs = nowNs;
        var limitNs = (ulong)silentAfter.TotalSeconds * UnixTime.NsPerSecond;
        foreach (var dock in group.State.Docks.Values.Where(d => d.Standing == Standing.InForce).ToList())
        {
            var last = heard.GetValueOrDefault(dock.Place.Dock);
            if (nowNs > Math.Max(last, startedNs) + limitNs && silent.Add(dock.Place.Dock))
            {
                group.AddOwn(new DockSilence(nowNs, dock.Place, true, last));
            }
        }
    }
}
