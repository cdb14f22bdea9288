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
)
{
    /// <summary>Line of the file on which the force stands.</summary>
    public int ForceLine { get; init; }
}

internal sealed record ArmouryPlan(
    string Name,
    int Count,
    int Officers,
    IReadOnlyList<(Model Model, int Count)> Devices,
    IReadOnlyList<DockPlan> Docks
)
{
    /// <summary>Line of the file on which its name stands.</summary>
    public int Line { get; init; }

    /// <summary>Share of the officers who are student officers.</summary>
    public double Students { get; init; } = 0.05;

    /// <summary>Share of the officers who are special constables.</summary>
    public double Specials { get; init; } = 0.02;
}

/// <param name="Clock">disciplined, free-running or not-set: what the dock says of its own clock.</param>
/// <param name="Line">Line of the file on which its name stands.</param>
/// <param name="Signs">Whether it has a key: it signs its hello where it is challenged, and heads over what it read.</param>
internal sealed record DockPlan(int Line, string Name, string Transport, string Temper, string Clock, bool Signs);

/// <param name="Issued">Share of the armoury's serviceable devices that go out in this shift.</param>
/// <param name="Line">Line of the file on which its name stands.</param>
internal sealed record ShiftPlan(int Line, string Name, int StartHour, int Hours, double Issued);

internal sealed record TestingPlan(double AtIssue, double AtReturn, double Extra, double TrainingPer1000Issues)
{
    /// <summary>Share of tests at issue that are much too short or do not stop at one cycle.</summary>
    public double OddLength { get; init; }

    /// <summary>Share of issues tested four to six times.</summary>
    public double Many { get; init; }

    /// <summary>Share of issues with another test half an hour or more after the issue.</summary>
    public double Late { get; init; }

    /// <summary>Three to five short activations within minutes, for practice that no training list has.</summary>
    public double BurstsPer1000Issues { get; init; }

    /// <summary>Two short activations within a minute, for practice that no list has: one too few for a burst.</summary>
    public double PairsPer1000Issues { get; init; }
}

/// <param name="AtReturn">Chance that a device is docked when it comes back; a battery pack that carries a log always is.</param>
/// <param name="Final">Whether everything is docked once more before the end.</param>
internal sealed record DockingPlan(double AtReturn, int EveryDays, double PackLate, int PackLateDays, double FirmwareUpdate, bool Final)
{
    /// <summary>Share of dockings in which a setting of the device is changed, with a change ticket.</summary>
    public double SettingChange { get; init; }

    /// <summary>Whether docks read the engineering log too: agency setting.</summary>
    public bool EngineeringLog { get; init; }

    /// <summary>Share of devices with a key of their own, the X26 apart: they sign heads over what they wrote.</summary>
    public double DeviceKeys { get; init; }

    /// <summary>Share of devices whose log travels in a pack, and that have no key, of which docks read the log through a translator.</summary>
    public double Translated { get; init; }

    /// <summary>Share of their visits in which the log is read once more, by the translator's next version.</summary>
    public double ReadAgain { get; init; }

    /// <summary>Share of visits in which the dock shows a receipt: this gateway's for what came before, or another's for what is new.</summary>
    public double ReceiptsShown { get; init; }

    /// <summary>Whether docks pass on what stands behind event records: pulses, both stamps of a setting, serials of packs.</summary>
    public bool Blocks { get; init; }
}

internal sealed record UsePlan(
    double Per1000Issues,
    double Active,
    double TwoOfficers,
    double Extended,
    double Interrupted,
    double UnintentionalShare
)
{
    /// <summary>Share of incidents of two officers in which both activate at the same time.</summary>
    public double Overlapping { get; init; }

    /// <summary>Share of the people concerned who are under 18.</summary>
    public double Children { get; init; }

    /// <summary>Share of the people concerned with a mental-health factor.</summary>
    public double MentalHealth { get; init; }

    /// <summary>Weights of arced, drive stun, angled drive stun and fired among active uses.</summary>
    public IReadOnlyList<double> ActiveWeights { get; init; } = [];
}

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
)
{
    /// <summary>TrainedCED or CarryingCED ticked "No".</summary>
    public double UntrainedTick { get; init; }

    /// <summary>A report carries the serial of a cartridge that was fired in another incident.</summary>
    public double CartridgeOfAnother { get; init; }

    public double ReturnNotWritten { get; init; }

    /// <summary>The issue row names another officer who is out with a device of their own.</summary>
    public double IssueOfficerWrong { get; init; }

    public double ReviewMissing { get; init; }

    public double ExhibitMissing { get; init; }

    public double UnintentionalMissing { get; init; }

    public double ChangeTicketMissing { get; init; }

    public double StockDifference { get; init; }

    public int StocktakeDays { get; init; } = 30;

    /// <summary>Share of reports of uses without a deployment that state a discharge, or a higher one than there was.</summary>
    public double LevelAbove { get; init; }

    /// <summary>Share of uses that the incident register has no body-worn video of.</summary>
    public double VideoMissing { get; init; }

    /// <summary>Share of reports without a justification; above 0 there is an export that shows it.</summary>
    public double JustificationMissing { get; init; }
}

internal sealed record FaultPlan(
    double ClockResetPer1000DeviceDays,
    double GapPer1000DeviceDays,
    double LogClearedPer1000DeviceDays,
    double SplitCycles,
    double PackLostPer1000Issues,
    double BusyDevices,
    double TamperedVisits,
    double ClockErrorSecondsMax
)
{
    /// <summary>Rows that a busy device writes a shift beside its 300 to 700.</summary>
    public int BusyRowsMore { get; init; }

    /// <summary>Share of devices whose clock runs 20 to 60 s a day wrong.</summary>
    public double DriftingDevices { get; init; }

    /// <summary>A clock jumps back and the device writes nothing of it.</summary>
    public double ClockSetBackPer1000Issues { get; init; }

    /// <summary>Share of active uses whose ARM row is missing or whose SAFE row says less than it was armed.</summary>
    public double SessionRows { get; init; }

    /// <summary>Share of pulse-log entries that hold half of the pulses.</summary>
    public double PulseCounts { get; init; }

    public double BatteryJumpsPer1000Issues { get; init; }

    /// <summary>Share of tests at issue whose SAFE row is 45 to 60 degrees hotter than its ARM row.</summary>
    public double TemperatureJumps { get; init; }

    /// <summary>Share of dockings from which the device is taken before everything is read.</summary>
    public double UploadsCut { get; init; }

    /// <summary>The same for the last docking of all, which nothing completes any more.</summary>
    public double LastUploadsCut { get; init; }

    /// <summary>Share of tampered visits in which several records are altered.</summary>
    public double TamperedMany { get; init; }

    /// <summary>Share of visits of devices with a key in which the dock passes the session head on altered.</summary>
    public double HeadsAltered { get; init; }

    /// <summary>The same: the head goes on from another chain than the device signed before.</summary>
    public double ChainsForked { get; init; }

    /// <summary>Share of visits in which the dock shows this gateway's receipt for what the gateway does not have any more.</summary>
    public double ReceiptsForgotten { get; init; }

    /// <summary>Share of logs read again of which the translator's next version makes some records otherwise.</summary>
    public double TranslatedDifferently { get; init; }

    /// <summary>Share of deployed cartridges of a ten-chamber device that it goes on reading as live (residue conducts).</summary>
    public double ReadAsLive { get; init; }

    /// <summary>Share of X2 and X26P devices with a pack that signals cameras, also in safe mode.</summary>
    public double SignalPacks { get; init; }

    /// <summary>Share of firmware updates of an X26 in which the battery is taken out: it shows a programming code.</summary>
    public double ProgrammingCodes { get; init; }

    /// <summary>Faults found on return and entered in the maintenance register.</summary>
    public double FoundPer1000Issues { get; init; }
}

/// <summary>Practice that is not as the rules of a force would have it: it really happens, and the paper says so truly.</summary>
internal sealed record BreachPlan(
    double Lapsing,
    double LapsedIssued,
    double Suspensions,
    double SuspendedIssued,
    double NotEndorsed,
    double LateReturn,
    double UsedOnHandcuffed
)
{
    /// <summary>Share of uses for which an officer takes the crew-mate's device and writes down the own one.</summary>
    public double DevicesExchanged { get; init; }

    /// <summary>Share of crews with devices of one model that exchange their cartridges after the issue.</summary>
    public double CartridgesExchanged { get; init; }

    /// <summary>Share of pack changes in which another device's pack is put in; a change ticket is raised for each.</summary>
    public double PackMoved { get; init; }

    public double LowBattery { get; init; }

    /// <summary>Share of found faults that are still open when the device goes out again.</summary>
    public double IssuedFaulty { get; init; }

    /// <summary>Devices that got wet or were dropped.</summary>
    public double WetPer1000Issues { get; init; }

    /// <summary>Share of those that go out again without the full check.</summary>
    public double WetUntested { get; init; }

    /// <summary>Share of devices that get no full function check any more.</summary>
    public double CheckSkipped { get; init; }

    /// <summary>Share of devices without packs that are docked only every 40 to 60 days.</summary>
    public double DockingNeglected { get; init; }

    /// <summary>Share of X2 and X26P that write hundreds of rows a shift and are docked as seldom.</summary>
    public double BusyNeglected { get; init; }

    /// <summary>Share of special constables with fewer hours than asked for.</summary>
    public double SpecialHoursShort { get; init; }
}

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
