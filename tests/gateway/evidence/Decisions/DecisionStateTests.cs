using TaserTelemetry.Evidence.Decisions;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Tests.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Tests.Decisions;

public sealed class DecisionStateTests
{
    private static readonly Place Dock = new("kent", "maidstone", "dock-1");
    private static readonly LogKey Key = new("X29000001", LogKind.Event, new Epoch(1, 7));

    [Fact]
    public void The_same_leaves_give_the_same_state_folded_in_one_go_or_through_snapshots()
    {
        var leaves = Enumerable.Range(0, 600).Select(seed => Sample(seed)).ToList();
        var whole = new DecisionState();
        var inParts = new DecisionState();
        for (var i = 0; i < leaves.Count; i++)
        {
            whole.Apply((ulong)i, leaves[i], [(byte)(i % 251), 2, 3]);
            inParts.Apply((ulong)i, leaves[i], [(byte)(i % 251), 2, 3]);
            if (i % 97 == 0)
            {
                inParts = DecisionSnapshot.Load(DecisionSnapshot.Save(inParts), out var why) ?? throw new InvalidOperationException(why);
            }
        }
        Assert.Equal(DecisionSnapshot.Save(whole), DecisionSnapshot.Save(inParts));
        Assert.Equal(600UL, inParts.NextLeaf);
    }

    [Fact]
    public void A_snapshot_with_any_byte_changed_or_cut_is_not_used()
    {
        var state = new DecisionState();
        state.Apply(0, new DockEnrolment(1, default, Dock, default, Standing.InForce, EnrolmentSource.Command), default);
        var snapshot = DecisionSnapshot.Save(state);
        for (var i = 0; i < snapshot.Length; i++)
        {
            var changed = snapshot.ToArray();
            changed[i] ^= 1;
            Assert.Null(DecisionSnapshot.Load(changed, out var why));
            Assert.NotEqual("", why);
            Assert.Null(DecisionSnapshot.Load(snapshot[..i], out _));
        }
    }

    [Fact]
    public void A_repeat_brings_nothing_new_and_an_overlap_only_what_was_missing()
    {
        var state = new DecisionState();
        Assert.Equal(RangeAnswer.Fits, state.Plan(Key, new SequenceRange(100, 50), out var first));
        Assert.Equal(50UL, first.SequenceCount);
        state.Apply(0, Batch(new SequenceRange(100, 50)), default);
        Assert.Equal(RangeAnswer.Fits, state.Plan(Key, new SequenceRange(100, 50), out var repeat));
        Assert.Equal(0, repeat.Count);
        state.Plan(Key, new SequenceRange(90, 70), out var overlap);
        Assert.Equal(new SequenceRanges(new SequenceRange(90, 10), new SequenceRange(150, 10)), overlap);
        Assert.Equal(150UL, state.Find(Key)!.Durable.HighestNext);
        Assert.Equal(Key.Epoch, state.CurrentEpoch(Key.Device, Key.Log));
    }

    [Fact]
    public void The_last_word_on_a_dock_and_a_device_counts()
    {
        var state = new DecisionState();
        Assert.Null(state.DockInForce("dock-1"));
        state.Apply(0, new DockEnrolment(1, default, Dock, default, Standing.InForce, EnrolmentSource.Command), default);
        state.Apply(1, Device(Standing.InForce), default);
        Assert.Equal(Dock, state.DockInForce("dock-1")!.Place);
        Assert.Equal("X2", state.DeviceInForce("X29000001")!.Model);
        state.Apply(2, new DockEnrolment(2, default, Dock, default, Standing.Withdrawn, EnrolmentSource.Command), default);
        state.Apply(3, Device(Standing.Withdrawn), default);
        Assert.Null(state.DockInForce("dock-1"));
        Assert.Null(state.DeviceInForce("X29000001"));
        Assert.True(state.Docks.ContainsKey("dock-1"));
    }

    [Fact]
    public void The_key_before_a_rotation_counts_until_the_next_enrolment_also_through_a_snapshot()
    {
        var (old, next) = (new PublicKey(KeyAlgorithm.Ed25519, new byte[32]), new PublicKey(KeyAlgorithm.EcdsaP256, new byte[65]));
        var state = new DecisionState();
        state.Apply(0, new DockEnrolment(1, default, Dock, old, Standing.InForce, EnrolmentSource.Command), default);
        Assert.Equal([old], state.KeysOfDock("dock-1"));
        state.Apply(1, new DockEnrolment(2, default, Dock, next, Standing.InForce, EnrolmentSource.Rotation), default);
        Assert.Equal([next, old], state.KeysOfDock("dock-1"));
        state = DecisionSnapshot.Load(DecisionSnapshot.Save(state), out _)!;
        Assert.Equal([next, old], state.KeysOfDock("dock-1"));
        state.Apply(2, new DockEnrolment(3, default, Dock, next, Standing.InForce, EnrolmentSource.Command), default);
        Assert.Equal([next], state.KeysOfDock("dock-1"));
        state.Apply(3, new DockEnrolment(4, default, Dock, next, Standing.Withdrawn, EnrolmentSource.Command), default);
        Assert.Empty(state.KeysOfDock("dock-1"));
    }

    [Fact]
    public void Quarantine_is_full_at_the_quota_and_not_before_it()
    {
        var state = new DecisionState();
        var policy = DecisionState.DefaultPolicy with
        {
            QuarantineBytesUnenrolled = 100,
            QuarantineEntriesUnenrolled = 2,
            QuarantineBytesTotal = 150,
        };
        state.Apply(0, policy, default);
        Assert.True(state.Quarantine.HasRoom("dock-1", false, 100, state.Policy));
        Assert.False(state.Quarantine.HasRoom("dock-1", false, 101, state.Policy));
        state.Apply(1, Aside(60), default);
        Assert.True(state.Quarantine.HasRoom("dock-1", false, 40, state.Policy));
        Assert.False(state.Quarantine.HasRoom("dock-1", false, 41, state.Policy));
        state.Apply(2, Aside(40), default);
        Assert.False(state.Quarantine.HasRoom("dock-1", false, 0, state.Policy));
        Assert.True(state.Quarantine.HasRoom("dock-2", false, 50, state.Policy));
        Assert.False(state.Quarantine.HasRoom("dock-2", false, 51, state.Policy));
    }

    [Fact]
    public void A_frame_kept_aside_is_known_again_under_another_session_and_frame_number()
    {
        var state = new DecisionState();
        byte[] payload = [9, 9, 9, 9, 9];
        byte[] Framed(byte session) => [.. Enumerable.Repeat(session, 16), .. payload, .. Enumerable.Repeat(session, 4)];
        state.Apply(0, Aside(25), Framed(1));
        Assert.True(state.Quarantine.Knows("dock-1", QuarantineKind.Frame, Framed(2)));
        Assert.False(state.Quarantine.Knows("dock-2", QuarantineKind.Frame, Framed(1)));
        payload[4] = 8;
        Assert.False(state.Quarantine.Knows("dock-1", QuarantineKind.Frame, Framed(1)));
    }

    [Fact]
    public void A_nonce_is_good_once_for_its_dock_and_until_it_lapses()
    {
        var state = new DecisionState();
        var pool = new Digest(1, 2, 3, 4);
        state.Apply(0, new NonceGrant(10, "dock-1", 5, 16, pool, 1_000), default);
        Assert.Equal(21UL, state.Nonces.NextNumber);
        var nonce = NonceBook.NonceOf(pool, 20);
        Assert.Equal(NonceStanding.Good, state.Nonces.Judge("dock-1", nonce, 999, out var number));
        Assert.Equal(20UL, number);
        Assert.Equal(NonceStanding.Unknown, state.Nonces.Judge("dock-2", nonce, 999, out _));
        Assert.Equal(NonceStanding.Unknown, state.Nonces.Judge("dock-1", NonceBook.NonceOf(pool, 21), 999, out _));
        Assert.Equal(NonceStanding.Lapsed, state.Nonces.Judge("dock-1", nonce, 1_000, out _));
        state.Apply(1, new NonceSpent(11, "dock-1", 20, "X29000001"), default);
        Assert.Equal(NonceStanding.Spent, state.Nonces.Judge("dock-1", nonce, 999, out _));
        Assert.Equal(15, state.Nonces.GoodCount("dock-1", 999));
    }

    [Fact]
    public void An_index_out_of_turn_is_refused()
    {
        var state = new DecisionState();
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Apply(1, new DiskFull(1, 2, false), default));
    }

    private static StoredBatch Batch(SequenceRange range) =>
        (StoredBatch)LeafSamples.Random(typeof(StoredBatch), 1) with
        {
            Device = Key.Device,
            Log = Key.Log,
            Epoch = Key.Epoch,
            NewRanges = new SequenceRanges(range),
        };

    private static DeviceEnrolment Device(Standing standing) =>
        new(1, default, "X29000001", "X2", "kent", "maidstone", 0, default, standing, EnrolmentSource.Configuration);

    private static Quarantined Aside(uint bytes) =>
        new(new Arrival(1, 1, ArrivalVia.Mqtt, 0, 1, Dock), QuarantineKind.Frame, 5, bytes, "", false);

    /// <summary>Any leaf, and every third a batch of one of four devices.</summary>
    private static Leaf Sample(int seed)
    {
        var leaf = LeafSamples.Random(LeafSamples.Types[seed % LeafSamples.Types.Length], seed);
        return seed % 3 > 0
            ? leaf
            : Batch(new SequenceRange((ulong)(seed * 37 % 1_000), 1 + (uint)(seed % 50))) with
            {
                Device = $"X2900000{seed % 4}",
            };
    }
}
