using System.Globalization;

namespace TaserTelemetry.Simulator.Documents;

/// <summary>
/// The report form in the layouts people export: the plain one, the public layout of the UK national form (271 columns, no
/// identities; the header's ArCED2 is a real search-and-replace accident) and the same with a force's own identities before it.
/// </summary>
internal static class ReportExports
{
    private const string Dated = "UsedAt";

    private static readonly string[] PlainColumns =
    [
        "ReportId",
        "Version",
        "SubmittedAt",
        "OfficerRef",
        "IncidentRef",
        "UsedAt",
        "DeviceSerial",
        "Level",
        "Cycles",
    ];

    private static readonly string[] InternalColumns = ["ReportId", "OfficerRef", "IncidentRef", "SubmittedAt", "Version", "ReviewedAt"];

    public static IEnumerable<DocumentTable> All(Reports reports, IRowTaker? taker)
    {
        var uk = UkColumns().ToList();
        yield return reports.Form.Project(taker, "reports.csv", [.. PlainColumns.Select(Same)]);
        yield return reports.Form.Project(taker, "reports-uk-271.csv", uk);
        yield return reports.Form.Project(taker, "reports-uk-271-internal.csv", [.. InternalColumns.Select(Same), .. uk]);
        if (reports.ShowsJustification)
        {
            yield return reports.Form.Project(taker, "reports-justified.csv", [.. PlainColumns.Select(Same), Same("Justification")]);
        }
    }

    /// <summary>The 271 columns in their published order.</summary>
    public static IEnumerable<ProjectedColumn> UkColumns()
    {
        yield return new ProjectedColumn("IncidentDate", Dated, c => Local(c, "dd/MM/yyyy"));
        yield return new ProjectedColumn("IncidentTime", Dated, c => Local(c, "HH:mm"));
        foreach (var place in Places)
        {
            yield return Fixed("Incident Location: " + place, place == "Street/Highway" ? "Yes" : "No");
        }

        yield return Fixed("Borough", "");
        foreach (var name in (string[])["PrimaryConduct", "AssaultedBySubject", "ThreatenedWithWeapon", "AssaultedWithWeapon"])
        {
            yield return Fixed(name, name == "PrimaryConduct" ? "Aggressive resistance" : "No");
        }

        foreach (var factor in Factors)
        {
            yield return factor == "Mental Health"
                ? Whole("Impact Factor: " + factor, "MentalHealth")
                : Fixed("Impact Factor: " + factor, "No");
        }

        foreach (var reason in Reasons)
        {
            yield return Fixed("Reason for Force: " + reason, reason == "Effect Arrest" ? "Yes" : "No");
        }

        yield return Fixed("MainDuty", "Response");
        yield return Fixed("SingleCrewed", "No");
        yield return Whole("TrainedCED", "Trained");
        yield return Whole("CarryingCED", "Carrying");
        foreach (var column in Tactics().Concat(CedBlocks()).Concat(Rest()))
        {
            yield return column;
        }
    }

    private static readonly string[] Places =
    [
        "Street/Highway",
        "Public Transport",
        "Retail Premises",
        "Open ground (e.g. park, car park, field)",
        "Licensed Premises",
        "Sports or Event Stadia",
        "Hospital/A&E (non-mental-health setting)",
        "Mental Health Setting",
        "Police vehicle with prisoner handling cage",
        "Police vehicle without prisoner handling cage",
        "Dwelling",
        "Police station (excluding custody block)",
        "Custody Block",
        "Ambulance",
        "Other",
    ];

    // "Possesion" is how the published header spells it
    private static readonly string[] Factors =
    [
        "Possesion of a weapon",
        "Alcohol",
        "Drugs",
        "Mental Health",
        "Prior Knowledge",
        "Size/Gender/Build",
        "Acute Behavioural Disorder",
        "Crowd",
        "Other",
    ];

    private static readonly string[] Reasons =
    [
        "Protect self",
        "Protect Public",
        "Protect Subject",
        "Protect Other Officers",
        "Prevent Offence",
        "Secure Evidence",
        "Effect Search",
        "Effect Arrest",
        "Method of Entry",
        "Remove Handcuffs",
        "Prevent Harm",
        "Prevent Escape",
        "Other",
    ];

    private static IEnumerable<ProjectedColumn> Tactics()
    {
        for (var i = 1; i <= 20; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            yield return i == 1 ? new ProjectedColumn("Tactic 1", "Level", Tactic) : Fixed("Tactic " + number, "");
            yield return Fixed((i == 20 ? "Tactic Effective " : "Effective ") + number, i == 1 ? "Yes" : "");
        }
    }

    private static IEnumerable<ProjectedColumn> CedBlocks()
    {
        yield return Fixed("CED Used", "Yes");
        yield return new ProjectedColumn("CED Device Serial No", "DeviceSerial", c => c["DeviceSerial"]);
        foreach (var block in (string[])["CED", "CED2", "CED3", "CED4"])
        {
            foreach (var column in Block(block))
            {
                yield return block == "CED" ? column : column with { Cell = _ => "" };
            }
        }
    }

    private static IEnumerable<ProjectedColumn> Block(string block)
    {
        var arced = block == "CED" ? "Arced" : "Ar" + block;
        yield return new ProjectedColumn($"{block} Drawn", "Level", c => YesNo(c["Level"].Length > 0));
        yield return Ticked($"{block} Aimed", "Aimed");
        yield return Ticked($"{block} {arced}", "Arced");
        yield return Ticked($"{block} Red-Dotted", "Red-dot");
        yield return Ticked($"{block} Drive Stun", "Drive stun");
        yield return new ProjectedColumn(
            $"{block} Drive Stun Repeat Application",
            "Cycles",
            c => YesNo(c["Level"] == "Drive stun" && c["Cycles"] is not ("" or "0" or "1"))
        );
        yield return Ticked($"{block} Angle Drive Stun", "Angled drive stun");
        yield return Ticked($"{block} Fired", "Fired");
        yield return new ProjectedColumn($"{block} Fired Cartridge Number", "CartridgeNumbers", c => c["CartridgeNumbers"]);
        yield return Whole($"{block} Fired 5 Secs Cycle Interrupted", "Interrupted");
        yield return Whole($"{block} Fired Repeat Cycle Same Cartridge", "RepeatCycle");
        yield return Whole($"{block} Fired Total Number Of Cycles", "Cycles");
        yield return Whole($"{block} Fired Cycle Extended Beyond 5 Secs", "Extended");
        yield return Whole($"{block} Fired Miss With One Probe", "MissedOne");
        yield return Whole($"{block} Fired Miss With Both Probes", "MissedBoth");
        for (var i = 1; i <= 15; i++)
        {
            yield return Fixed(string.Create(CultureInfo.InvariantCulture, $"{block} Front {i}"), "");
        }

        foreach (var letter in "ABCDEFGHJK")
        {
            yield return Fixed($"{block} Back {letter}", "");
        }
    }

    private static IEnumerable<ProjectedColumn> Rest()
    {
        foreach (
            var (name, value) in new[]
            {
                ("Firearms Aimed", "No"),
                ("Firearms Fired", "No"),
                ("SubjectAge", ""),
                ("SubjectGender", "Male"),
                ("SubjectEthnicity", "Not stated"),
                ("PhysicalDisability", "No"),
                ("MentalDisability", ""),
                ("StaffInjured", "No"),
                ("StaffInjuryIntentional", ""),
                ("StaffInjuryLevel", ""),
                ("StaffMedProvided", ""),
                ("SubjectInjured", "No"),
                ("SubjectNatureOfInjury", ""),
                ("SubjectMedOffered", "Yes"),
                ("SubjectMedProvided", "Yes"),
                ("Outcome: Made off/escaped", "No"),
                ("Outcome: Arrested", "Yes"),
                ("Outcome: Hospitalised", "No"),
                ("Outcome: Detained - Mental Health Act", "No"),
                ("Outcome: Fatality", "No"),
                ("Outcome: Other", "No"),
            }
        )
        {
            yield return name switch
            {
                "SubjectAge" => Whole(name, "SubjectAge"),
                "MentalDisability" => Whole(name, "MentalHealth"),
                _ => Fixed(name, value),
            };
        }
    }

    private static ProjectedColumn Same(string name) => new(name, name, c => c[name]);

    private static ProjectedColumn Fixed(string name, string value) => new(name, "ReportId", _ => value);

    private static ProjectedColumn Whole(string name, string from) => new(name, from, c => c[from]);

    private static ProjectedColumn Ticked(string name, string level) => new(name, "Level", c => YesNo(c["Level"] == level));

    private static string Tactic(RowCells cells) =>
        cells["Level"] switch
        {
            "" => "CED (Taser)",
            "Red-dot" => "CED (Taser) Red-Dotted",
            "Drive stun" => "CED (Taser) Drive Stun",
            "Angled drive stun" => "CED (Taser) Angle Drive Stun",
            var level => "CED (Taser) " + level,
        };

    private static string Local(RowCells cells, string format) =>
        DateTimeOffset.Parse(cells[Dated], CultureInfo.InvariantCulture).DateTime.ToString(format, CultureInfo.InvariantCulture);

    private static string YesNo(bool value) => value ? "Yes" : "No";
}
