using System.Buffers.Binary;
using System.Globalization;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Verifying;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Ledger.Tests.Simulation;

/// <summary>
/// Whole lives of a log on the simulated disk: append, sign, stop, and somewhere in it the power fails, a sync fails, or the disk is
/// full; then it is opened again. An oracle outside holds every acknowledged record and every published checkpoint.
/// </summary>
public sealed class CrashTests
{
    private const int CrashStatesMin = 100_000;
    private static readonly LogPlace Place = LogPlace.Ledger("/data");

    [Fact, Trait("Campaign", "ledger-crash")]
    public void No_crash_loses_doubles_or_changes_what_was_acknowledged()
    {
        var seed = (int)Campaign.Seed;
        var tally = new Tally();
        var (atOnce, statesMin) = Campaign.Is("ledger-crash") ? (1_000, CrashStatesMin) : (300, 1);
        var lives = 0;
        var began = TimeProvider.System.GetTimestamp();
        while (tally.States < statesMin && (lives == 0 || TimeProvider.System.GetElapsedTime(began) < Campaign.Length))
        {
            Parallel.For(lives, lives + atOnce, life => Live(seed + life, tally));
            lives += atOnce;
        }
        Assert.True(tally.States > 2 * lives, $"only {tally}: the lives are too quiet to show anything");
        Console.WriteLine($"CAMPAIGN ledger-crash seed {seed}: {lives:N0} lives, {tally}; recovery right in each");
    }

    private static void Live(int seed, Tally tally)
    {
        try
        {
            new Life(seed, tally).Run();
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            Assert.Fail($"life {seed}: {e}");
        }
        catch (Xunit.Sdk.XunitException e)
        {
            Assert.Fail($"life {seed}: {e.Message}\n{e.StackTrace}");
        }
    }

    /// <summary>How often the power failed, and how often a process ended on an error and was started over the same page cache.</summary>
    private sealed class Tally
    {
        private long powerFailures;
        private long errors;

        public long States => Interlocked.Read(ref powerFailures) + Interlocked.Read(ref errors);

        public void PowerFailed() => Interlocked.Increment(ref powerFailures);

        public void EndedOnError() => Interlocked.Increment(ref errors);

        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{States:N0} crash states ({Interlocked.Read(ref powerFailures):N0} power failures, {Interlocked.Read(ref errors):N0} ends on an error)"
            );
    }

    private sealed class Life(int seed, Tally tally)
    {
        private const int SingleKeysAsked = 8;
        private static readonly int[] KeyOffsets = [2, 4, 6, 8, 10, 12, 14, 16];
        private readonly Random random = new(seed);
        private readonly SimulatedDisk disk = new(seed);
        private readonly List<JournalItem> acknowledged = [];
        private readonly List<Checkpoint> published = [];
        private JournalItem[] inFlight = [];
        private DateTimeOffset now = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

        public void Run()
        {
            for (var run = 0; run < 4; run++)
            {
                ChooseTrouble(run);
                try
                {
                    RunOnce();
                }
                catch (PowerFailure)
                {
                    LosePower();
                }
                catch (Exception e) when (e is JournalFailedException or DiskException or LogSigningException)
                {
                    disk.FailPowerAt = disk.FailSyncAt = 0; // the process ends; the page cache stays as it is
                    disk.FullFrom = disk.FullUntil = long.MaxValue;
                    if (random.Next(3) == 0)
                        LosePower();
                    else
                        tally.EndedOnError();
                }
            }
            disk.FailPowerAt = disk.FailSyncAt = 0;
            disk.FullFrom = disk.FullUntil = long.MaxValue;
            using (Open()) { }
            LosePower();
            using var log = Open();
            Verify();
        }

        private void LosePower()
        {
            disk.LosePower();
            tally.PowerFailed();
        }

        private void ChooseTrouble(int run)
        {
            var soon = disk.Operations + random.Next(1, run == 0 ? 150 : 80);
            switch (random.Next(5))
            {
                case 0 or 1:
                    disk.FailPowerAt = soon;
                    break;
                case 2:
                    disk.FailSyncAt = soon;
                    break;
                case 3:
                    disk.FullFrom = soon;
                    disk.FullUntil = soon + random.Next(1, 20);
                    break;
                default:
                    break;
            }
        }

        private void RunOnce()
        {
            using var log = Open();
            for (var i = 0; i < 12; i++)
            {
                if (random.Next(4) == 0)
                    Sign(log, stopping: false);
                Append(log);
            }
            if (random.Next(2) == 0)
                Sign(log, stopping: true);
        }

        private TamperEvidentLog Open()
        {
            var log = TamperEvidentLog.Open(
                new LogOptions(Place, "/keys")
                {
                    Disk = disk,
                    SegmentBytes = 4096,
                    PrepareAhead = false,
                    Origin = "example.invalid/test",
                }
            );
            Settle(log);
            return log;
        }

        /// <summary>All acknowledged records are there; the group that was being written may be, as a whole or not at all.</summary>
        private void Settle(TamperEvidentLog log)
        {
            var expected = (ulong)acknowledged.Count;
            if (log.NextIndex != expected)
            {
                Assert.Equal(expected + (ulong)inFlight.Length, log.NextIndex);
                acknowledged.AddRange(inFlight);
            }
            inFlight = [];
            using var reader = log.OpenReader(0);
            foreach (var item in acknowledged)
            {
                Assert.True(ReadStatus.Record == reader.Read(), reader.Problem?.ToString());
                Assert.True(reader.Leaf.SequenceEqual(item.Leaf.Span));
                Assert.True(reader.Received.SequenceEqual(item.Received.Span));
                Assert.Equal(ReceivedState.Present, reader.State);
            }
            Assert.Equal(ReadStatus.End, reader.Read());
            CheckIndices(log, isWhole: false);
            Verify();
            MakeIndices(log);
            CheckIndices(log, isWhole: true);
        }

        /// <summary>As the service does at each seal, and at a start for what is missing or not whole.</summary>
        private void MakeIndices(TamperEvidentLog log)
        {
            foreach (var (first, next) in log.KeyIndex.Missing())
                log.KeyIndex.Write(first, next, [.. Below(next).Skip((int)first * KeyOffsets.Length)]);
        }

        /// <summary>
        /// Index files are never synced. Whatever became of one: it names what the journal holds, or is not taken for an index at all.
        /// All that they hold at once, in their order, and a few keys one by one.
        /// </summary>
        private void CheckIndices(TamperEvidentLog log, bool isWhole)
        {
            var missing = log.KeyIndex.Missing();
            Assert.True(!isWhole || missing.Count == 0);
            var next = log.KeyIndex.OpenFirst;
            var known = Below(next).Where(entry => !IsIn(missing, entry.Index)).ToArray();
            var segments = SegmentList.Read(disk, Place.Journal);
            var expected = known
                .OrderBy(entry => segments.Count(first => first <= entry.Index))
                .ThenBy(entry => entry.Key)
                .ThenBy(entry => entry.Index);
            Assert.Equal(expected.Select(entry => entry.Index), log.KeyIndex.Find(UInt128.MinValue, UInt128.MaxValue));
            var all = Below(next).ToArray();
            for (var i = 0; i < SingleKeysAsked && all.Length > 0; i++)
            {
                var (key, index) = all[random.Next(all.Length)];
                Assert.Equal(IsIn(missing, index) ? [] : [index], log.KeyIndex.Find(key, key));
            }
        }

        private static bool IsIn(IReadOnlyList<(ulong First, ulong Next)> segments, ulong index) =>
            segments.Any(segment => segment.First <= index && index < segment.Next);

        /// <summary>Several keys a record, so that an index file has more than one sector and can be torn.</summary>
        private IEnumerable<KeyIndexEntry> Below(ulong next) =>
            acknowledged
                .Take((int)next)
                .SelectMany((item, at) => KeyOffsets.Select(offset => new KeyIndexEntry(KeyAt(item, offset), (ulong)at)));

        private static UInt128 KeyAt(in JournalItem item, int offset) => BinaryPrimitives.ReadUInt128BigEndian(item.Leaf.Span[offset..]);

        private void Append(TamperEvidentLog log)
        {
            inFlight = SampleItems.Group(random, random.Next(1, 5), 400);
            var outcome = log.Append(inFlight);
            if (outcome.Status == AppendStatus.Durable)
            {
                Assert.Equal((ulong)acknowledged.Count, outcome.FirstIndex);
                acknowledged.AddRange(inFlight);
                inFlight = [];
                if (outcome.Sealed)
                    MakeIndices(log);
            }
            else
            {
                Assert.Equal(AppendStatus.DiskFull, outcome.Status);
                inFlight = [];
            }
        }

        private void Sign(TamperEvidentLog log, bool stopping)
        {
            now += TimeSpan.FromSeconds(11);
            var outcome = log.TrySign(now, stopping);
            if (outcome.Status == SignStatus.Signed && outcome.Checkpoint is not null)
                published.Add(outcome.Checkpoint);
        }

        private void Verify()
        {
            var result = LedgerVerifier.Run(
                new VerifyOptions(Place)
                {
                    Disk = disk,
                    Threads = 1,
                    Remembered =
                    [
                        .. published.Select(cp => new RememberedCheckpoint(
                            cp.Size,
                            cp.Root,
                            cp.Size.ToString(CultureInfo.InvariantCulture)
                        )),
                    ],
                }
            );
            Assert.True(result.IsIntact, string.Join("\n", result.Problems));
            Assert.Equal((ulong)acknowledged.Count, result.Records);
        }
    }
}
