using TaserTelemetry.Reconciler.Analysis;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Reports;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Matching;

/// <summary>
/// Joins reports to device-incidents before anything is classified (domain 2.7.1). One report joins one incident; an incident takes
/// several reports, also several of one officer, one for each subject (2.7.5). The sum over all is the best there is.
/// </summary>
internal static class Matcher
{
    /// <summary>Further reports that one officer's incident takes; more is a typing error.</summary>
    private const int ReportsPerOfficerMax = 4;

    private const long Scale = 1_000_000;

    public static void Match(World world)
    {
        var index = new SerialIndex(world.Devices);
        var drafts = new List<(OfficerReport Report, List<Candidate> Candidates)>(world.Reports.Count);
        foreach (var report in world.Reports)
        {
            drafts.Add((report, Candidates(world, index, report)));
        }

        var slots = new Dictionary<(Incident, string, int), int>();
        var columns = new List<(Incident Incident, int Slot)>();
        var rows = new List<IReadOnlyList<AssignmentEdge>>(drafts.Count);
        foreach (var (report, candidates) in drafts)
        {
            rows.Add(Edges(report, candidates, slots, columns));
        }

        long nullCost = (long)((1 - world.Rules.CandidateFloor) * Scale);
        var assigned = MinCostAssignment.Solve(rows, columns.Count, nullCost);
        for (int i = 0; i < drafts.Count; i++)
        {
            var (report, candidates) = drafts[i];
            var best = assigned[i] < 0 ? default(Candidate?) : candidates.Find(c => c.Incident == columns[assigned[i]].Incident);
            world.Matches.Add(Decide(world, index, report, best));
        }
    }

    private static List<AssignmentEdge> Edges(
        OfficerReport report,
        List<Candidate> candidates,
        Dictionary<(Incident, string, int), int> slots,
        List<(Incident, int)> columns
    )
    {
        var edges = new List<AssignmentEdge>();
        foreach (var candidate in candidates)
        {
            for (int slot = 0; slot < ReportsPerOfficerMax; slot++)
            {
                var key = (candidate.Incident, report.OfficerRef, slot);
                if (!slots.TryGetValue(key, out int column))
                {
                    slots.Add(key, column = columns.Count);
                    columns.Add((candidate.Incident, slot));
                }

                // a second report of the same officer is a second subject: possible, and less likely than a second incident
                long cost = (long)((1 - Math.Min(1, candidate.Score)) * Scale) + slot * Scale / 20;
                edges.Add(new AssignmentEdge(column, cost));
            }
        }

        return edges;
    }

    private static List<Candidate> Candidates(World world, SerialIndex index, OfficerReport report)
    {
        var devices = new SortedDictionary<string, DeviceHistory>(StringComparer.Ordinal);
        if (index.Exact(report.DeviceSerial) is { } exact)
        {
            devices[exact.Serial] = exact;
        }

        // a serial that is right leaves nothing to guess at; sequential serials would have dozens of neighbours
        bool own = OwnDevice(world, index, report);
        foreach (var probable in own ? [] : index.Probable(report.DeviceSerial))
        {
            devices[probable.Serial] = probable;
        }

        var band = report.UsedAt.Widen(world.Rules.ReportTimeBandMinutes * TimeInterval.MinuteNs);
        var crew = own ? [] : world.CrewOf(report.OfficerRef, report.UsedAt);
        foreach (string officer in crew.Prepend(report.OfficerRef))
        {
            foreach (var issue in world.IssuesOf(officer))
            {
                if (Scorer.Span(world.Rules, issue).Overlaps(band) && world.DeviceBySerial.TryGetValue(issue.DeviceSerial, out var device))
                {
                    devices[device.Serial] = device;
                }
            }
        }

        var candidates = new List<Candidate>();
        foreach (var device in devices.Values)
        {
            foreach (var incident in Near(device, band))
            {
                var candidate = Scorer.Score(world, report, incident);
                if (candidate.Score > world.Rules.CandidateFloor)
                {
                    candidates.Add(candidate);
                }
            }
        }

        return candidates;
    }

    /// <summary>The serial is that of a device on issue to the officer: nothing speaks for a crew-mate's device then.</summary>
    private static bool OwnDevice(World world, SerialIndex index, OfficerReport report) =>
        index.Exact(report.DeviceSerial) is { } device
        && device.Issues.Any(i => i.OfficerRef == report.OfficerRef && Scorer.Span(world.Rules, i).Overlaps(report.UsedAt));

    /// <summary>Incidents of a device that can lie in a band; they are in order of time.</summary>
    private static IEnumerable<Incident> Near(DeviceHistory device, TimeInterval band)
    {
        int low = 0;
        int high = device.Incidents.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (device.Incidents[middle].EndNs < band.LowNs - TimeInterval.HourNs)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        for (int i = low; i < device.Incidents.Count && device.Incidents[i].Start.LowNs <= band.HighNs + TimeInterval.HourNs; i++)
        {
            if (device.Incidents[i].Span.Overlaps(band))
            {
                yield return device.Incidents[i];
            }
        }
    }

    private static ReportMatch Decide(World world, SerialIndex index, OfficerReport report, Candidate? best)
    {
        var grade = best?.Serial ?? SerialGrade.None;
        if (best is { } found && found.Score >= world.Rules.MatchThreshold)
        {
            var match = new ReportMatch(report, found.Incident, found.Score, found.Parts, grade, ReportOutcome.Matched, "matched");
            found.Incident.Matches.Add(match);
            return match;
        }

        if (best is { } weak)
        {
            weak.Incident.PersonDecides = true;
            return new ReportMatch(report, weak.Incident, weak.Score, weak.Parts, grade, ReportOutcome.PersonDecides, "a person decides");
        }

        var (outcome, reason) = Absence.Judge(world, index, report);
        return new ReportMatch(
            report,
            null,
            0,
            "",
            index.Exact(report.DeviceSerial) is null ? SerialGrade.None : SerialGrade.Exact,
            outcome,
            reason
        );
    }
}
