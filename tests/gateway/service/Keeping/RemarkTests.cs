using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Control;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Tests.Access;
using TaserTelemetry.Gateway.Tests.Ingest;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Trees;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Keeping;

/// <summary>Nothing recorded is edited: what is to be said about it stands beside it.</summary>
public sealed class RemarkTests
{
    [Fact]
    public async Task A_leaf_is_corrected_by_a_remark_beside_it_and_its_use_is_restricted_and_freed_by_leaves_that_name_it()
    {
        using var ground = new Ground();
        await using var gateway = await RunningGateway.StartAsync(folder: ground.Folder);
        await using var dock = await TestDock.ConnectAsync(gateway.Mqtt, RunningGateway.Dock);
        await dock.OpenAsync();
        await dock.AckOfAsync(await dock.SendBatchAsync(RunningGateway.Device, 1, 3));
        var index = gateway.Leaves().Single(l => l.Leaf is StoredBatch).Index;
        var target = new LeafReference(index, HashOf(ground, index));
        var number = index.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Assert.True(
            (await AskAsync(ControlActions.Annotate, ("leaf", number), ("text", "The device had another serial until June."))).Done
        );
        Assert.True((await AskAsync(ControlActions.Restrict, ("leaf", number), ("code", "7"))).Done);
        Assert.True((await AskAsync(ControlActions.Restrict, ("leaf", number), ("lift", "true"))).Done);

        var remark = Assert.Single(gateway.Leaves<Annotation>());
        Assert.Equal((target, false, false), (remark.Target, remark.By.IsGateway, remark.TextCommitment == default));
        Assert.Equal(
            [(target, RestrictionState.Restricted, 7), (target, RestrictionState.Lifted, 0)],
            gateway.Leaves<Restriction>().Select(r => (r.Target, r.State, (int)r.Code))
        );
        Assert.Equal(target.LeafHash, HashOf(ground, index));

        Assert.Contains(
            "no leaf",
            (await AskAsync(ControlActions.Annotate, ("leaf", "100000"), ("text", "x"))).Lines[0],
            StringComparison.Ordinal
        );
        Assert.Contains("--text", (await AskAsync(ControlActions.Annotate, ("leaf", number))).Lines[0], StringComparison.Ordinal);
        Assert.Contains(
            "--code",
            (await AskAsync(ControlActions.Restrict, ("leaf", number), ("code", "seven"))).Lines[0],
            StringComparison.Ordinal
        );
        Assert.Contains(
            "--by",
            (await AccessLogTests.AskAsync(gateway, ControlActions.Restrict, new() { ["leaf"] = number }, by: "")).Lines[0],
            StringComparison.Ordinal
        );

        Task<ControlAnswer> AskAsync(string verb, params (string Name, string Value)[] arguments) =>
            AccessLogTests.AskAsync(gateway, verb, arguments.ToDictionary(a => a.Name, a => a.Value));
    }

    [Fact]
    public async Task A_version_of_the_gateway_is_named_once_where_it_begins_to_run()
    {
        using var ground = new Ground();
        await using (await RunningGateway.StartAsync(folder: ground.Folder)) { }
        await using (await RunningGateway.StartAsync(folder: ground.Folder)) { }
        var release = Assert.Single(RunningGateway.LeavesIn(ground.Folder).Select(l => l.Leaf).OfType<SoftwareRelease>());
        Assert.Equal((Product.Gateway, OpenJournal.SoftwareVersion), (release.Product, release.SoftwareVersion));
        Assert.NotEqual(default, release.BuildDigest);
    }

    private static Digest HashOf(Ground ground, ulong index)
    {
        using var reader = JournalReader.Open(new RealDisk(), ground.At("data/journal"), index);
        Assert.Equal(ReadStatus.Record, reader.Read());
        Span<byte> hash = stackalloc byte[Digest.Bytes];
        MerkleHash.Leaf(reader.Leaf).CopyTo(hash);
        return Digest.Read(hash);
    }
}
