using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Ingest.Trust;

namespace TaserTelemetry.Gateway.Control;

/// <summary>Docks and devices: who is known, with which key, and no longer. Each change is a leaf.</summary>
internal static class EnrolActions
{
    /// <summary>A dock is enrolled, gets another key, ends an overlap or is revoked.</summary>
    public static ControlAnswer Dock(GroupBuilder group, ControlRequest request, ulong nowNs)
    {
        var name = request["name"];
        var known = group.State.Docks.GetValueOrDefault(name);
        if (Refusal("dock", name, request, known?.Standing, known?.Key ?? default, out var key) is { } refusal)
        {
            return refusal;
        }
        if (Change(request, known?.Key ?? default, key) is { } change)
        {
            group.AddOwn(
                known! with
                {
                    AtNs = nowNs,
                    By = request.By,
                    Key = change.Key,
                    Standing = change.Standing,
                    Source = change.Source,
                }
            );
            return ControlAnswer.Yes(
                request["revoke"] == "true" ? $"Dock {name} is revoked: what it sends is kept aside." : Told("Dock", name, change.Source)
            );
        }
        var (force, armoury) = (request["force"], request["armoury"]);
        if (!TextKind.Name.Allows(name) || !TextKind.Name.Allows(force) || !TextKind.Name.Allows(armoury))
        {
            return ControlAnswer.No("A dock needs a name, --force and --armoury, each 1 to 32 of A-Z a-z 0-9 _ . -");
        }
        group.AddOwn(new DockEnrolment(nowNs, request.By, new Place(force, armoury, name), key, Standing.InForce, EnrolmentSource.Command));
        return ControlAnswer.Yes($"Dock {name} is enrolled at {force}/{armoury}.");
    }

    /// <summary>A device is enrolled, gets another key, ends an overlap or is revoked.</summary>
    public static ControlAnswer Device(GroupBuilder group, ControlRequest request, ulong nowNs)
    {
        var serial = request["name"];
        var known = group.State.Devices.GetValueOrDefault(serial);
        if (Refusal("device", serial, request, known?.Standing, known?.Key ?? default, out var key) is { } refusal)
        {
            return refusal;
        }
        if (Change(request, known?.Key ?? default, key) is { } change)
        {
            group.AddOwn(
                known! with
                {
                    AtNs = nowNs,
                    By = request.By,
                    Key = change.Key,
                    Standing = change.Standing,
                    Source = change.Source,
                }
            );
            return ControlAnswer.Yes(
                request["revoke"] == "true"
                    ? $"Device {serial} is revoked: what it recorded is stored and marked."
                    : Told("Device", serial, change.Source)
            );
        }
        var names = new[] { serial, request["model"], request["force"], request["armoury"] };
        if (serial.Length == 0 || request["force"].Length == 0 || !Array.TrueForAll(names, LeafName.IsPlain))
        {
            return ControlAnswer.No("A device needs a serial and --force; each text at most 32 printable ASCII characters without spaces.");
        }
        group.AddOwn(
            new DeviceEnrolment(nowNs, request.By, serial, names[1], names[2], names[3], 0, key, Standing.InForce, EnrolmentSource.Command)
        );
        return ControlAnswer.Yes($"Device {serial} is enrolled.");
    }

    /// <summary>Null when the request can be met; the key that it names, if any.</summary>
    private static ControlAnswer? Refusal(
        string what,
        string name,
        ControlRequest request,
        Standing? standing,
        PublicKey known,
        out PublicKey key
    )
    {
        var (rotate, endOverlap, revoke) = (request["rotate"] == "true", request["end-overlap"] == "true", request["revoke"] == "true");
        if (!EnrolledKey.TryParse(request["key"], out key))
        {
            return ControlAnswer.No($"--key must be {EnrolledKey.Form}.");
        }
        if ((rotate ? 1 : 0) + (endOverlap ? 1 : 0) + (revoke ? 1 : 0) > 1)
        {
            return ControlAnswer.No("One of --rotate, --end-overlap and --revoke at a time.");
        }
        if ((rotate || endOverlap || revoke) && standing is null)
        {
            return ControlAnswer.No($"No {what} {name} is enrolled.");
        }
        if ((rotate || endOverlap) && standing == Standing.Withdrawn)
        {
            return ControlAnswer.No($"The {what} {name} is revoked: enrol it anew.");
        }
        return rotate && (known.Algorithm == KeyAlgorithm.None || key.Algorithm == KeyAlgorithm.None || key == known)
            ? ControlAnswer.No($"--rotate needs a {what} that has a key, and --key with another one.")
            : null;
    }

    /// <summary>What changes of an enrolment that stays; null when the request is an enrolment anew.</summary>
    private static (PublicKey Key, Standing Standing, EnrolmentSource Source)? Change(
        ControlRequest request,
        PublicKey known,
        PublicKey key
    ) =>
        request["revoke"] == "true" ? (known, Standing.Withdrawn, EnrolmentSource.Command)
        : request["rotate"] == "true" ? (key, Standing.InForce, EnrolmentSource.Rotation)
        : request["end-overlap"] == "true" ? (known, Standing.InForce, EnrolmentSource.Command)
        : null;

    private static string Told(string what, string name, EnrolmentSource source) =>
        source == EnrolmentSource.Rotation
            ? $"{what} {name} may sign with the new key, and with the old one until 'enrol {what.ToLowerInvariant()} {name} --end-overlap'."
            : $"{what} {name} signs with its newest key alone.";
}
