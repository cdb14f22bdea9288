using TaserTelemetry.Simulator.World;

namespace TaserTelemetry.Simulator.Scenarios;

/// <summary>Which key of a scenario file is what, with its range and default (SCENARIOS.md).</summary>
internal static class ScenarioBinding
{
    public static Scenario Bind(YamlMap map)
    {
        map.Integer("format", 1, 1);
        map.Text("about", "-");
        var scenario = new Scenario(
            map.Text("name"),
            map.Text("force"),
            map.Integer("days", 1, 1_500),
            map.Integer("settle_hours", 0, 24 * 60, 26),
            [.. map.Maps("armouries", 1).Select(Armoury)],
            [.. map.Maps("shifts", 1).Select(Shift)],
            Testing(map.Map("testing")),
            Docking(map.Map("docking")),
            Uses(map.Map("uses")),
            Paper(map.Map("paper")),
            Faults(map.Map("faults")),
            Breaches(map.Map("breaches")),
            [.. map.Maps("planted_uses", 0).Select(PlantedUse)],
            [.. map.Maps("planted_faults", 0).Select(PlantedFault)]
        )
        {
            ForceLine = map.LineOf("force"),
        };
        map.Close();
        return scenario;
    }

    private static ArmouryPlan Armoury(YamlMap map)
    {
        var devices = map.Map("devices");
        var plan = new ArmouryPlan(
            map.Text("name"),
            map.Integer("count", 1, 500, 1),
            map.Integer("officers", 1, 100_000),
            [.. Model.All.Select(m => (m, devices.Integer(m.Key, 0, 100_000, 0))).Where(m => m.Item2 > 0)],
            [.. map.Maps("docks", 1).Select(Dock)]
        )
        {
            Line = map.LineOf("name"),
            Students = map.Share("students", 0.05),
            Specials = map.Share("specials", 0.02),
        };
        devices.Close();
        map.Close();
        if (plan.Devices.Count == 0)
        {
            map.Wrong(map.Line, $"armoury '{plan.Name}' has no devices");
        }

        return plan;
    }

    private static DockPlan Dock(YamlMap map)
    {
        var plan = new DockPlan(
            map.LineOf("name"),
            map.Text("name"),
            map.Text("transport", null, "mqtt", "serial"),
            map.Text("temper", "honest", DockTempers.All),
            map.Text("clock", "disciplined", "disciplined", "free-running", "not-set"),
            map.YesNo("signs", false)
        );
        map.Close();
        return plan;
    }

    private static ShiftPlan Shift(YamlMap map)
    {
        var plan = new ShiftPlan(
            map.LineOf("name"),
            map.Text("name"),
            map.Integer("start", 0, 23),
            map.Integer("hours", 1, 12),
            map.Share("issued")
        );
        map.Close();
        return plan;
    }

    private static TestingPlan Testing(YamlMap map)
    {
        var plan = new TestingPlan(
            map.Share("at_issue"),
            map.Share("at_return"),
            map.Share("extra"),
            map.Number("training_per_1000_issues", 0, 1000, 0)
        )
        {
            OddLength = map.Share("odd_length"),
            Many = map.Share("many"),
            Late = map.Share("late"),
            BurstsPer1000Issues = map.Number("bursts_per_1000_issues", 0, 1000, 0),
            PairsPer1000Issues = map.Number("pairs_per_1000_issues", 0, 1000, 0),
        };
        map.Close();
        return plan;
    }

    private static DockingPlan Docking(YamlMap map)
    {
        var plan = new DockingPlan(
            map.Share("at_return", 1),
            map.Integer("every_days", 1, 400, 28),
            map.Share("pack_late"),
            map.Integer("pack_late_days", 1, 60, 5),
            map.Share("firmware_update"),
            map.YesNo("final", true)
        )
        {
            SettingChange = map.Share("setting_change"),
            EngineeringLog = map.YesNo("engineering_log", false),
            Blocks = map.YesNo("blocks", false),
            DeviceKeys = map.Share("device_keys"),
            Translated = map.Share("translated"),
            ReadAgain = map.Share("read_again"),
            ReceiptsShown = map.Share("receipts_shown"),
        };
        map.Close();
        return plan;
    }

    private static UsePlan Uses(YamlMap map)
    {
        var plan = new UsePlan(
            map.Number("per_1000_issues", 0, 1000, 0),
            map.Share("active", 0.128),
            map.Share("two_officers", 0.2),
            map.Share("extended", 0.06),
            map.Share("interrupted", 0.12),
            map.Share("unintentional_share", 0)
        )
        {
            Overlapping = map.Share("overlapping"),
            Children = map.Share("children"),
            MentalHealth = map.Share("mental_health"),
            ActiveWeights = map.Has("active_levels") ? Weights(map.Map("active_levels")) : [],
        };
        map.Close();
        return plan;
    }

    private static PaperPlan Paper(YamlMap map)
    {
        var plan = new PaperPlan(
            map.Share("report_missing"),
            map.Share("report_late"),
            map.Share("report_edited"),
            map.Share("level_wrong"),
            map.Share("level_not_stated"),
            map.Share("cycles_wrong"),
            map.Share("device_serial_wrong"),
            map.Share("cartridge_malformed"),
            map.Share("cartridge_device_serial"),
            map.Share("cartridge_blank"),
            map.Share("cartridge_fewer"),
            map.Share("issue_row_missing"),
            map.Share("register_holes"),
            map.Integer("used_at_error_minutes", 0, 120, 5)
        )
        {
            UntrainedTick = map.Share("untrained_tick"),
            CartridgeOfAnother = map.Share("cartridge_of_another"),
            ReturnNotWritten = map.Share("return_not_written"),
            IssueOfficerWrong = map.Share("issue_officer_wrong"),
            ReviewMissing = map.Share("review_missing"),
            ExhibitMissing = map.Share("exhibit_missing"),
            UnintentionalMissing = map.Share("unintentional_missing"),
            ChangeTicketMissing = map.Share("change_ticket_missing"),
            StockDifference = map.Share("stock_difference"),
            StocktakeDays = map.Integer("stocktake_days", 1, 400, 30),
            LevelAbove = map.Share("level_above"),
            VideoMissing = map.Share("video_missing"),
            JustificationMissing = map.Share("justification_missing"),
        };
        map.Close();
        return plan;
    }

    private static FaultPlan Faults(YamlMap map)
    {
        var plan = new FaultPlan(
            map.Number("clock_reset_per_1000_device_days", 0, 1000, 0),
            map.Number("gap_per_1000_device_days", 0, 1000, 0),
            map.Number("log_cleared_per_1000_device_days", 0, 1000, 0),
            map.Share("split_cycles"),
            map.Number("pack_lost_per_1000_issues", 0, 1000, 0),
            map.Share("busy_devices"),
            map.Share("tampered_visits"),
            map.Number("clock_error_seconds_max", 0, 100_000, 30)
        )
        {
            BusyRowsMore = map.Integer("busy_rows_more", 0, 1_000, 0),
            DriftingDevices = map.Share("drifting_devices"),
            ClockSetBackPer1000Issues = map.Number("clock_set_back_per_1000_issues", 0, 1000, 0),
            SessionRows = map.Share("session_rows"),
            PulseCounts = map.Share("pulse_counts"),
            BatteryJumpsPer1000Issues = map.Number("battery_jumps_per_1000_issues", 0, 1000, 0),
            TemperatureJumps = map.Share("temperature_jumps"),
            UploadsCut = map.Share("uploads_cut"),
            LastUploadsCut = map.Share("last_uploads_cut"),
            TamperedMany = map.Share("tampered_many"),
            HeadsAltered = map.Share("heads_altered"),
            ChainsForked = map.Share("chains_forked"),
            ReceiptsForgotten = map.Share("receipts_forgotten"),
            TranslatedDifferently = map.Share("translated_differently"),
            ReadAsLive = map.Share("read_as_live"),
            SignalPacks = map.Share("signal_packs"),
            ProgrammingCodes = map.Share("programming_codes"),
            FoundPer1000Issues = map.Number("found_per_1000_issues", 0, 1000, 0),
        };
        map.Close();
        return plan;
    }

    private static BreachPlan Breaches(YamlMap map)
    {
        var plan = new BreachPlan(
            map.Share("lapsing"),
            map.Share("lapsed_issued"),
            map.Share("suspensions"),
            map.Share("suspended_issued"),
            map.Share("not_endorsed"),
            map.Share("late_return"),
            map.Share("used_on_handcuffed")
        )
        {
            DevicesExchanged = map.Share("devices_exchanged"),
            CartridgesExchanged = map.Share("cartridges_exchanged"),
            PackMoved = map.Share("pack_moved"),
            LowBattery = map.Share("low_battery"),
            IssuedFaulty = map.Share("issued_faulty"),
            WetPer1000Issues = map.Number("wet_per_1000_issues", 0, 1000, 0),
            WetUntested = map.Share("wet_untested"),
            CheckSkipped = map.Share("check_skipped"),
            DockingNeglected = map.Share("docking_neglected"),
            BusyNeglected = map.Share("busy_neglected"),
            SpecialHoursShort = map.Share("special_hours_short"),
        };
        map.Close();
        return plan;
    }

    private static PlantedUse PlantedUse(YamlMap map)
    {
        var levels = Enum.GetNames<UseLevel>();
        var level = map.Text("level", null, levels);
        var plan = new PlantedUse(
            map.Line,
            map.Text("device"),
            Enum.TryParse<UseLevel>(level, out var known) ? known : UseLevel.Drawn,
            map.Integer("day", 1, 1_500, 1),
            map.Text("shift"),
            map.Integer("minute", 20, 700),
            map.Integers("cycles_ms", 100, 120_000),
            Enum.TryParse<Planned>(map.Text("report", "Proper", "Proper", "None", "Overstated"), out var report) ? report : Planned.Proper
        );
        map.Close();
        return plan;
    }

    private static PlantedFault PlantedFault(YamlMap map)
    {
        var plan = new PlantedFault(
            map.Line,
            map.Text("device"),
            map.Text("fault", null, "gap", "clock-reset", "late-pack"),
            map.Integer("day", 1, 1_500, 1),
            map.Text("shift"),
            map.Integer("minute", 0, 700, 0)
        );
        map.Close();
        return plan;
    }

    private static double[] Weights(YamlMap map)
    {
        double[] weights =
        [
            map.Number("arced", 0, 1_000_000, 0),
            map.Number("drive_stun", 0, 1_000_000, 0),
            map.Number("angled_drive_stun", 0, 1_000_000, 0),
            map.Number("fired", 0, 1_000_000, 0),
        ];
        map.Close();
        if (weights.Sum() <= 0)
        {
            map.Wrong(map.Line, "uses.active_levels needs at least one weight above 0");
        }

        return weights;
    }
}
