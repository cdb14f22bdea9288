using System.Globalization;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Ledger.Tests.Breaking;

/// <summary>
/// A process to be killed: opens a log, appends group after group, signs now and then, and says each acknowledgement on standard output
/// when, and only when, the append has returned. What it appends follows from the index alone, so that an oracle outside knows it.
/// </summary>
internal static class ChildWriter
{
    public const string Verb = "write-until-killed";

    public static int Main(string[] arguments)
    {
        if (arguments.Length != 4 || arguments[0] != Verb)
        {
            Console.Error.WriteLine($"usage: {Verb} DATA KEYS GROUPS");
            return 2;
        }
        var groups = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        using var log = Open(arguments[1], arguments[2]);
        output.WriteLine($"open {log.NextIndex}");
        var now = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < groups; i++)
        {
            var outcome = log.Append(GroupAt(log.NextIndex));
            if (outcome.Status == AppendStatus.Durable)
                output.WriteLine($"ack {outcome.FirstIndex} {outcome.NextIndex}");
            now += SignEvery;
            if (i % 5 == 4 && log.TrySign(now) is { Status: SignStatus.Signed, Checkpoint: { } signed })
                output.WriteLine($"signed {signed.Size} {signed.Root}");
        }
        log.TrySign(now, stopping: true);
        return 0;
    }

    public static TamperEvidentLog Open(string data, string keys) =>
        TamperEvidentLog.Open(new LogOptions(LogPlace.Ledger(data), keys) { SegmentBytes = 64 << 10, Origin = "example.invalid/child" });

    public static JournalItem ItemAt(ulong index) => SampleItems.One(new Random((int)index + 1), 2000);

    private static readonly TimeSpan SignEvery = TimeSpan.FromSeconds(11);

    private static JournalItem[] GroupAt(ulong first) =>
        [.. Enumerable.Range(0, 1 + (int)(first % 7)).Select(i => ItemAt(first + (ulong)i))];
}
