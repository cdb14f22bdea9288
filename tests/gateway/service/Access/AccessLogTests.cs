using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using TaserTelemetry.Evidence.Access;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Ledger.Verifying;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Access;

public sealed class AccessLogTests
{
    private static readonly string[] ShowNothingRecorded =
    [
        "/",
        "/page.css",
        "/page.js",
        "/plots.js",
        "/health",
        "/ready",
        "/control",
        "/metrics",
    ];

    [Fact]
    public async Task The_page_is_answered_after_the_reading_stands_in_a_log_with_a_key_of_its_own()
    {
        var folder = Directory.CreateTempSubdirectory("taser-access-").FullName;
        await using (var gateway = await RunningGateway.StartAsync(folder: folder))
        {
            using var http = new HttpClient { BaseAddress = new Uri(gateway.Http) };
            await http.GetAsync(new Uri("/api/devices/X00-000001/activations", UriKind.Relative));
            var read = Reads(folder).Single();
            Assert.Equal((AuditVerb.Page, "X00-000001", false), (read.Verb, read.Device, read.By.IsGateway));
            await http.GetAsync(new Uri("/health", UriKind.Relative));
            Assert.Single(Reads(folder));
            var told = gateway.Leaves<KeyEvent>().Single(key => key.Use == KeyUse.Access);
            Assert.Equal(Key(gateway, "access"), told.Key.Bytes.ToArray());
            Assert.NotEqual(Key(gateway, "ledger"), told.Key.Bytes.ToArray());
        }
        var verified = LedgerVerifier.Run(new VerifyOptions(LogPlace.Access(Path.Combine(folder, "data"))));
        Assert.True(verified.IsIntact, string.Join("\n", verified.Problems));
        Assert.Equal(2UL, verified.Newest!.Size);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_page_that_asks_again_and_again_leaves_one_leaf_for_a_viewing_and_another_for_another_device()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Http) };
        foreach (var path in (string[])["/api/overview", "/api/activations", "/api/overview", "/api/devices", "/api/overview"])
        {
            await http.GetAsync(new Uri(path, UriKind.Relative));
        }
        Assert.Single(Reads(gateway.Folder));
        await http.GetAsync(new Uri("/api/devices/X00-000001/activations", UriKind.Relative));
        Assert.Equal(["", "X00-000001"], Reads(gateway.Folder).Select(read => read.Device));
    }

    [Fact]
    public void A_viewing_is_covered_for_its_time_and_not_longer_and_the_book_of_them_is_bounded()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var viewings = new Viewings(clock);
        Assert.False(viewings.Covers("a", "here", ""));
        viewings.Begin("a", "here", "");
        Assert.False(viewings.Covers("b", "here", "") || viewings.Covers("a", "there", "") || viewings.Covers("a", "here", "X"));
        clock.Advance(Viewings.LastsMax - TimeSpan.FromTicks(1));
        Assert.True(viewings.Covers("a", "here", ""));
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(viewings.Covers("a", "here", ""));
        for (var i = 0; i < Viewings.OpenMax; i++)
        {
            viewings.Begin($"{i}", "here", "");
        }
        viewings.Begin("one more", "here", "");
        Assert.True(viewings.Covers("one more", "here", "") && !viewings.Covers("7", "here", ""));
    }

    [Fact]
    public async Task What_cannot_be_recorded_is_not_shown()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Services.GetRequiredService<JournalService>().Open.Access.Dispose();
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Http) };
        using var answer = await http.GetAsync(new Uri("/api/overview", UriKind.Relative));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("could not be recorded", body, StringComparison.Ordinal);
        Assert.DoesNotContain("origin", body, StringComparison.Ordinal);
        Assert.False((await AskAsync(gateway, ControlActions.ListQuarantine, [])).Done);
    }

    [Fact]
    public async Task Every_route_that_could_show_what_is_recorded_lies_behind_the_access_log()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var routes = gateway
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(e => e.RoutePattern.RawText!);
        Assert.NotEmpty(routes);
        Assert.All(
            routes,
            route =>
                Assert.True(
                    route.StartsWith(AccessGate.Guarded + "/", StringComparison.Ordinal) || ShowNothingRecorded.Contains(route),
                    $"{route} is neither under {AccessGate.Guarded} nor known to show nothing that is recorded"
                )
        );
    }

    [Fact]
    public async Task What_was_kept_aside_is_shown_over_the_control_socket_and_each_look_is_recorded()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock with { Dock = "dock-7" });
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3));
        var list = await AskAsync(gateway, ControlActions.ListQuarantine, []);
        Assert.Contains("dock-7", list.Lines[0], StringComparison.Ordinal);
        var index = list.Lines[0].Trim().Split(' ')[0];
        var show = await AskAsync(gateway, ControlActions.ShowQuarantine, new() { ["index"] = index });
        Assert.Contains(show.Lines, line => line.StartsWith("000000  ", StringComparison.Ordinal));
        Assert.False((await AskAsync(gateway, ControlActions.ShowQuarantine, new() { ["index"] = "0" })).Done);
        Assert.Equal([AuditVerb.Quarantine, AuditVerb.Quarantine], Reads(gateway.Folder).Select(read => read.Verb));
    }

    [Fact]
    public async Task A_request_in_the_spool_is_answered_with_its_leaf_and_what_is_no_request_goes()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var spool = new AccessSpool(Path.Combine(gateway.Folder, "data"), new RealDisk());
        await File.WriteAllTextAsync(Path.Combine(spool.Folder, "0123.request"), "{}");
        var request = AccessSpool.NewRequest(AuditVerb.Bundle, "an auditor", 7) with { Device = "X00-000001" };
        spool.Submit(request);
        var receipt = await spool.WaitAsync(request.Id, TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);
        Assert.True(receipt!.Recorded, receipt.Because);
        var read = Reads(gateway.Folder).Single();
        Assert.Equal((AuditVerb.Bundle, "X00-000001", 7UL), (read.Verb, read.Device, read.Items));
        Assert.Equal(1UL, receipt.LeafIndex);
        await Ground.UntilAsync(() => Task.FromResult(!File.Exists(Path.Combine(spool.Folder, "0123.request"))), "the stranger to go");
    }

    internal static List<Evidence.Leaves.Access> Reads(string folder)
    {
        var reads = new List<Evidence.Leaves.Access>();
        using var reader = JournalReader.Open(new RealDisk(), LogPlace.Access(Path.Combine(folder, "data")).Journal, 0);
        while (reader.Read() == ReadStatus.Record)
        {
            if (Leaf.Decode(reader.Leaf).Leaf is Evidence.Leaves.Access read)
            {
                reads.Add(read);
            }
        }
        return reads;
    }

    internal static Task<ControlAnswer> AskAsync(
        RunningGateway gateway,
        string verb,
        Dictionary<string, string> arguments,
        string by = "an operator"
    )
    {
        var data = Path.Combine(gateway.Folder, "data");
        return ControlSocket.AskAsync(
            data,
            new ControlMessage(verb, by, arguments),
            new DataInUseException(data, "?"),
            CancellationToken.None
        );
    }

    private static byte[] Key(RunningGateway gateway, string name)
    {
        using var key = new KeyFolder(new RealDisk(), Path.Combine(gateway.Folder, "keys")).Load(name)!;
        return key.Verifier.Key.ToArray();
    }
}
