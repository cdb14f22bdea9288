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

    /// <summary>How far a crew-mate's use may lie from the reported time: people remember minutes.</summary>
    private const long CrewBandMinutes = 20;

    public static void Match(World world)
    {
        var index = new SerialIndex(world.Devices);
        // nothing is written before all are known, so that every report's candidates can be looked for on any core
        var found = new List<Candidate>[world.Reports.Count];
        Parallel.For(0, found.Length, i => found[i] = Candidates(world, index, world.Reports[i]));
        var drafts = world.Reports.Select((report, i) => (Report: report, Candidates: found[i])).ToList();

        var slots = new Dictionary<(Incident, string, int), int>();
        var columns = new List<(Incident Incident, int Slot)>();
        var rows = new List<IReadOnlyList<AssignmentEdge>>(drafts.Count);
        foreach (var (report, candidates) in drafts)
        {
            rows.Add(Edges(report, candidates, slots, columns));
        }

        long nullCost = (long)((1 - world.Rules.CandidateFloor) * Scale);
        var assigned = MinCostAssignment.Solve(rows, columns.Count, nullCost);
        var best = new Candidate?[drafts.Count];
        for (int i = 0; i < drafts.Count; i++)
        {
            best[i] = assigned[i] < 0 ? null : drafts[i].Candidates.Find(c => c.Incident == columns[assigned[i]].Incident);
        }

        MatchCrew(world, index, drafts.ConvertAll(d => d.Report), best, nullCost);
        for (int i = 0; i < drafts.Count; i++)
        {
            world.Matches.Add(Decide(world, index, drafts[i].Report, best[i]));
        }
    }

    /// <summary>
    /// Nothing on the officer's own device, and its serial in the report: a crew-mate's may have been taken from the seat beside. Only for
    /// incidents that no report of their own explains.
    /// </summary>
    private static void MatchCrew(World world, SerialIndex index, List<OfficerReport> reports, Candidate?[] best, long nullCost)
    {
        var taken = best.Where(b => b is not null).Select(b => b!.Value.Incident).ToHashSet();
        var columns = new Dictionary<Incident, int>();
        var rows = new List<IReadOnlyList<AssignmentEdge>>();
        var left = new List<(int Report, List<Candidate> Candidates)>();
        for (int i = 0; i < reports.Count; i++)
        {
            if (best[i] is not null || reports[i].OfficerRef.Length == 0 || !OwnCovered(world, index, reports[i]))
            {
                continue;
            }

            var devices = new SortedDictionary<string, DeviceHistory>(StringComparer.Ordinal);
            var band = reports[i].UsedAt.Widen(CrewBandMinutes * TimeInterval.MinuteNs);
            AddCrew(world, devices, reports[i], band);
            var candidates = Scored(world, devices, reports[i], band, silent: true)
                .FindAll(c => c.Score >= world.Rules.MatchThreshold && !taken.Contains(c.Incident));
            if (candidates.Count > 0)
            {
                left.Add((i, candidates));
                rows.Add(
                    candidates.ConvertAll(c =>
                    {
                        columns.TryAdd(c.Incident, columns.Count);
                        return new AssignmentEdge(columns[c.Incident], (long)((1 - Math.Min(1, c.Score)) * Scale));
                    })
                );
            }
        }

        var assigned = MinCostAssignment.Solve(rows, columns.Count, nullCost);
        for (int k = 0; k < left.Count; k++)
        {
            best[left[k].Report] = left[k]
                .Candidates.Where(c => columns[c.Incident] == assigned[k])
                .Select(c => (Candidate?)c)
                .FirstOrDefault();
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

        var band = report.UsedAt.Widen(world.Rules.ReportTimeBandMinutes * TimeInterval.MinuteNs);
        AddIssued(world, devices, report.OfficerRef, band);
        // a serial that is right leaves nothing to guess at; sequential serials would have dozens of neighbours
        if (!OwnDevice(world, index, report))
        {
            foreach (var probable in index.Probable(report.DeviceSerial))
            {
                devices[probable.Serial] = probable;
            }

            // what the officer's own device shows is known only where its log is complete: elsewhere its silence points to nobody (2.7.4)
            if (OwnIssuedCovered(world, report))
            {
                AddCrew(world, devices, report, band);
            }
        }

        return Scored(world, devices, report, band);
    }

    private static bool OwnIssuedCovered(World world, OfficerReport report)
    {
        var own = new SortedDictionary<string, DeviceHistory>(StringComparer.Ordinal);
        AddIssued(world, own, report.OfficerRef, report.UsedAt);
        var span = report.UsedAt.Widen(CrewBandMinutes * TimeInterval.MinuteNs);
        return own.Values.All(d => d.CoveredOver(span.LowNs, span.HighNs));
    }

    private static void AddCrew(World world, SortedDictionary<string, DeviceHistory> devices, OfficerReport report, TimeInterval band)
    {
        foreach (string officer in world.CrewOf(report.OfficerRef, report.UsedAt))
        {
            AddIssued(world, devices, officer, band);
        }
    }

    private static void AddIssued(World world, SortedDictionary<string, DeviceHistory> devices, string officer, TimeInterval band)
    {
        foreach (var issue in world.IssuesOf(officer))
        {
            if (Scorer.Span(world.Rules, issue).Overlaps(band) && world.DeviceBySerial.TryGetValue(issue.DeviceSerial, out var device))
            {
                devices[device.Serial] = device;
            }
        }
    }

    private static List<Candidate> Scored(
        World world,
        SortedDictionary<string, DeviceHistory> devices,
        OfficerReport report,
        TimeInterval band,
        bool silent = false
    )
    {
        var candidates = new List<Candidate>();
        foreach (var device in devices.Values)
        {
            foreach (var incident in Near(device, band).Where(i => world.IsBounded(i.Start)))
            {
                var candidate = Scorer.Score(world, report, incident, silent);
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
        && device
            .IssuesOver(report.UsedAt.LowNs, report.UsedAt.HighNs)
            .Any(i => i.OfficerRef == report.OfficerRef && Scorer.Span(world.Rules, i).Overlaps(report.UsedAt));

    /// <summary>The officer's own device is named, and its complete log shows nothing: absence is evidence only then (2.7.4).</summary>
    private static bool OwnCovered(World world, SerialIndex index, OfficerReport report)
    {
        var span = report.UsedAt.Widen(CrewBandMinutes * TimeInterval.MinuteNs);
        return OwnDevice(world, index, report)
            && index.Exact(report.DeviceSerial) is { } device
            && device.CoveredOver(span.LowNs, span.HighNs);
    }

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
