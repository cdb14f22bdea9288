using System.Diagnostics;
using System.Net.Sockets;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Records;

namespace TaserTelemetry.Gateway.Tests.Ingest;

public sealed class OperatorTests
{
    private static readonly DockAddress Stranger = RunningGateway.Dock with { Dock = "dock-7" };

    [Fact]
    public async Task What_a_stranger_sent_is_stored_after_it_was_enrolled_and_judged_again_over_the_control_socket()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, Stranger);
        await dock.OpenAsync();
        Assert.Equal(Verdict.KeptAside, (await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3))).Verdict);
        var enrol = new Dictionary<string, string>
        {
            ["name"] = Stranger.Dock,
            ["force"] = Stranger.Force,
            ["armoury"] = Stranger.Armoury,
        };
        Assert.True((await AskAsync(gateway, ControlActions.EnrolDock, enrol)).Done);
        Assert.True((await AskAsync(gateway, ControlActions.RetryQuarantine, [])).Done);
        var stored = Assert.Single(gateway.Leaves<StoredBatch>());
        Assert.True(stored.Marks.HasFlag(BatchMarks.FromQuarantine));
        var again = Assert.Single(gateway.Leaves<Rejudgement>());
        Assert.IsType<Quarantined>(gateway.Leaves()[(int)again.Target.Index].Leaf);
        Assert.False(again.By.IsGateway);
        Assert.False((await AskAsync(gateway, ControlActions.EnrolDock, new() { ["name"] = "bad name" })).Done);
    }

    [Fact]
    public async Task What_a_revoked_dock_sends_is_kept_aside()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await AskAsync(gateway, ControlActions.EnrolDock, new() { ["name"] = RunningGateway.Dock.Dock, ["revoke"] = "true" });
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        Assert.Equal(Reason.DockRevoked, (await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3))).Reason);
    }

    [Fact]
    public async Task The_account_that_asked_stands_beside_the_name_that_was_typed()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await AskAsync(gateway, ControlActions.RetryQuarantine, []);
        using var records = RecordsStore.OpenToRead(Path.Combine(gateway.Folder, "data"))!;
        var asked = Assert.Single(records.AllAsked());
        Assert.Equal("an operator", records.Find(asked.ByActor)!.DisplayName);
        Assert.Equal(ControlActions.RetryQuarantine, asked.Doing);
        Assert.Equal(OsAccount.Own().Uid, asked.Uid);
        Assert.Equal(OsAccount.Own().Name, asked.Account);
    }

    [Fact]
    public async Task The_account_at_the_other_end_of_a_socket_is_the_kernels_word()
    {
        var folder = Directory.CreateTempSubdirectory("taser-peer-");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1FF);
            var path = Path.Combine(folder.FullName, "s");
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, (UnixFileMode)0x1FF);
            listener.Listen();
            // As root the other end is another account, so that the number sought is never a zero that nothing wrote.
            var isRoot = OsAccount.Own().Uid == 0;
            string[] command = ["socat", "-", "UNIX-CONNECT:" + path];
            string[] all = isRoot ? ["setpriv", "--reuid=65534", "--clear-groups", .. command] : command;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            using var other = Process.Start(new ProcessStartInfo(all[0], all[1..]) { RedirectStandardInput = true })!;
            using (var peer = await listener.AcceptAsync(limit.Token))
            {
                var account = OsAccount.OfPeer(peer);
                Assert.Equal(isRoot ? 65534u : OsAccount.Own().Uid, account.Uid);
                Assert.NotEqual(0u, account.Uid);
                Assert.NotEmpty(account.Shown);
            }
            other.StandardInput.Close();
            await other.WaitForExitAsync(limit.Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_control_route_is_not_to_be_had_over_http()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.PostAsync(gateway.Http + "/control", new StringContent("{}", null, "application/json"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_second_gateway_on_the_same_data_is_refused_with_the_process_that_holds_it()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var refused = await Assert.ThrowsAsync<DataInUseException>(() => RunningGateway.StartAsync(folder: gateway.Folder));
        Assert.Contains(Environment.ProcessId.ToString(), refused.Message);
        var answer = await AskAsync(gateway, ControlActions.RetryQuarantine, []);
        Assert.Equal("Nothing is kept aside.", Assert.Single(answer.Lines));
    }

    private static Task<ControlAnswer> AskAsync(RunningGateway gateway, string verb, Dictionary<string, string> arguments)
    {
        var data = Path.Combine(gateway.Folder, "data");
        return ControlSocket.AskAsync(
            data,
            new ControlMessage(verb, "an operator", arguments),
            new DataInUseException(data, "?"),
            CancellationToken.None
        );
    }
}
