using System.Globalization;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Output;

/// <summary>A table to write: CSV files and XLSX sheets come from the same rows.</summary>
/// <param name="Name">File stem and sheet name.</param>
/// <param name="Columns">Column names.</param>
/// <param name="Rows">Rows, in order; numbers are numbers, everything else is text.</param>
public sealed record OutputTable(string Name, IReadOnlyList<string> Columns, IEnumerable<IReadOnlyList<object>> Rows);

/// <summary>The tables of a result.</summary>
public static class ResultTables
{
    /// <summary>All tables, the account first.</summary>
    public static IReadOnlyList<OutputTable> All(ReconciliationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            Account(result),
            .. Coverage(result),
            Findings(result),
            NotTestable(result),
            Activations(result),
            Uses(result),
            Reports(result),
            Rejects(result.Imports.SelectMany(i => i.Rejects)),
            Decisions(result),
        ];
    }

    /// <summary>Findings, a line each, with their case.</summary>
    public static OutputTable Findings(ReconciliationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new OutputTable(
            "findings",
            [
                "CaseId",
                "Role",
                "FindingId",
                "Rule",
                "RuleVersion",
                "Kind",
                "Priority",
                "From",
                "To",
                "Devices",
                "Reports",
                "Issues",
                "Officers",
                "Cartridges",
                "Incidents",
                "Places",
                "Wording",
                "Clears",
                "DoesNotSay",
                "FactCount",
                "Facts",
                "Grades",
                "Rows",
                "Parameters",
            ],
            result.Cases.SelectMany(c =>
                c.Consequences.Select(f => Finding(c.Id, "consequence", f)).Prepend(Finding(c.Id, "primary", c.Primary))
            )
        );
    }

    private static object[] Finding(string caseId, string role, Finding f) =>
        [
            caseId,
            role,
            f.Id,
            f.RuleId,
            f.RuleVersion,
            f.Kind.ToString(),
            f.Priority,
            f.When is { } from ? TimeInterval.Text(from.LowNs) : "",
            f.When is { } to ? TimeInterval.Text(to.HighNs) : "",
            Join(f.Subjects.Devices),
            Join(f.Subjects.Reports),
            Join(f.Subjects.Issues),
            Join(f.Subjects.Officers),
            Join(f.Subjects.Cartridges),
            Join(f.Subjects.Incidents),
            Join(f.Subjects.Places),
            f.Wording,
            f.Clears,
            f.DoesNotSay,
            f.FactCount,
            Join(f.Facts.Select(CellText.Record)),
            CellText.Grades(f),
            Join(f.Rows),
            Join(f.Parameters.Select(p => p.Name + "=" + p.Value)),
        ];

    private static OutputTable Account(ReconciliationResult r)
    {
        var a = r.Account;
        var rows = new List<object[]>
        {
            new object[] { "activations", "all", a.Activations },
            new object[] { "activations", "matched to a report", a.ActivationsMatched },
        };
        rows.AddRange(a.ActivationsExcused.Select(x => new object[] { "activations", "excused, " + x.Reason, x.Count }));
        rows.AddRange(a.ActivationsWaiting.Select(x => new object[] { "activations", "waiting, " + x.Reason, x.Count }));
        rows.Add(["activations", "unaccounted", a.ActivationsUnaccounted]);
        rows.Add(["reports", "all", a.Reports]);
        rows.Add(["reports", "matched", a.ReportsMatched]);
        rows.AddRange(a.ReportsNotTestable.Select(x => new object[] { "reports", "not testable, " + x.Reason, x.Count }));
        rows.Add(["reports", "not borne out", a.ReportsNotBorneOut]);
        if (a.Cartridges is { } c)
        {
            rows.Add(["cartridges", "opening", c.Opening]);
            rows.Add(["cartridges", "received", c.Received]);
            rows.Add(["cartridges", "used", c.Used]);
            rows.Add(["cartridges", "training", c.Training]);
            rows.Add(["cartridges", "returned", c.Returned]);
            rows.Add(["cartridges", "closing", c.Closing]);
            rows.Add(["cartridges", "unaccounted", c.Unaccounted]);
        }

        rows.Add(["uses", "all", a.Uses]);
        rows.Add(["uses", "examined", a.UsesExamined is { } n ? n : "decisions were not read"]);
        return new OutputTable("account", ["Account", "Line", "Count"], rows);
    }

    /// <summary>Coverage by device, and what was disposed of: they stand beside every other number of every verb.</summary>
    public static IReadOnlyList<OutputTable> Coverage(ReconciliationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return [CoverageByDevice(result), Disposed(result)];
    }

    private static OutputTable Disposed(ReconciliationResult r) =>
        new(
            "disposed",
            ["Class", "MonthReceived", "Records", "Bytes"],
            r.Coverage.Disposed.Select(d => (IReadOnlyList<object>)[d.Class, d.Month, d.Records, d.Bytes])
        );

    private static OutputTable CoverageByDevice(ReconciliationResult r) =>
        new(
            "coverage",
            ["Device", "Model", "Armoury", "DeviceDays", "CompleteDays", "Reasons"],
            r.Coverage.Devices.Select(d =>
                (IReadOnlyList<object>)
                    [
                        d.Device,
                        d.Model,
                        d.Armoury,
                        d.DeviceDays,
                        d.CompleteDays,
                        Join(d.Reasons.Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Reason}: {x.Count}"))),
                    ]
            )
        );

    private static OutputTable NotTestable(ReconciliationResult r) =>
        new(
            "not-testable",
            ["Rule", "Reason", "Subjects"],
            r.NotTestable.Select(n => (IReadOnlyList<object>)[n.RuleId, n.Reason, n.Count == 0 ? "whole run" : n.Count])
        );

    private static OutputTable Activations(ReconciliationResult r) =>
        new(
            "activations",
            [
                "Device",
                "Epoch",
                "Sequence",
                "LastSequence",
                "Code",
                "ActivationMs",
                "From",
                "To",
                "Class",
                "Reason",
                "Row",
                "UseId",
                "Reports",
                "Leaf",
                "LeafHash",
            ],
            r.Activations.Select(a =>
                (IReadOnlyList<object>)
                    [
                        a.Device,
                        FormattableString.Invariant($"{a.Epoch.Number}-{a.Epoch.Incarnation:x16}"),
                        a.Sequence,
                        a.LastSequence,
                        a.Code.ToString(),
                        a.DurationMs,
                        TimeInterval.Text(a.When.LowNs),
                        TimeInterval.Text(a.When.HighNs),
                        a.Class.ToString(),
                        a.Reason,
                        a.Row.Line > 0 ? a.Row.ToString() : "",
                        a.UseId,
                        Join(a.Reports),
                        a.Leaf.Index,
                        a.Leaf.Hash.ToString(),
                    ]
            )
        );

    private static OutputTable Decisions(ReconciliationResult r) =>
        new(
            "decisions",
            ["Subject", "Id", "Code", "Actor", "At", "Comment", "CommentText", "Standing", "Leaf", "LeafHash"],
            (r.Decisions ?? []).Select(d =>
                (IReadOnlyList<object>)
                    [
                        d.Subject,
                        d.Id,
                        d.Code,
                        d.Actor,
                        TimeInterval.Text(d.AtNs),
                        d.Comment.State.ToString(),
                        d.Comment.Text ?? "",
                        d.Standing.ToString(),
                        d.Leaf.Index,
                        d.Leaf.Hash.ToString(),
                    ]
            )
        );

    private static OutputTable Uses(ReconciliationResult r) =>
        new(
            "uses",
            ["UseId", "Device", "From", "To", "Activations", "ActivationMs", "Deployments", "Reports", "Examined"],
            r.Uses.Select(u =>
                (IReadOnlyList<object>)
                    [
                        u.UseId,
                        u.Device,
                        TimeInterval.Text(u.When.LowNs),
                        TimeInterval.Text(u.When.HighNs),
                        u.Activations,
                        u.ActivationMs,
                        u.Deployments,
                        Join(u.Reports),
                        u.Examined is { } e ? (e ? "yes" : "no") : "",
                    ]
            )
        );

    private static OutputTable Reports(ReconciliationResult r) =>
        new(
            "reports",
            ["ReportId", "Version", "Outcome", "Reason", "UseId", "Score", "ScoreParts", "UsedAt", "Row"],
            r.Reports.Select(x =>
                (IReadOnlyList<object>)
                    [x.ReportId, x.Version, x.Outcome.ToString(), x.Reason, x.UseId, x.Score, x.ScoreParts, x.UsedAt.ToString(), x.Row]
            )
        );

    /// <summary>Rows that were not understood or not counted, each with its place and reason.</summary>
    public static OutputTable Rejects(IEnumerable<RowReject> rejects) =>
        new(
            "rejects",
            ["File", "Line", "Column", "Cell", "Reason"],
            rejects.Select(x => (IReadOnlyList<object>)[x.File, x.Line, x.Column, x.Cell, x.Reason])
        );

    private static string Join(IEnumerable<string> values) => string.Join("; ", values);
}
