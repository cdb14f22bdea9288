using TaserTelemetry.Evidence.Judgements;
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
        Assert.Contains("Holds and open findings keep", run.Lines[0], StringComparison.Ordinal);
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
                var due = new Retention(journal).Due(
                    new Retention(journal).Facts(),
                    Evidence.Retention.FindingKeeps.None,
                    new At(31).GetUtcNow(),
                    out _
                );
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
    public async Task An_open_finding_keeps_the_records_it_rests_on_and_no_others_until_somebody_has_decided_it()
    {
        await using var witness = await TestWitness.StartAsync("one.example");
        var settings = Settings(witness);
        await using (var gateway = await RunningGateway.StartAsync(s => Keep(s, witness), ground.Folder))
        {
            await UploadAsync(gateway, RunningGateway.Device, 7);
            await UploadAsync(gateway, Other, 8);
        }
        var (all, _) = Planned(settings);
        Assert.True(all > 0);
        var finding = new RunFinding("00000000000000aa", "A01a", 1, null, null)
        {
            Facts = [FactOf(RunningGateway.Device)],
            FactsSha256 = new Digest(9, 9, 9, 9).ToString(),
        };
        AppendRun(settings, finding);
        var (others, kept) = Planned(settings);
        Assert.True(others > 0 && kept > 0 && others + kept == all, $"{others} and {kept} of {all}");
        // neither a comment, nor a referral, nor an outcome on other facts closes it; a reopening opens it again
        Assert.Equal(others, Decided(settings, DecisionCode.Comment, finding.FactsSha256));
        Assert.Equal(others, Decided(settings, DecisionCode.Referred, finding.FactsSha256));
        Assert.Equal(others, Decided(settings, DecisionCode.Explained, new Digest(1, 1, 1, 1).ToString()));
        Assert.Equal(all, Decided(settings, DecisionCode.Explained, finding.FactsSha256));
        Assert.Equal(others, Decided(settings, DecisionCode.Reopened, finding.FactsSha256));
        // one about a device keeps what it recorded in that time, though it rests on no leaf
        AppendRun(settings, new RunFinding("00000000000000bb", "B02", 1, null, null) { Devices = [Other] });
        Assert.Equal(0UL, Planned(settings).Free);
        Assert.Contains(
            "open findings keep",
            With(settings, journal => Ask(journal, ControlActions.RequestDisposal, Asker, ("class", "activation"))).Lines[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void While_it_is_not_known_what_a_runs_findings_rest_on_nothing_is_disposed_of()
    {
        var settings = RunningGateway.SettingsIn(ground.Folder);
        settings.Retention.ActivationDays = 1;
        With(settings, journal => journal.Group.AddOwn(RunLeaf(findings: 1)));
        var refused = With(settings, journal => Ask(journal, ControlActions.RequestDisposal, Asker, ("class", "activation")));
        Assert.Contains("does not list them", refused.Lines[0], StringComparison.Ordinal);
        Assert.Contains(
            "does not list them",
            With(settings, journal => DisposalRun.Run(journal, Asker, new At(31))).Lines[0],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_finding_that_a_later_run_over_its_time_no_longer_raises_is_open_no_more_and_one_outside_it_still_is()
    {
        var settings = RunningGateway.SettingsIn(ground.Folder);
        RunFinding In(string id, string day) => new(id, "A01a", 1, $"2026-{day}T10:00:00Z", $"2026-{day}T10:00:05Z");
        AppendRun(settings, "2026-01-01", "2026-12-31", In("00000000000000aa", "02-01"), In("00000000000000bb", "09-01"));
        Assert.Equal(2, OpenOf(settings));
        AppendRun(settings, "2026-01-01", "2026-06-30");
        Assert.Equal(1, OpenOf(settings));
    }

    private static int OpenOf(GatewaySettings settings) =>
        With(settings, journal => new Retention(journal).Findings(new Retention(journal).Facts()).Count);

    /// <summary>How many records a request would have now, and how many open findings keep from it.</summary>
    private static (ulong Free, ulong Kept) Planned(GatewaySettings settings) =>
        With(
            settings,
            journal =>
            {
                var retention = new Retention(journal);
                var facts = retention.Facts();
                var nowNs = UnixTime.ToNs(TimeProvider.System.GetUtcNow().AddDays(2));
                var plan = Evidence.Retention.DisposalPlan.Make(
                    () => new EvidenceReader(journal.Ledger.OpenReader(0)),
                    facts,
                    retention.Findings(facts).Keeps,
                    RetentionClass.Activation,
                    nowNs,
                    journal.Ledger.LastCheckpoint?.Size ?? 0
                );
                return (plan.Leaves.Count, plan.QuestionedLeaves);
            }
        );

    private static ulong Decided(GatewaySettings settings, DecisionCode code, string facts)
    {
        var id = DecisionSubjects.IdOf(DecisionSubject.Finding, "00000000000000aa");
        var on = Digest.Read(Convert.FromHexString(facts));
        With(settings, journal => journal.Group.AddOwn(new Decision(2, Agreer, DecisionSubject.Finding, id, (ushort)code, default, on)));
        return Planned(settings).Free;
    }

    private static Run RunLeaf(uint findings) =>
        new(1, Asker, AuditVerb.Reconcile, default, default, 1, 1, default, 1, findings, default, 1);

    private static void AppendRun(GatewaySettings settings, params RunFinding[] findings) =>
        AppendRun(settings, "2026-01-01", "2026-12-31", findings);

    private static void AppendRun(GatewaySettings settings, string from, string to, params RunFinding[] findings)
    {
        var index = With(settings, journal => journal.Group.AddOwn(RunLeaf((uint)findings.Length)));
        var (fromTime, toTime) = ($"{from}T00:00:00Z", $"{to}T00:00:00Z");
        var run = new RunSummary("t", "reconcile", toTime, fromTime, toTime, "p", "r", "", "", 0, [], [], [], findings);
        var path = OpenFindings.PathOf(settings.Data, index);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(run, RunSummaryJson.Default.RunSummary));
    }

    private RunFact FactOf(string device)
    {
        var found = RunningGateway.LeavesIn(ground.Folder).First(leaf => leaf.Leaf is StoredBatch batch && batch.Device == device);
        using var reader = EvidenceReader.Open(ground.At("data"), found.Index);
        Assert.Equal(ReadStatus.Record, reader.Read());
        return new RunFact(found.Index, reader.Reference.LeafHash.ToString());
    }

    internal static async Task UploadAsync(RunningGateway gateway, string device, ulong connection)
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

    internal static ControlAnswer Ask(OpenJournal journal, string verb, ActorId by, params (string Name, string Value)[] arguments)
    {
        // two days on: what was just received is past its day
        var nowNs = UnixTime.ToNs(TimeProvider.System.GetUtcNow().AddDays(2));
        var request = new ControlRequest(verb, by, arguments.ToDictionary(a => a.Name, a => a.Value));
        return ControlActions.Read(journal, request, "somebody", nowNs) ?? ControlActions.Run(journal, request, nowNs);
    }

    internal static T With<T>(GatewaySettings settings, Func<OpenJournal, T> act)
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
    internal sealed class At(int days) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddDays(days);
    }
}
