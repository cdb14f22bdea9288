using System.Globalization;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Classification;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Matching;

/// <summary>A report and an incident that may belong together, with the parts of the score shown.</summary>
internal readonly record struct Candidate(Incident Incident, double Score, SerialGrade Serial, string Parts);

/// <summary>
/// Scores one pair, 0 to 1: whose device (serial and issue), when, what level, how many. The parts are shown with every match, because a
/// person who doubts it must see why.
/// </summary>
internal static class Scorer
{
    private const long MismatchMinutes = 20;

    private static readonly UseLevels Active = UseLevels.Arced | UseLevels.DriveStun | UseLevels.AngledDriveStun | UseLevels.Fired;

    /// <summary>
    /// The score of one pair. Where the complete log of the device that the report names is silent, a level mistaken within what
    /// electricity does keeps the report from no crew-mate's use that nothing else explains (A13).
    /// </summary>
    public static Candidate Score(World world, OfficerReport report, Incident incident, bool silent = false)
    {
        if (!Plausible(world, report, incident))
        {
            return new Candidate(incident, 0, SerialGrade.None, "");
        }

        var serial = SerialIndex.Grade(report.DeviceSerial, incident.Device.Serial);
        bool issued = Issued(world, report, incident);
        bool otherOfficer = !issued && report.OfficerRef.Length > 0 && incident.Issue is { OfficerRef.Length: > 0 };
        double device = (serial, issued) switch
        {
            (SerialGrade.Exact, true) => 0.45,
            (SerialGrade.Exact, false) => otherOfficer ? 0.28 : 0.42,
            (SerialGrade.Probable, true) => 0.42,
            (SerialGrade.Probable, false) => otherOfficer ? 0.12 : 0.25,
            (SerialGrade.Blank, true) => 0.38,
            (SerialGrade.None, true) => 0.33,
            (SerialGrade.None or SerialGrade.Blank, false)
                when Crewed(world, report, incident) && ActivelyCompatible(report, incident, silent) => 0.22,
            _ => 0,
        };
        double time = 0.35 * Nearness(world.Rules, report, incident);
        double level = 0.15 * Level(world.Rules, report, incident);
        double count = 0.05 * Count(report, incident);
        double score = device == 0 ? 0 : device + time + level + count;
        string parts = string.Create(
            CultureInfo.InvariantCulture,
            $"device {device:0.00} (serial {Words(serial)}{(issued ? ", on issue to the officer" : "")}), time {time:0.00}, level {level:0.00}, count {count:0.00}"
        );
        return new Candidate(incident, score, serial, parts);
    }

    /// <summary>True where the register has the device with this officer at that time.</summary>
    public static bool Issued(World world, OfficerReport report, Incident incident) =>
        report.OfficerRef.Length > 0
        && incident
            .Device.IssuesOver(incident.Span.LowNs, incident.Span.HighNs)
            .Any(i => i.OfficerRef == report.OfficerRef && Span(world.Rules, i).Overlaps(incident.Span));

    /// <summary>A crew-mate's device is only taken for a reported discharge or arc that its log bears out.</summary>
    private static bool ActivelyCompatible(OfficerReport report, Incident incident, bool silent) =>
        incident.HasUse && (report.Levels & Active & (silent ? Active : incident.Levels)) != UseLevels.None;

    /// <summary>True where the device was with somebody of the same crew.</summary>
    private static bool Crewed(World world, OfficerReport report, Incident incident) =>
        incident.Issue is { } issue
        && issue.OfficerRef != report.OfficerRef
        && world.Crewed(report.OfficerRef, issue.OfficerRef, incident.Span);

    public static TimeInterval Span(RuleSet rules, IssueRow issue)
    {
        long end = issue.ReturnedAt?.HighNs ?? issue.IssuedAt.HighNs + rules.IssueHoursMax * TimeInterval.HourNs;
        return new TimeInterval(issue.IssuedAt.LowNs, Math.Max(issue.IssuedAt.LowNs, end));
    }

    /// <summary>
    /// Where report and log name different things, only closeness in time can join them; and what looks like a function test is no
    /// evidence for a report of another level, however near.
    /// </summary>
    private static bool Plausible(World world, OfficerReport report, Incident incident)
    {
        if (report.Levels == UseLevels.None)
        {
            return incident.HasUse
                ? !TestShape.LooksLikeTest(incident, world.Rules) && !TestShape.IsOverlongTest(incident, world.Rules)
                : incident.Sessions.Count > 0;
        }

        var highest = world.Rules.LevelOrder[world.Rules.Rank(report.Levels) - 1];
        bool compatible = (highest & incident.Levels) != UseLevels.None;
        long apart = report.UsedAt.GapNs(incident.Span);
        bool near = apart <= MismatchMinutes * TimeInterval.MinuteNs && report.UsedAtHasTime;
        return TestShape.LooksLikeTest(incident, world.Rules) ? compatible && near
            : incident.Activations.Count > 0 && !incident.HasUse ? false
            : compatible || near;
    }

    /// <summary>1 within 5 minutes, falling to 0 at the band; a date without a time can only say the day.</summary>
    private static double Nearness(RuleSet rules, OfficerReport report, Incident incident)
    {
        long apart = report.UsedAt.GapNs(incident.Span);
        if (!report.UsedAtHasTime)
        {
            return apart == 0 ? 0.5 : 0;
        }

        long free = 5 * TimeInterval.MinuteNs;
        long band = rules.ReportTimeBandMinutes * TimeInterval.MinuteNs;
        return apart <= free ? 1 - 0.1 * apart / free : Math.Max(0, 0.9 * (1 - (apart - free) / (double)Math.Max(1, band - free)));
    }

    /// <summary>
    /// 1 where the log is compatible with the level, less where one names electricity and the other does not. A function test is no
    /// evidence for a report of a drawn device, however near.
    /// </summary>
    private static double Level(RuleSet rules, OfficerReport report, Incident incident)
    {
        if (report.Levels == UseLevels.None)
        {
            return 0.6;
        }

        var highest = rules.LevelOrder[rules.Rank(report.Levels) - 1];
        if ((highest & incident.Levels) != UseLevels.None)
        {
            return 1;
        }

        bool reportActive = (report.Levels & Active) != UseLevels.None;
        return reportActive == incident.HasUse ? 0.5
            : incident.Deployments > 0 ? 0.3
            : incident.HasUse ? -0.6
            : 0;
    }

    private static double Count(OfficerReport report, Incident incident)
    {
        if (report.Cycles is not { } cycles)
        {
            return 0.5;
        }

        int most = incident.Activations.Sum(a => a.Parts);
        return cycles >= incident.Activations.Count && cycles <= most ? 1
            : Math.Abs(cycles - incident.Activations.Count) == 1 ? 0.5
            : 0;
    }

    private static string Words(SerialGrade grade) =>
        grade switch
        {
            SerialGrade.Exact => "exact",
            SerialGrade.Probable => "probable",
            SerialGrade.Blank => "blank",
            _ => "different",
        };
}
