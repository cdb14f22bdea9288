using Microsoft.Extensions.Time.Testing;
using TaserTelemetry.Evidence.Access;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Evidence.Tests.Access;

public sealed class AccessSpoolTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("taser-spool-").FullName;
    private readonly AccessSpool spool;

    public AccessSpoolTests()
    {
        spool = new AccessSpool(data, new RealDisk());
        Directory.CreateDirectory(spool.Folder);
    }

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task A_request_is_seen_by_the_gateway_and_its_receipt_by_who_asked()
    {
        var request = AccessSpool.NewRequest(AuditVerb.Bundle, "auditor", 12) with { Device = "X29000001", FromNs = 5 };
        spool.Submit(request);
        Assert.Null(spool.Receipt(request.Id));
        Assert.Equal(request, Assert.Single(spool.Pending().Requests));
        spool.Answer(new AccessReceipt(request.Id, true, 7, ""));
        Assert.Empty(spool.Pending().Requests);
        var receipt = await spool.WaitAsync(request.Id, TimeSpan.FromSeconds(1), new FakeTimeProvider(), CancellationToken.None);
        Assert.Equal(new AccessReceipt(request.Id, true, 7, ""), receipt);
        spool.Remove(request.Id);
        Assert.Empty(Directory.GetFiles(spool.Folder));
    }

    [Fact]
    public async Task Without_a_receipt_waiting_ends_at_its_limit()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromMilliseconds(100) };
        Assert.Null(await spool.WaitAsync(new string('0', 32), TimeSpan.FromMilliseconds(90), time, CancellationToken.None));
    }

    [Fact]
    public void What_is_no_request_is_named_a_stranger_and_never_recorded()
    {
        var good = AccessSpool.NewRequest(AuditVerb.Page, "auditor", 1);
        spool.Submit(good);
        var text = File.ReadAllText(Path.Combine(spool.Folder, good.Id + ".request"));
        Write("11111111111111111111111111111111", text);
        Write("22222222222222222222222222222222", "{");
        Write("33333333333333333333333333333333", new string(' ', AccessRequest.BytesMax + 1));
        Write(
            "44444444444444444444444444444444",
            text.Replace(good.Id, new string('4', 32), StringComparison.Ordinal)
                .Replace("taser-access/1", "taser-access/2", StringComparison.Ordinal)
        );
        Write(
            "55555555555555555555555555555555",
            text.Replace(good.Id, new string('5', 32), StringComparison.Ordinal)
                .Replace("}", ",\"note\":\"free text\"}", StringComparison.Ordinal)
        );
        Write(
            "66666666666666666666666666666666",
            text.Replace(good.Id, new string('6', 32), StringComparison.Ordinal)
                .Replace("\"device\":\"\"", "\"device\":\"a b\"", StringComparison.Ordinal)
        );
        var (requests, strangers) = spool.Pending();
        Assert.Equal(good, Assert.Single(requests));
        Assert.Equal(6, strangers.Count);
        foreach (var stranger in strangers)
        {
            spool.Remove(stranger);
        }
        Assert.Empty(spool.Pending().Strangers);
    }

    [Fact]
    public void A_spool_that_is_not_there_is_an_error_that_names_it()
    {
        Directory.Delete(spool.Folder);
        var error = Assert.Throws<DiskException>(() => spool.Submit(AccessSpool.NewRequest(AuditVerb.Page, "auditor", 1)));
        Assert.Contains("spool", error.Message, StringComparison.Ordinal);
    }

    private void Write(string stem, string text) => File.WriteAllText(Path.Combine(spool.Folder, stem + ".request"), text);
}
