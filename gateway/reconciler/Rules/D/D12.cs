using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Rules.D;

/// <summary>Firmware or a setting changed without a ticket.</summary>
internal sealed class D12()
    : Rule(
        "D12",
        FindingKind.Integrity,
        2,
        "Firmware or setting changed without a change ticket",
        "The missing row in the change register.",
        "Who changed it."
    )
{
    public override string? Silenced(World world) => world.Inputs.Registers.Changes is null ? "needs the change register" : null;

    public override void Judge(World world, FindingSink sink)
    {
        var tickets = (world.Inputs.Registers.Changes ?? []).ToLookup(c => c.DeviceSerial, StringComparer.Ordinal);
        foreach (var device in world.Devices)
        {
            foreach (
                var e in device.Events.Where(e => e.Code is EventCode.FirmwareUpdate or EventCode.ConfigChange && world.InPeriod(e.When))
            )
            {
                if (!tickets[device.Serial].Any(c => new TimeInterval(c.From.LowNs, Math.Max(c.From.LowNs, c.To.HighNs)).Overlaps(e.When)))
                {
                    Add(
                        world,
                        sink,
                        $"Device {device.Serial}: {(e.Code == EventCode.FirmwareUpdate ? "firmware" : "a setting")} changed at {e.When}; no ticket covers it.",
                        new About
                        {
                            Device = device,
                            Records = [e.Record],
                            When = e.When,
                            CaseKey = FormattableString.Invariant($"D12 {device.Serial} {e.Record.Sequence}"),
                        }
                    );
                }
            }
        }
    }
}
