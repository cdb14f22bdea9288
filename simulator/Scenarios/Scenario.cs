using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Scenarios;

/// <summary>A scenario as read from its file (format: SCENARIOS.md). Rates are shares of 1 unless their name says otherwise.</summary>
internal sealed record Scenario(
    string Name,
    string Force,
    int Days,
    int SettleHours,
    IReadOnlyList<ArmouryPlan> Armouries,
    IReadOnlyList<ShiftPlan> Shifts,
    TestingPlan Testing,
    DockingPlan Docking,
    UsePlan Uses,
    PaperPlan Paper,
    FaultPlan Faults,
    BreachPlan Breaches,
    IReadOnlyList<PlantedUse> PlantedUses,
    IReadOnlyList<PlantedFault> PlantedFaults
);

internal sealed record ArmouryPlan(
    string Name,
    int Count,
    int Officers,
    IReadOnlyList<(Model Model, int Count)> Devices,
    IReadOnlyList<DockPlan> Docks
);

internal sealed record DockPlan(string Name, string Transport, string Temper);

/// <param name="Issued">Share of the armoury's serviceable devices that go out in this shift.</param>
internal sealed record ShiftPlan(string Name, int StartHour, int Hours, double Issued);

internal sealed record TestingPlan(double AtIssue, double AtReturn, double Extra, double TrainingPer1000Issues);

/// <param name="AtReturn">Chance that a device is docked when it comes back; a battery pack that carries a log always is.</param>
/// <param name="Final">Whether everything is docked once more before the end.</param>
internal sealed record DockingPlan(double AtReturn, int EveryDays, double PackLate, int PackLateDays, double FirmwareUpdate, bool Final);

internal sealed record UsePlan(
    double Per1000Issues,
    double Active,
    double TwoOfficers,
    double Extended,
    double Interrupted,
    double UnintentionalShare
);

internal sealed record PaperPlan(
    double ReportMissing,
    double ReportLate,
    double ReportEdited,
    double LevelWrong,
    double LevelNotStated,
    double CyclesWrong,
    double DeviceSerialWrong,
    double CartridgeMalformed,
    double CartridgeDeviceSerial,
    double CartridgeBlank,
    double CartridgeFewer,
    double IssueRowMissing,
    double RegisterHoles,
    int UsedAtErrorMinutes
);

internal sealed record FaultPlan(
    double ClockResetPer1000DeviceDays,
    double GapPer1000DeviceDays,
    double LogClearedPer1000DeviceDays,
    double SplitCycles,
    double PackLostPer1000Issues,
    double BusyDevices,
    double TamperedVisits,
    double ClockErrorSecondsMax
);

/// <summary>Practice that is not as the rules of a force would have it: it really happens, and the paper says so truly.</summary>
internal sealed record BreachPlan(
    double Lapsing,
    double LapsedIssued,
    double Suspensions,
    double SuspendedIssued,
    double NotEndorsed,
    double LateReturn,
    double UsedOnHandcuffed
);

/// <param name="Device">Model key and ordinal in the first armoury, such as x2-03.</param>
internal sealed record PlantedUse(
    int Line,
    string Device,
    UseLevel Level,
    int Day,
    string Shift,
    int Minute,
    IReadOnlyList<int> CyclesMs,
    Planned Report
);

/// <param name="Fault">gap, clock-reset or late-pack.</param>
internal sealed record PlantedFault(int Line, string Device, string Fault, int Day, string Shift, int Minute);
