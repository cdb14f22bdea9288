using TaserTelemetry.Scoring.Truth;

namespace TaserTelemetry.Scoring.Expectations;

/// <summary>
/// Records that stand in a log because of an artefact of domain 1.10, which must raise nothing above information but A18. A finding that has a
/// true cause on the same subject is no matter of the artefact.
/// </summary>
internal sealed class InnocentRecords
{
    // codes of the event vocabulary (domain 1.4, SPEC clause 7)
    private const int SignalTransmit = 26;
    private const int Deploy = 6;

    private const long BesideMs = 3_000;

    private readonly Dictionary<(string Device, uint Epoch, ulong Sequence), string> _of = [];

    public InnocentRecords(TrueWorld world)
    {
        foreach (var a in world.Activations.Where(a => a.Logged != "whole"))
        {
            Add(a, "a cycle logged in parts");
        }

        foreach (var mishap in world.Mishaps)
        {
            Add(world.Activation(mishap.ActivationId), "an unintentional discharge");
        }

        foreach (var log in world.Logs.Where(l => l.Kind == "event"))
        {
            var single = world.Devices[log.Device].Model == "TASER 10";
            AddWhere(log, i => log.Codes[i] == SignalTransmit, "a camera signal");
            AddWhere(log, i => single && log.Codes[i] == Deploy, "a single probe");
            AddBeside(world, log, "programming-code", BesideMs, "a programming code");
            AddBeside(world, log, "read-as-live", 0, "a spent cartridge read as live");
        }
    }

    /// <summary>How many of each artefact.</summary>
    public IEnumerable<(string Artefact, int Records)> Counts => _of.Values.GroupBy(a => a).Select(g => (g.Key, g.Count()));

    /// <summary>The artefact that a record is; null = none.</summary>
    public string? Of((string Device, uint Epoch, ulong Sequence) record) => _of.GetValueOrDefault(record);

    private void Add(Activation a, string artefact)
    {
        foreach (var sequence in a.Sequences)
        {
            _of[(a.Device, a.Epoch, sequence)] = artefact;
        }
    }

    private void AddWhere(DeviceLog log, Func<int, bool> isOne, string artefact)
    {
        for (var i = 0; i < log.Codes.Length; i++)
        {
            if (isOne(i))
            {
                _of[(log.Device, log.Epoch, log.First + (ulong)i)] = artefact;
            }
        }
    }

    private void AddBeside(TrueWorld world, DeviceLog log, string fault, long beforeMs, string artefact)
    {
        var times = world.FaultsOf(log.Device, fault).Select(f => f.AtMs).ToList();
        if (times.Count > 0)
        {
            AddWhere(log, i => times.Exists(t => log.AtMs[i] >= t - beforeMs && log.AtMs[i] <= t), artefact);
        }
    }
}
