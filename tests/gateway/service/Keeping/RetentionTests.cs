using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Reading;
using TaserTelemetry.Evidence.Verification;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Signing;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

public sealed class RetentionTests : IDisposable
{
    private const string Other = "X00-000002";
    private static readonly ActorId Asker = new(1, 1);
    private static readonly ActorId Agreer = new(2, 2);
    private readonly Ground ground = new();

    public void Dispose() => ground.Dispose();

    [Fact]
    public async Task Bytes_go_when_two_people_agreed_and_a_witness_has_seen_it_for_thirty_days_and_never_under_a_hold()
    {
        await using var witness = await TestWitness.StartAsync("one.example");
        var settings = Settings(witness);
        await using (var gateway = await RunningGateway.StartAsync(s => Keep(s, witness), ground.Folder))
        {
            await UploadAsync(gateway, RunningGateway.Device, 7);
            await UploadAsync(gateway, Other, 8);
        }
        Assert.False(With(settings, journal => Ask(journal, ControlActions.RequestDisposal, Asker, ("class", "routine"))).Done);
        Assert.True(With(settings, journal => Ask(journal, ControlActions.RequestDisposal, Asker, ("class", "activation"))).Done);
        Assert.False(With(settings, journal => Ask(journal, ControlActions.ConfirmDisposal, Asker, ("number", "1"))).Done);
        var confirmed = With(settings, journal => Ask(journal, ControlActions.ConfirmDisposal, Agreer, ("number", "1")));
        Assert.True(confirmed.Done, confirmed.Lines[0]);
        // however long nobody outside has seen it, nothing goes
        Assert.Contains(
            "Nothing is due",
            With(settings, journal => DisposalRun.Run(journal, Asker, new At(400))).Lines[0],
            StringComparison.Ordinal
        );
        await using (var gateway = await RunningGateway.StartAsync(s => Keep(s, witness), ground.Folder))
        {
            await WitnessTests.WitnessedAsync(gateway);
        }
        Assert.Contains(
            "Nothing is due",
            With(settings, journal => DisposalRun.Run(journal, Asker, new At(29))).Lines[0],
            StringComparison.Ordinal
        );
        Assert.True(With(settings, journal => Ask(journal, ControlActions.PlaceHold, Asker, ("device", Other))).Done);
        var run = With(settings, journal => DisposalRun.Run(journal, Asker, new At(31)));
        Assert.Contains("Holds keep", run.Lines[0], StringComparison.Ordinal);
        Assert.Equal((ReceivedState.Disposed, ReceivedState.Present), (StateOf(RunningGateway.Device), StateOf(Other)));
        var verified = LedgerVerification.Run(
            ground.At("data"),
            LogPlace.Ledger(ground.At("data")),
            new VerificationRequest(null, [], false, true, null)
        );
        Assert.True(verified.IsIntact, string.Join("\n", verified.Problems));
        Assert.True(verified.DisposedRecords > 0);
        // the hold lifted, a run that is killed half-way is finished by whoever opens DATA next
        var hold = With(settings, journal => journal.State.Holds.Keys.Single());
        Assert.True(With(settings, journal => Ask(journal, ControlActions.LiftHold, Agreer, ("id", $"{hold}"))).Done);
        var requests = new DisposalRequests(settings.Data);
        With(
            settings,
            journal =>
            {
                var due = new Retention(journal).Due(new Retention(journal).Facts(), new At(31).GetUtcNow(), out _);
                requests.Begin(new DisposalRequest(0, RetentionClass.Routine, "", 0, 0, DisposalRequests.Runs(due)));
                return ControlAnswer.Yes();
            }
        );
        With(settings, _ => ControlAnswer.Yes());
        Assert.Equal((ReceivedState.Disposed, true), (StateOf(Other), requests.Unfinished() is null));
    }

    [Fact]
    public async Task A_hold_that_came_after_the_request_stops_its_confirmation_and_one_needs_a_name()
    {
        await using var witness = await TestWitness.StartAsync("one.example");
        var settings = Settings(witness);
        await using (var gateway = await RunningGateway.StartAsync(s => Keep(s, witness), ground.Folder))
        {
            await UploadAsync(gateway, RunningGateway.Device, 7);
            Assert.False((await Access.AccessLogTests.AskAsync(gateway, ControlActions.PlaceHold, [], by: "")).Done);
        }
        Assert.True(With(settings, journal => Ask(journal, ControlActions.RequestDisposal, Asker, ("class", "activation"))).Done);
        Assert.True(With(settings, journal => Ask(journal, ControlActions.PlaceHold, Asker)).Done);
        Assert.False(With(settings, journal => Ask(journal, ControlActions.ConfirmDisposal, Agreer, ("number", "1"))).Done);
        Assert.DoesNotContain(RunningGateway.LeavesIn(ground.Folder), leaf => leaf.Leaf is Disposal);
    }

    [Fact]
    public void An_open_finding_stops_a_disposal_until_somebody_has_decided_it()
    {
        var settings = RunningGateway.SettingsIn(ground.Folder);
        settings.Retention.ActivationDays = 1;
        With(
            settings,
            journal =>
            {
                journal.Group.AddOwn(new Run(1, Asker, AuditVerb.Reconcile, default, default, 1, 1, default, 1, Findings: 1, default, 1));
                return ControlAnswer.Yes();
            }
        );
        var refused = With(settings, journal => Ask(journal, ControlActions.RequestDisposal, Asker, ("class", "activation")));
        Assert.Contains("not decided", refused.Lines[0], StringComparison.Ordinal);
        With(
            settings,
            journal =>
            {
                journal.Group.AddOwn(new Decision(2, Agreer, DecisionSubject.Finding, new Digest(1, 2, 3, 4), 1, default, default));
                return ControlAnswer.Yes();
            }
        );
        var nothing = With(settings, journal => Ask(journal, ControlActions.RequestDisposal, Asker, ("class", "activation")));
        Assert.Contains("older than 1 days", nothing.Lines[0], StringComparison.Ordinal);
    }

    private static async Task UploadAsync(RunningGateway gateway, string device, ulong connection)
    {
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync(connection);
        await dock.AckOfAsync(await dock.SendBatchAsync(device, 1, 3));
    }

    private GatewaySettings Settings(TestWitness witness)
    {
        var settings = RunningGateway.SettingsIn(ground.Folder);
        Keep(settings, witness);
        return settings;
    }

    private static void Keep(GatewaySettings settings, TestWitness witness)
    {
        settings.Retention.ActivationDays = 1;
        WitnessTests.Name(settings, 1, witness);
    }

    private static ControlAnswer Ask(OpenJournal journal, string verb, ActorId by, params (string Name, string Value)[] arguments)
    {
        // two days on: what was just received is past its day
        var nowNs = UnixTime.ToNs(TimeProvider.System.GetUtcNow().AddDays(2));
        var request = new ControlRequest(verb, by, arguments.ToDictionary(a => a.Name, a => a.Value));
        return ControlActions.Read(journal, request, "somebody", nowNs) ?? ControlActions.Run(journal, request, nowNs);
    }

    private static T With<T>(GatewaySettings settings, Func<OpenJournal, T> act)
    {
        using var journal = OpenJournal.Open(settings);
        journal.AppendStart(settings, UnixTime.NowNs(TimeProvider.System));
        var answer = act(journal);
        journal.Commit();
        journal.AppendStop(TimeProvider.System);
        return answer;
    }

    private ReceivedState StateOf(string device)
    {
        using var reader = EvidenceReader.Open(ground.At("data"));
        while (reader.Read() == ReadStatus.Record)
        {
            if (reader.Leaf is StoredBatch batch && batch.Device == device)
            {
                return reader.State;
            }
        }
        throw new InvalidOperationException($"no batch of {device}");
    }

    /// <summary>So many days from now.</summary>
    private sealed class At(int days) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddDays(days);
    }
}
