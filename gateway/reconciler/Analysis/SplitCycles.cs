using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>
/// X26 firmware V22 and V24: a battery lost for at most 2 s inside a cycle leaves several rows that sum to one cycle (domain 1.10).
/// Such rows are one activation, and say how many parts they were.
/// </summary>
internal static class SplitCycles
{
    private const long GapNsMax = 2 * TimeInterval.SecondNs;

    public static void Merge(DeviceHistory history)
    {
        if (history.Model.SplitCycleFirmware.Count == 0)
        {
            return;
        }

        var kept = new List<Activation>(history.Activations.Count);
        for (int i = 0; i < history.Activations.Count; i++)
        {
            int parts = Parts(history, i);
            var first = history.Activations[i];
            for (int p = 1; p < parts; p++)
            {
                var next = history.Activations[i + p];
                first.DurationMs += next.DurationMs;
                first.Last = next.Last;
            }

            first.Parts = parts;
            kept.Add(first);
            i += parts - 1;
        }

        history.Activations.Clear();
        history.Activations.AddRange(kept);
    }

    /// <summary>How many rows from here on are one cycle; 1 = this one alone.</summary>
    private static int Parts(DeviceHistory history, int at)
    {
        var first = history.Activations[at];
        uint cycle = history.Model.CycleMs;
        if (!Affected(history, first) || first.Code != EventCode.Trigger || first.DurationMs >= cycle)
        {
            return 1;
        }

        uint sum = first.DurationMs;
        for (int i = at + 1; i < history.Activations.Count && i < at + 5; i++)
        {
            var (before, next) = (history.Activations[i - 1], history.Activations[i]);
            if (next.Epoch != first.Epoch || next.DurationMs >= cycle || next.Start.MiddleNs - before.EndNs > GapNsMax + Resolution(next))
            {
                return 1;
            }

            sum += next.DurationMs;
            uint slack = first.ResolutionMs;
            if (sum + slack >= cycle)
            {
                return sum <= cycle + slack ? i - at + 1 : 1;
            }
        }

        return 1;
    }

    private static long Resolution(Activation activation) => activation.ResolutionMs * 1_000_000L;

    /// <summary>A batch that states no firmware may be an affected one.</summary>
    private static bool Affected(DeviceHistory history, Activation activation)
    {
        string firmware = history.BatchOf(activation.First).Firmware;
        return firmware.Length == 0 || history.Model.SplitCycleFirmware.Contains(firmware, StringComparer.OrdinalIgnoreCase);
    }
}
