namespace TaserTelemetry.Reconciler.Reports;

/// <summary>What a report layout can carry. Rules declare what they need (domain 2.7.8).</summary>
[Flags]
public enum ReportColumns
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Report id.</summary>
    ReportId = 1,

    /// <summary>Version.</summary>
    Version = 2,

    /// <summary>Time of submission.</summary>
    SubmittedAt = 4,

    /// <summary>Officer.</summary>
    OfficerRef = 8,

    /// <summary>Incident reference.</summary>
    IncidentRef = 16,

    /// <summary>Time of use.</summary>
    UsedAt = 32,

    /// <summary>Device serial.</summary>
    DeviceSerial = 64,

    /// <summary>Level.</summary>
    Level = 128,

    /// <summary>Number of cycles.</summary>
    Cycles = 256,

    /// <summary>Cycle extended beyond 5 s.</summary>
    Extended = 512,

    /// <summary>Cycle interrupted.</summary>
    Interrupted = 1024,

    /// <summary>Repeat cycle.</summary>
    RepeatCycle = 2048,

    /// <summary>Cartridge serials.</summary>
    Cartridges = 4096,

    /// <summary>Whether the officer is trained and was carrying.</summary>
    TrainedAndCarrying = 8192,

    /// <summary>Whether a justification is there.</summary>
    Justification = 16384,

    /// <summary>Subject's age, mental-health factor.</summary>
    SubjectFactors = 32768,

    /// <summary>When a supervisor reviewed it.</summary>
    ReviewedAt = 65536,

    /// <summary>Team or district.</summary>
    Team = 131072,

    /// <summary>Subject's ethnicity.</summary>
    Ethnicity = 262144,
}
