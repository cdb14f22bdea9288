using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>One reader for each register: which column is what.</summary>
internal static class RegisterRowReaders
{
    public static DeviceRow Device(RegisterCells c) =>
        new(
            c.Need("DeviceSerial"),
            c.Text("Model"),
            c.Text("Armoury"),
            c.Text("Status"),
            c.When("FirstInService"),
            c.When("LastInService"),
            c.Source
        );

    public static IssueRow Issue(RegisterCells c)
    {
        var issued = c.NeedWhen("IssuedAt");
        var returned = c.When("ReturnedAt");
        if (returned is { } r && r.HighNs < issued.LowNs)
        {
            c.Reject("ReturnedAt", c.Text("ReturnedAt"), "returned before it was issued");
        }

        return new IssueRow(
            c.Text("IssueId") is { Length: > 0 } id ? id : FormattableString.Invariant($"row {c.Source.Line}"),
            c.Need("DeviceSerial"),
            c.Repeated("OfficerRef"),
            c.Text("Purpose").ToLowerInvariant() switch
            {
                "" or "operational" or "duty" or "patrol" => IssuePurpose.Operational,
                "training" => IssuePurpose.Training,
                "maintenance" or "repair" => IssuePurpose.Maintenance,
                "transfer" => IssuePurpose.Transfer,
                _ => IssuePurpose.Other,
            },
            issued,
            returned,
            c.Count("Cartridges"),
            c.List("CartridgeSerials"),
            c.When("DueBackAt"),
            c.Count("BatteryPercent"),
            c.Source
        );
    }

    public static PersonRow Person(RegisterCells c) =>
        new(
            c.Need("OfficerRef"),
            c.Text("Role").ToLowerInvariant(),
            c.When("AccreditedFrom"),
            c.When("AccreditedTo"),
            c.When("EndorsedAt"),
            c.When("AuthorisedAt"),
            c.Count("HoursSinceTraining"),
            c.Flag("Eligible"),
            c.Source
        );

    public static SuspensionRow Suspension(RegisterCells c) => new(c.Need("OfficerRef"), c.NeedWhen("From"), c.When("To"), c.Source);

    public static CartridgeRow Cartridge(RegisterCells c)
    {
        c.Need("Move");
        return new CartridgeRow(
            c.Text("CartridgeSerial"),
            c.Word(
                "Move",
                CartridgeMove.Issued,
                ("opening", CartridgeMove.Opening),
                ("received", CartridgeMove.Received),
                ("issued", CartridgeMove.Issued),
                ("returned-to-store", CartridgeMove.ReturnedToStore),
                ("used", CartridgeMove.Used),
                ("training", CartridgeMove.Training),
                ("returned", CartridgeMove.Returned),
                ("closing", CartridgeMove.Closing),
                ("lost", CartridgeMove.Lost)
            ),
            c.NeedWhen("At"),
            c.Text("CartridgeSerial").Length == 0 ? c.NeedCount("Count") : c.Count("Count") ?? 1, // a serial is one cartridge
            c.Text("DeviceSerial"),
            c.Repeated("OfficerRef"),
            c.Text("IncidentRef"),
            c.Text("Armoury"),
            c.Source
        );
    }

    public static StocktakeRow Stocktake(RegisterCells c) =>
        new(
            c.Text("Armoury"),
            c.Need("Item").ToLowerInvariant(),
            c.NeedWhen("At"),
            c.NeedCount("Counted"),
            c.NeedCount("Expected"),
            c.Source
        );

    public static ExhibitRow Exhibit(RegisterCells c) =>
        new(
            c.Text("ExhibitRef"),
            c.Text("CartridgeSerial"),
            c.Text("DeviceSerial"),
            c.Text("IncidentRef"),
            c.NeedWhen("SeizedAt"),
            c.Count("Afids"),
            c.Source
        );

    public static TrainingRow Training(RegisterCells c) =>
        new(
            c.Text("TrainingRef"),
            c.Need("DeviceSerial"),
            c.NeedWhen("From"),
            c.NeedWhen("To"),
            c.Repeated("OfficerRef"),
            c.Count("Cartridges"),
            c.Source
        );

    public static UnintentionalRow Unintentional(RegisterCells c) =>
        new(
            c.Text("EntryRef"),
            c.Need("DeviceSerial"),
            c.NeedWhen("At"),
            c.Repeated("OfficerRef"),
            c.Text("SignedBy"),
            c.Text("CartridgeSerial"),
            c.Source
        );

    public static MaintenanceRow Maintenance(RegisterCells c)
    {
        c.Need("Kind");
        return new MaintenanceRow(
            c.Need("DeviceSerial"),
            c.Word(
                "Kind",
                MaintenanceKind.Workshop,
                ("workshop", MaintenanceKind.Workshop),
                ("function-check", MaintenanceKind.FunctionCheck),
                ("fault", MaintenanceKind.Fault),
                ("wet-or-dropped", MaintenanceKind.WetOrDropped),
                ("due", MaintenanceKind.Due),
                ("battery-dock", MaintenanceKind.BatteryDock)
            ),
            c.NeedWhen("At"),
            c.When("Until"),
            c.Text("CartridgeSerial"),
            c.Source
        );
    }

    /// <summary>A change is of a device, or, without one, of a form or a practice: then it says what.</summary>
    public static ChangeRow Change(RegisterCells c)
    {
        string device = c.Text("DeviceSerial");
        string what = device.Length == 0 ? c.Need("What") : c.Text("What");
        return new ChangeRow(c.Text("ChangeRef"), device, what, c.NeedWhen("From"), c.NeedWhen("To"), c.Source);
    }

    public static RosterRow Roster(RegisterCells c) =>
        new(c.Need("OfficerRef"), c.Text("CrewRef"), c.NeedWhen("From"), c.NeedWhen("To"), c.Text("Team"), c.Source);

    public static IncidentRow Incident(RegisterCells c) =>
        new(
            c.Need("IncidentRef"),
            c.Word(
                "Kind",
                IncidentEventKind.Other,
                ("dispatch", IncidentEventKind.Dispatch),
                ("handcuffed", IncidentEventKind.Handcuffed),
                ("custody", IncidentEventKind.Custody),
                ("body-worn-video", IncidentEventKind.BodyWornVideo),
                ("other", IncidentEventKind.Other)
            ),
            c.NeedWhen("At"),
            c.Repeated("OfficerRef"),
            c.Source
        );

    public static BudgetRow Budget(RegisterCells c) =>
        new(c.Need("Heading"), c.Flag("Capital"), c.NeedCount("PlannedPence"), c.NeedCount("SpentPence"), c.Source);

    public static EstablishmentRow Establishment(RegisterCells c) =>
        new(
            c.Need("Team"),
            c.NeedCount("Establishment"),
            c.NeedCount("Eligible"),
            c.NeedCount("Trained"),
            c.NeedCount("Accredited"),
            c.Source
        );

    public static DenominatorRow Denominator(RegisterCells c) =>
        new(c.Need("Dimension"), c.Need("Group"), c.NeedCount("Count"), c.Text("Source"), c.Source);
}
