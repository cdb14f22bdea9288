using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Ingest.Trust;

namespace TaserTelemetry.Gateway.Ingest.Sessions;

/// <summary>What enrolment says of a dock that speaks: None = may be stored. Pure over the decision state.</summary>
internal static class Enrolments
{
    /// <summary>Claims of topic, port and hello against what is enrolled (wire 16).</summary>
    public static Reason Standing(DockEnrolment? known, DockAddress claimed)
    {
        if (known is null)
        {
            return Reason.DockUnknown;
        }
        if (known.Standing == Evidence.Leaves.Standing.Withdrawn)
        {
            return Reason.DockRevoked;
        }
        return known.Place.Force != claimed.Force ? Reason.ForceMismatch
            : known.Place.Armoury != claimed.Armoury ? Reason.ArmouryMismatch
            : Reason.None;
    }

    /// <summary>Leaves for what the configuration lists and the ledger does not say yet.</summary>
    public static IEnumerable<Leaf> Missing(GatewaySettings settings, Evidence.Decisions.DecisionState state, ulong nowNs)
    {
        foreach (var dock in settings.Docks)
        {
            var wanted = new DockEnrolment(
                nowNs,
                default,
                new Place(dock.Force, dock.Armoury, dock.Name),
                KeyOf(dock.PublicKey),
                Evidence.Leaves.Standing.InForce,
                EnrolmentSource.Configuration
            );
            if (
                !state.Docks.TryGetValue(dock.Name, out var known)
                || (known.Source == EnrolmentSource.Configuration && known != wanted with { AtNs = known.AtNs })
            )
            {
                yield return wanted;
            }
        }
        foreach (var device in settings.Devices)
        {
            var wanted = new DeviceEnrolment(
                nowNs,
                default,
                device.Serial,
                device.Model,
                device.Force,
                device.Armoury,
                0,
                KeyOf(device.PublicKey),
                Evidence.Leaves.Standing.InForce,
                EnrolmentSource.Configuration
            );
            if (
                !state.Devices.TryGetValue(device.Serial, out var known)
                || (known.Source == EnrolmentSource.Configuration && known != wanted with { AtNs = known.AtNs })
            )
            {
                yield return wanted;
            }
        }
    }

    // The settings were checked before: what is no key here was refused there.
    private static PublicKey KeyOf(string base64) => EnrolledKey.TryParse(base64, out var key) ? key : default;
}
