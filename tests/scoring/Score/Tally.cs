using TaserTelemetry.Scoring.Expectations;
using TaserTelemetry.Scoring.Findings;

namespace TaserTelemetry.Scoring.Score;

/// <summary>Counts of one rule; they add up over seeds.</summary>
internal sealed class RuleTally(string rule)
{
    public string Rule { get; } = rule;

    /// <summary>Highest priority number told by a finding; 0 = none seen or information.</summary>
    public int Priority { get; set; }

    public int True { get; set; }

    public int Found { get; set; }

    public int LookAlikes { get; set; }

    public int RightFindings { get; set; }

    public int WrongFindings { get; set; }

    public List<string> Misses { get; } = [];

    public List<string> Wrong { get; } = [];

    public double Recall => True == 0 ? 0 : (double)Found / True;

    public double Precision => RightFindings + WrongFindings == 0 ? 0 : (double)RightFindings / (RightFindings + WrongFindings);

    public double RecallLow => Proportion.WilsonLow(Found, True);

    public double PrecisionLow => Proportion.WilsonLow(RightFindings, RightFindings + WrongFindings);

    public void Add(RuleTally other)
    {
        Priority = Math.Max(Priority, other.Priority);
        True += other.True;
        Found += other.Found;
        LookAlikes += other.LookAlikes;
        RightFindings += other.RightFindings;
        WrongFindings += other.WrongFindings;
        Misses.AddRange(other.Misses.Take(20));
        Wrong.AddRange(other.Wrong.Take(20));
    }
}

/// <summary>Everything that is scored of one profile.</summary>
internal sealed class Tally(string profile)
{
    public string Profile { get; } = profile;

    public SortedDictionary<string, RuleTally> Rules { get; } = new(StringComparer.Ordinal);

    /// <summary>Joins of an activation and a report that were made, and those of them that are true.</summary>
    public int Links { get; set; }

    public int LinksRight { get; set; }

    /// <summary>Joins that a received log and a written report make possible.</summary>
    public int LinksTrue { get; set; }

    /// <summary>Those of them whose report does not name another device or none, and how many of these were made.</summary>
    public int LinksNamed { get; set; }

    public int LinksNamedMade { get; set; }

    public int Reports { get; set; }

    public int Abstained { get; set; }

    public int Issues { get; set; }

    public double Weeks { get; set; }

    /// <summary>False primaries above information.</summary>
    public int FalseItems { get; set; }

    public int Items { get; set; }

    /// <summary>Records of the artefacts of domain 1.10, and findings above information but A18 that name one without another cause.</summary>
    public int InnocentRecords { get; set; }

    public List<string> InnocentFindings { get; } = [];

    public int UnreportedUses { get; set; }

    public int UnreportedFound { get; set; }

    public RuleTally Rule(string rule) => Rules.TryGetValue(rule, out var tally) ? tally : Rules[rule] = new RuleTally(rule);

    public void Add(Tally other)
    {
        foreach (var (rule, tally) in other.Rules)
        {
            Rule(rule).Add(tally);
        }

        Links += other.Links;
        LinksRight += other.LinksRight;
        LinksTrue += other.LinksTrue;
        LinksNamed += other.LinksNamed;
        LinksNamedMade += other.LinksNamedMade;
        Reports += other.Reports;
        Abstained += other.Abstained;
        Issues += other.Issues;
        Weeks += other.Weeks;
        FalseItems += other.FalseItems;
        Items += other.Items;
        InnocentRecords += other.InnocentRecords;
        InnocentFindings.AddRange(other.InnocentFindings);
        UnreportedUses += other.UnreportedUses;
        UnreportedFound += other.UnreportedFound;
    }
}
