using TaserTelemetry.Evidence.Access;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Tests;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Signing;

namespace TaserTelemetry.Auditor.Tests;

public sealed class LiveReadingTests
{
    [Fact]
    public async Task On_live_data_a_bundle_is_written_only_after_the_gateways_receipt()
    {
        using var ledger = Audit.Ledger();
        MakeAccessLog(ledger);
        using var held = DataLock.TryTake(ledger.Data, out _)!;
        var spool = new AccessSpool(ledger.Data, new RealDisk());
        var file = Path.Combine(ledger.Root, "bundle.zip");
        var audit = AskForABundle(ledger, file);
        var request = await FirstRequest(spool, audit);
        Assert.Equal((AuditVerb.Bundle, "X29000001"), (request.Verb, request.Device));
        Assert.False(File.Exists(file));
        spool.Answer(new AccessReceipt(request.Id, true, 4, ""));
        var (exitCode, _, error) = await audit;
        Assert.True(exitCode == 0, error);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task What_the_gateway_does_not_record_is_not_shown()
    {
        using var ledger = Audit.Ledger();
        MakeAccessLog(ledger);
        using var held = DataLock.TryTake(ledger.Data, out _)!;
        var spool = new AccessSpool(ledger.Data, new RealDisk());
        var file = Path.Combine(ledger.Root, "bundle.zip");
        var audit = AskForABundle(ledger, file);
        var request = await FirstRequest(spool, audit);
        spool.Answer(new AccessReceipt(request.Id, false, 0, "the disk is full"));
        var (exitCode, output, error) = await audit;
        Assert.Equal((4, ""), (exitCode, output));
        Assert.Contains("the disk is full", error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Verify_of_live_data_discloses_nothing_and_asks_for_no_receipt()
    {
        using var ledger = Audit.Ledger();
        MakeAccessLog(ledger);
        using var held = DataLock.TryTake(ledger.Data, out _)!;
        var (exitCode, output, _) = Audit.Run("verify", ledger.Data);
        Assert.Equal(0, exitCode);
        Assert.Contains("live", output, StringComparison.Ordinal);
        Assert.Contains("Access log   verified too", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Path.Combine(ledger.Data, "access", "spool")));
    }

    private static void MakeAccessLog(SampleLedger ledger)
    {
        using var log = TamperEvidentLog.Open(
            new LogOptions(LogPlace.Access(ledger.Data), Path.Combine(ledger.Root, "keys")) { SegmentBytes = 1 << 20, PrepareAhead = false }
        );
        var bytes = new byte[Leaf.BytesMax];
        var salt = new byte[32];
        var leaf = new Evidence.Leaves.Access(1, default, AuditVerb.Page, "", 0, 0, default, 1);
        var length = Commitments.EncodeCommitted(leaf, salt, default, bytes);
        log.Append([new Ledger.Journals.JournalItem(Ledger.Journals.RecordKind.OwnEvent, bytes.AsMemory(0, length), salt, default)]);
        log.TrySign(DateTimeOffset.FromUnixTimeSeconds((long)SampleLedger.Morning), stopping: true);
        Directory.CreateDirectory(Path.Combine(ledger.Data, "access", "spool"));
    }

    private static Task<(int ExitCode, string Output, string Error)> AskForABundle(SampleLedger ledger, string file) =>
        Task.Run(() =>
            Audit.Run(
                "evidence",
                ledger.Data,
                "--device",
                "X29000001",
                "--from",
                "2026-11-22T00:00:00Z",
                "--to",
                "2026-11-23T00:00:00Z",
                "--out",
                file
            )
        );

    private static async Task<AccessRequest> FirstRequest(AccessSpool spool, Task audit)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!audit.IsCompleted)
        {
            deadline.Token.ThrowIfCancellationRequested();
            if (spool.Pending().Requests is [var request, ..])
            {
                return request;
            }
            await Task.Yield();
        }
        throw new InvalidOperationException("The audit ended without asking for a receipt.");
    }
}
