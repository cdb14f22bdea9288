using System.ComponentModel.DataAnnotations;

namespace TaserTelemetry.Gateway.Configuration;

/// <summary>Witnesses (C2SP tlog-witness). None: the ledger is unwitnessed, health says so, and nothing is ever disposed of.</summary>
internal sealed class WitnessSettings
{
    /// <summary>How many of the members must have cosigned a checkpoint; 0 only where there is no member.</summary>
    [Range(0, 32)]
    public int Quorum { get; set; }

    /// <summary>The witnesses.</summary>
    public List<WitnessMember> Members { get; set; } = [];
}

/// <summary>One witness.</summary>
internal sealed class WitnessMember
{
    /// <summary>Its key as it publishes it: name+keyid+base64, type 4 (cosignature v1).</summary>
    [MinLength(1, ErrorMessage = "must be the witness's vkey")]
    public string Vkey { get; set; } = "";

    /// <summary>Its submission prefix: add-checkpoint lies below.</summary>
    [MinLength(1, ErrorMessage = "must be the address of the witness")]
    public string Url { get; set; } = "";
}

/// <summary>An RFC 3161 authority; an empty address = none.</summary>
internal sealed class TimeStampSettings
{
    /// <summary>Where a request is posted.</summary>
    public string Url { get; set; } = "";

    /// <summary>PEM file with the roots that its certificate must lead to.</summary>
    public string CaFile { get; set; } = "";
}

/// <summary>Days for which raw bytes are kept, by record class; 0 = for ever. What a hold or an open finding covers is kept regardless.</summary>
internal sealed class RetentionSettings
{
    /// <summary>Docking sessions without an activation.</summary>
    [Range(0, 36_500)]
    public int RoutineDays { get; set; }

    /// <summary>Docking sessions with an activation.</summary>
    [Range(0, 36_500)]
    public int ActivationDays { get; set; }

    /// <summary>What was kept aside.</summary>
    [Range(0, 36_500)]
    public int QuarantineDays { get; set; }
}
