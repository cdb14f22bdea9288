using System.Diagnostics;
using System.Globalization;
using System.Text;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Findings;
using TaserTelemetry.Reconciler.Import;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Output;
using TaserTelemetry.Reconciler.Registers;

namespace TaserTelemetry.Benchmarks.Reconciling;

/// <summary>
/// Reconciliation of 10 M events with 100,000 reports (design 9): intake, import, run and CSV, JSON and HTML outputs; then half of it,
/// for the growth. The baseline is a loop that only walks the same entries.
/// </summary>
internal static class ReconcileFigures
{
    private const int DaysOfUse = 250;
    private static readonly DateTimeOffset Start = new(2025, 4, 1, 0, 0, 0, TimeSpan.Zero);

    public static Task RunAsync()
    {
        Once(500_000, 5_000, "warm-up");
        double half = Once(5_000_000, 50_000, "half");
        double whole = Once(10_000_000, 100_000, "whole");
        long peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"reconcile 10 M events, 100 k reports: {whole:0.0} s (to hold: 20 s), doubling {whole / half:0.00} x (to hold: 2.2), peak {peak} MiB (to hold: 2,048)"
            )
        );
        return Task.CompletedTask;
    }

    /// <summary>The same with reports and issues as workbooks.</summary>
    public static Task XlsxAsync()
    {
        Once(500_000, 5_000, "warm-up", ".xlsx");
        double whole = Once(10_000_000, 100_000, "whole", ".xlsx");
        long peak = Process.GetCurrentProcess().PeakWorkingSet64 >> 20;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"reconcile 10 M events, 100 k reports, XLSX: {whole:0.0} s (to hold: 120 s), peak {peak} MiB (to hold: 2,048)"
            )
        );
        return Task.CompletedTask;
    }

    private static double Once(int events, int reports, string name, string extension = ".csv")
    {
        int devices = Math.Max(1, events / 5_000);
        var folder = Directory.CreateTempSubdirectory("taser-bench-");
        try
        {
            string issuesFile = Path.Combine(folder.FullName, "issues" + extension);
            string reportsFile = Path.Combine(folder.FullName, "reports" + extension);
            Write(issuesFile, Issues(devices));
            Write(reportsFile, Reports(devices, reports));
            // what making the files left behind is no part of a run
            GC.Collect();
            return Once(devices, events / devices, issuesFile, reportsFile, name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Once(int devices, int perDevice, string issuesFile, string reportsFile, string name)
    {
        var clock = Stopwatch.StartNew();
        var log = Log(devices, perDevice);
        double intake = clock.Elapsed.TotalSeconds;
        string memory = PeakMiB("intake");
        using var issues = File.OpenRead(issuesFile);
        using var untrustedReports = File.OpenRead(reportsFile);
        var (registers, _) = RegisterImporter.Import(new RegisterSet(), RegisterKind.Issues, "issues", issues);
        var import = ReportImporter.Import("reports", untrustedReports, Profile.BuiltIn("plain")!);
        double imported = clock.Elapsed.TotalSeconds;
        memory += PeakMiB(", import");
        var result = Reconciliation.Run(
            new ReconciliationInputs
            {
                Log = log,
                LetsGoOfLog = true,
                Registers = registers,
                Reports = import.Reports,
                ReportColumns = import.Columns,
                Imports = [import.Answer],
            },
            RuleSet.Standard,
            Start.AddDays(400)
        );
        double run = clock.Elapsed.TotalSeconds;
        memory += PeakMiB(", run");
        Write(result);
        double all = clock.Elapsed.TotalSeconds;
        memory += PeakMiB(", outputs");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {name}: {log.Count:N0} entries, {import.Reports.Count:N0} reports, {result.Cases.Count:N0} cases, matched {result.Account.ReportsMatched:N0}: intake {intake:0.0} s, import {imported - intake:0.0} s, run {run - imported:0.0} s, outputs {all - run:0.0} s, all {all:0.0} s; peak by then, MiB: {memory}"
            )
        );
        return all;
    }

    private static string PeakMiB(string phase) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{phase} {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} (heap {GC.GetTotalMemory(false) >> 20})"
        );

    private static void Write(ReconciliationResult result)
    {
        foreach (var table in ResultTables.All(result))
        {
            CsvOutput.Write(table, Stream.Null);
        }

        JsonOutput.Write(result, Stream.Null);
        HtmlOutput.Write(result, Stream.Null);
    }

    /// <summary>One issue a device and day; a test at issue, on some days a use, and rows that nobody audits.</summary>
    private static LogStore Log(int devices, int perDevice)
    {
        var log = new LogStore();
        int perDay = perDevice / DaysOfUse;
        for (int d = 0; d < devices; d++)
        {
            ulong sequence = 0;
            var (serial, armoury) = (Serial(d), "a" + (d % 20).ToString(CultureInfo.InvariantCulture));
            for (int day = 0; day < DaysOfUse; day++)
            {
                long at = Start.AddDays(day).ToUnixTimeSeconds() + 7 * 3600;
                int batch = log.AddBatch(Batch(d, day, at, serial, armoury));
                int written = Day(log, batch, ref sequence, at, Uses(d, day));
                for (; written < perDay; written++)
                {
                    log.Add(batch, sequence++, Event(at + 8_000 + written * 60, EventCode.Light, 0));
                }
            }
        }

        return log;
    }

    private static int Day(LogStore log, int batch, ref ulong sequence, long at, bool use)
    {
        log.Add(batch, sequence++, Event(at + 120, EventCode.Arm, 0));
        log.Add(batch, sequence++, Event(at + 122, EventCode.Arc, 1_000));
        log.Add(batch, sequence++, Event(at + 125, EventCode.Safe, 5_000));
        if (!use)
        {
            return 3;
        }

        log.Add(batch, sequence++, Event(at + 7_200, EventCode.Arm, 0));
        log.Add(batch, sequence++, Event(at + 7_205, EventCode.Trigger, 5_000, deployed: true));
        log.Add(batch, sequence++, Event(at + 7_215, EventCode.Safe, 15_000, deployed: true));
        return 6;
    }

    private static LogBatch Batch(int device, int day, long at, string serial, string armoury) =>
        new()
        {
            Device = serial,
            Model = "X2",
            Armoury = armoury,
            DockingSession = (ulong)(device * 1_000 + day + 1),
            ReceivedNs = (ulong)(at + 10 * 3600) * 1_000_000_000,
            ClockQuality = ClockQuality.TwoSided,
            ClockBoundNs = 1_000_000_000,
            Leaf = new LeafRef((ulong)(device * DaysOfUse + day), new LeafHash((ulong)device, (ulong)day, 1, 1)),
        };

    private static EventRecord Event(long at, EventCode code, uint ms, bool deployed = false) =>
        new((ulong)at, 0, code, EventFlags.None, ms, 0, deployed ? 0b010_011u : 0b010_010u, EventRecord.TemperatureAbsent, 90, 0, 0);

    /// <summary>Every fifth day of a device holds a use: with 2,000 devices and 250 days, 100,000.</summary>
    private static bool Uses(int device, int day) => (device + day) % 5 == 0;

    private static string Issues(int devices)
    {
        var csv = new StringBuilder("IssueId,DeviceSerial,OfficerRef,Purpose,IssuedAt,ReturnedAt\n");
        for (int d = 0; d < devices; d++)
        {
            for (int day = 0; day < DaysOfUse; day++)
            {
                var at = Start.AddDays(day).AddHours(7);
                csv.Append(
                    CultureInfo.InvariantCulture,
                    $"I{d}-{day},{Serial(d)},O{d},operational,{at:yyyy-MM-ddTHH:mm:sszzz},{at.AddHours(9):yyyy-MM-ddTHH:mm:sszzz}\n"
                );
            }
        }

        return csv.ToString();
    }

    private static string Reports(int devices, int reports)
    {
        var csv = new StringBuilder("ReportId,Version,SubmittedAt,OfficerRef,IncidentRef,UsedAt,DeviceSerial,Level,Cycles\n");
        int made = 0;
        for (int d = 0; d < devices && made < reports; d++)
        {
            for (int day = 0; day < DaysOfUse && made < reports; day++)
            {
                if (Uses(d, day))
                {
                    var at = Start.AddDays(day).AddHours(9).AddMinutes(made % 9 - 4);
                    string serial = made % 40 == 0 ? Serial(d).Replace('2', '3') : Serial(d);
                    csv.Append(
                        CultureInfo.InvariantCulture,
                        $"R{made},1,{at.AddHours(8):yyyy-MM-ddTHH:mm:sszzz},O{d},N{made},{at:yyyy-MM-ddTHH:mm:sszzz},{serial},{(made % 30 == 0 ? "Red-dot" : "Fired")},{(made % 25 == 0 ? 2 : 1)}\n"
                    );
                    made++;
                }
            }
        }

        return csv.ToString();
    }

    private static string Serial(int device) => string.Create(CultureInfo.InvariantCulture, $"X29{device:D6}");

    private static void Write(string file, string csv)
    {
        if (Path.GetExtension(file) == ".csv")
        {
            File.WriteAllText(file, csv);
            return;
        }

        var rows = csv.TrimEnd('\n').Split('\n');
        using var stream = File.Create(file);
        XlsxOutput.Write(
            [new OutputTable("rows", rows[0].Split(','), rows.Skip(1).Select(r => (IReadOnlyList<object>)r.Split(',')))],
            stream
        );
    }
}
