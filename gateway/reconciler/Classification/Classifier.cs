using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Matching;
using TaserTelemetry.Reconciler.Registers;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Classification;

/// <summary>
/// Says what each activation was, after matching (domain 2.7.1). The default is operational: what nothing excuses counts, and each
/// excuse is written down with its reason.
/// </summary>
internal static class Classifier
{
    /// <summary>How far the time written in the register of unintentional discharges may lie from the log's.</summary>
    private const long DeclaredMinutes = 15;

    public static void Classify(World world)
    {
        foreach (var device in world.Devices)
        {
            var testsOfIssue = new Dictionary<IssueRow, int>(ReferenceEqualityComparer.Instance);
            var link = new LinkState(device);
            foreach (var activation in device.Activations)
            {
                (activation.Class, activation.Reason, activation.ReasonRow) = Judge(world, activation, testsOfIssue, link);
            }
        }
    }

    /// <summary>What an activation was, why, and the row that says so.</summary>
    private readonly record struct Verdict(ActivationClass Class, string Reason, SourceRow Row = default);

    private static Verdict Judge(World world, Activation activation, Dictionary<IssueRow, int> testsOfIssue, LinkState link)
    {
        var incident = activation.Incident;
        if (incident is { Matches.Count: > 0 } && activation.Code != EventCode.Test)
        {
            return new Verdict(ActivationClass.Matched, "in one incident with a reported use");
        }

        // a time that nothing bounds falls on every row, and so on none
        if (world.IsBounded(activation.Start) && Register(activation) is { } row)
        {
            return row;
        }

        // no time window excuses a deployment, a connection, a long cycle, or a neighbour in its session that has one (2.7.1)
        if (!BarredFromExcuse(activation))
        {
            var excuse = Maintenance(world, activation, link) ?? Test(world, activation, testsOfIssue) ?? Published(world, activation);
            if (excuse is { } found)
            {
                return found;
            }
        }

        if (!world.IsBounded(activation.Start))
        {
            return new Verdict(ActivationClass.Waiting, "nothing bounds its time: no clock comparison since a loss of the clock");
        }

        if (incident is { PersonDecides: true })
        {
            return new Verdict(ActivationClass.Waiting, "a person decides a match");
        }

        return world.HasReports && world.AsOfNs < world.ReportDueNs(activation.Device.IssueAt(activation.Start), activation.Start)
            ? new Verdict(ActivationClass.Waiting, "the reporting window is open")
            : new Verdict(ActivationClass.Unaccounted, "no report found in the files given");
    }

    /// <summary>What only a register row for that device, time and cartridge excuses.</summary>
    private static Verdict? Register(Activation activation)
    {
        var device = activation.Device;
        var issue = device.IssueAt(activation.Start);
        foreach (var row in device.Unintentional)
        {
            if (
                row.SignedBy.Length > 0
                && row.At.Widen(DeclaredMinutes * TimeInterval.MinuteNs).Overlaps(activation.Start)
                && Fits(row.CartridgeSerial, issue)
                && IsDeclared(row, activation)
            )
            {
                return new Verdict(ActivationClass.Unintentional, "declared unintentional, signed", row.Source);
            }
        }

        // joins are made on intervals: only a time that lies wholly within the issue is on issue for certain, and where no return is
        // written, the row of the workshop or the list is what says where the device was
        if (issue is { Purpose: IssuePurpose.Operational } && Within(issue, activation.Start))
        {
            return null;
        }

        foreach (var row in device.Training)
        {
            bool cartridges = activation.Deployments == 0 || row.Cartridges > 0;
            if (cartridges && new TimeInterval(row.From.LowNs, row.To.HighNs).Overlaps(activation.Start))
            {
                return new Verdict(ActivationClass.Training, "on the list of a training session", row.Source);
            }
        }

        return Workshop(activation);
    }

    /// <summary>
    /// One entry is about one discharge: the nearest one with a deployment, or without where none has one, and what else is in its armed
    /// session. A function test a few minutes before it is not declared by it.
    /// </summary>
    private static bool IsDeclared(UnintentionalRow row, Activation activation)
    {
        var window = row.At.Widen(DeclaredMinutes * TimeInterval.MinuteNs);
        var nearest = activation
            .Device.Activations.Where(a => a.Start.Overlaps(window))
            .OrderByDescending(a => a.Deployments > 0)
            .ThenBy(a => Math.Abs(a.Start.MiddleNs - row.At.MiddleNs))
            .First();
        return nearest == activation || nearest.Session >= 0 && nearest.Session == activation.Session;
    }

    private static bool Within(IssueRow issue, TimeInterval when) =>
        issue.IssuedAt.LowNs <= when.LowNs && issue.ReturnedAt is { } back && when.HighNs <= back.HighNs;

    private static Verdict? Workshop(Activation activation)
    {
        foreach (var row in activation.Device.Maintenance)
        {
            bool cartridge = activation.Deployments == 0 || row.CartridgeSerial.Length > 0;
            long end = row.Until?.HighNs ?? row.At.HighNs + 15 * TimeInterval.MinuteNs;
            bool inside = new TimeInterval(row.At.LowNs, Math.Max(row.At.LowNs, end))
                .Widen(TimeInterval.MinuteNs)
                .Overlaps(activation.Start);
            if (row.Kind is MaintenanceKind.Workshop or MaintenanceKind.FunctionCheck && cartridge && inside)
            {
                string what = row.Kind == MaintenanceKind.Workshop ? "in the workshop" : "a full function check";
                return new Verdict(ActivationClass.Maintenance, what, row.Source);
            }
        }

        return null;
    }

    /// <summary>A row that names a cartridge the issue does not have is about another discharge.</summary>
    private static bool Fits(string cartridge, IssueRow? issue) =>
        cartridge.Length == 0
        || issue is not { CartridgeSerials.Count: > 0 }
        || issue.CartridgeSerials.Any(c => SerialIndex.Grade(c, cartridge) != SerialGrade.None);

    private static bool BarredFromExcuse(Activation activation)
    {
        var device = activation.Device;
        if (activation.Deployments > 0 || activation.Connection || activation.Exceeds(device.Model.CycleMs))
        {
            return true;
        }

        if (activation.Session < 0)
        {
            return false;
        }

        var session = device.Sessions[activation.Session];
        if (session.Deployments > 0 || session.Connection)
        {
            return true;
        }

        for (int i = session.FirstActivation; i < Math.Min(device.Activations.Count, session.FirstActivation + session.Activations); i++)
        {
            if (device.Activations[i].Session == activation.Session && device.Activations[i].Exceeds(device.Model.CycleMs))
            {
                return true;
            }
        }

        return false;
    }

    private static Verdict? Maintenance(World world, Activation activation, LinkState link)
    {
        var device = activation.Device;
        var issue = device.IssueAt(activation.Start);
        if (issue is { Purpose: IssuePurpose.Operational })
        {
            return null;
        }

        link.Advance(activation);
        return link.IsConnected(activation) ? new Verdict(ActivationClass.Maintenance, "between dock or USB connect and disconnect")
            : issue is null
            && device.Issues.Count > 0
            && link.NearSetting(activation, world.Rules.MaintenanceMinutes * TimeInterval.MinuteNs)
                ? new Verdict(ActivationClass.Maintenance, "within minutes of a clock setting or firmware update, not on issue")
            : null;
    }

    private static Verdict? Test(World world, Activation activation, Dictionary<IssueRow, int> testsOfIssue)
    {
        if (activation.Code == EventCode.Test)
        {
            return new Verdict(ActivationClass.Test, "an explicit TEST event");
        }

        if (!TestShape.Fits(activation) || TestShape.Near(activation, world.Rules.TestWindowMinutes) is not { } near)
        {
            return null;
        }

        int before = testsOfIssue.GetValueOrDefault(near.Issue);
        if (before >= world.Rules.TestsPerIssue)
        {
            return null;
        }

        testsOfIssue[near.Issue] = before + 1;
        return new Verdict(
            ActivationClass.Test,
            near.AtReturn ? "the model's test pattern at return" : "the model's test pattern at issue",
            near.Issue.Source
        );
    }

    /// <summary>The filters of 1.9, in the parameter set published-2025 alone.</summary>
    private static Verdict? Published(World world, Activation activation)
    {
        if (!world.Rules.PublishedFilters)
        {
            return null;
        }

        var device = activation.Device;
        foreach (var step in device.ClockSteps)
        {
            if (step.When.GapNs(activation.Start) <= TimeInterval.HourNs)
            {
                return new Verdict(ActivationClass.Maintenance, "published-2025: within 1 h of a time update");
            }
        }

        if (device.Events.Exists(e => e.Code == EventCode.FirmwareUpdate && e.When.GapNs(activation.Start) <= TimeInterval.HourNs))
        {
            return new Verdict(ActivationClass.Maintenance, "published-2025: within 1 h of a software update");
        }

        long window = world.Rules.BurstMinutes * TimeInterval.MinuteNs;
        int near = device.Activations.Count(a =>
            a.Deployments == 0 && !a.Exceeds(device.Model.CycleMs) && a.Start.GapNs(activation.Start) <= window
        );
        return near >= world.Rules.BurstActivations
            ? new Verdict(ActivationClass.Test, "published-2025: a burst of short events in 5 minutes")
            : null;
    }
}
