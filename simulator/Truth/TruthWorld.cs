using System.Text.Json;
using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Truth;

/// <summary>The part of the truth that stands still: armouries, docks, devices, officers and incidents.</summary>
internal static class TruthWorld
{
    public static void Write(Utf8JsonWriter json, History history)
    {
        TruthFile.List(json, "armouries", history.Armouries, static (j, a) => j.WriteString("name", a.Name));
        TruthFile.List(
            json,
            "docks",
            history.Armouries.SelectMany(a => a.Docks),
            static (j, d) =>
            {
                j.WriteString("name", d.Name);
                j.WriteString("armoury", d.Armoury.Name);
                j.WriteString("transport", d.Transport);
                j.WriteString("temper", d.Temper);
                j.WriteString("clock", d.Clock);
                WriteSigns(j, d.Signs);
            }
        );
        TruthFile.List(
            json,
            "devices",
            history.Devices,
            static (j, d) =>
            {
                j.WriteString("serial", d.Serial);
                j.WriteString("model", d.Model.Name);
                j.WriteString("armoury", d.Armoury.Name);
                j.WriteNumber("stampUnitMs", d.Model.StampUnitMs);
                j.WriteNumber("durationUnitMs", d.Model.DurationUnitMs);
                j.WriteNumber("clockDriftPpm", Math.Round(d.Clock.DriftPpm, 3, MidpointRounding.ToEven));
                j.WriteBoolean("logTravelsInPack", d.Model.LogTravelsInPack);
                WriteSigns(j, d.Signs);
                if (d.Translated)
                {
                    j.WriteBoolean("translated", true);
                }
            }
        );
        TruthFile.List(json, "officers", history.Officers, WriteOfficer);
        TruthFile.List(
            json,
            "incidents",
            history.Incidents,
            static (j, i) =>
            {
                j.WriteString("ref", i.Reference);
                j.WriteString("armoury", i.Armoury.Name);
                j.WriteNumber("startUtcMs", i.StartUtcMs);
                if (i.HandcuffedUtcMs >= 0)
                {
                    j.WriteNumber("handcuffedUtcMs", i.HandcuffedUtcMs);
                }
            }
        );
    }

    private static void WriteSigns(Utf8JsonWriter json, bool signs)
    {
        if (signs)
        {
            json.WriteBoolean("signs", true);
        }
    }

    private static void WriteOfficer(Utf8JsonWriter json, Officer o)
    {
        json.WriteString("ref", o.Reference);
        json.WriteString("armoury", o.Home.Name);
        json.WriteString("kind", o.Kind);
        json.WriteNumber("accreditedUtcMs", o.AccreditedUtcMs);
        json.WriteNumber("accreditedUntilUtcMs", o.AccreditedUntilUtcMs);
        if (o.SuspendedFromUtcMs >= 0)
        {
            json.WriteNumber("suspendedFromUtcMs", o.SuspendedFromUtcMs);
            json.WriteNumber("suspendedUntilUtcMs", o.SuspendedToUtcMs);
        }

        if (o.EndorsedUtcMs >= 0)
        {
            json.WriteNumber("endorsedUtcMs", o.EndorsedUtcMs);
        }

        if (o.Kind == "special")
        {
            json.WriteNumber("hoursSinceTraining", o.HoursSinceTraining);
        }
    }
}
