using System.Security.Cryptography;
using CsCheck;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Tests.Leaves;

public sealed class LeafCodecTests
{
    private static readonly Digest Commitment = Digest.Read(SHA256.HashData("a commitment"u8));

    public static TheoryData<string> TypeNames => [.. LeafSamples.Types.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void A_leaf_read_back_is_the_leaf_that_was_written(string name)
    {
        Gen.Int.Sample(
            seed =>
            {
                var leaf = LeafSamples.Random(TypeOf(name), seed);
                var decode = Leaf.Decode(Encode(leaf));
                Assert.Equal(LeafReject.None, decode.Reject);
                Assert.Equal(leaf, decode.Leaf);
                Assert.Equal(Commitment, decode.Commitment);
            },
            iter: 200,
            threads: 1
        );
    }

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void The_longest_leaf_of_a_type_fits_into_1024_bytes(string name) =>
        Assert.InRange(Encode(LeafSamples.Longest(TypeOf(name))).Length, Leaf.HeadBytes, Leaf.BytesMax);

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void A_leaf_cut_anywhere_or_grown_by_a_byte_is_rejected(string name)
    {
        var bytes = Encode(LeafSamples.Random(TypeOf(name), 3));
        for (var length = 0; length < bytes.Length; length++)
        {
            var decode = Leaf.Decode(bytes.AsSpan(0, length));
            Assert.Null(decode.Leaf);
            Assert.NotEqual(LeafReject.None, decode.Reject);
        }
        Assert.Equal(LeafReject.TrailingBytes, Leaf.Decode([.. bytes, 0]).Reject);
    }

    [Theory]
    [MemberData(nameof(TypeNames))]
    public void Bytes_of_a_leaf_never_change(string name)
    {
        var golden = File.ReadAllLines(GoldenPath())
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
        Assert.Equal(golden[name], Convert.ToHexStringLower(Encode(LeafSamples.Pinned(TypeOf(name)))));
    }

    [Fact]
    public void Every_type_is_pinned_documented_and_has_one_class()
    {
        var document = File.ReadAllText(Path.Combine(RepositoryRoot(), "gateway/evidence/LEAVES.md"));
        Assert.Equal(Enum.GetNames<LeafType>().Order(StringComparer.Ordinal), LeafSamples.Types.Select(t => t.Name));
        foreach (var type in LeafSamples.Types)
        {
            var leaf = LeafSamples.Random(type, 1);
            Assert.Equal(type.Name, leaf.Type.ToString());
            Assert.Contains($"\n### {(byte)leaf.Type} {type.Name}\n", document, StringComparison.Ordinal);
            foreach (var field in LeafSamples.ConstructorOf(type).GetParameters())
            {
                Assert.Contains($"\n| {field.Name} | ", document, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void No_leaf_has_a_field_that_could_hold_free_text()
    {
        Type[] allowed =
        [
            typeof(byte),
            typeof(ushort),
            typeof(uint),
            typeof(ulong),
            typeof(long),
            typeof(bool),
            typeof(Digest),
            typeof(ActorId),
            typeof(Epoch),
            typeof(SequenceRanges),
            typeof(LeafReference),
            typeof(Place),
            typeof(Arrival),
            typeof(ClockBasis),
            typeof(PublicKey),
            typeof(HeldLogs),
        ];
        foreach (var field in LeafSamples.Types.SelectMany(t => LeafSamples.ConstructorOf(t).GetParameters()))
        {
            Assert.True(
                allowed.Contains(field.ParameterType) || field.ParameterType.IsEnum || field.ParameterType == typeof(string),
                $"{field.Member.DeclaringType!.Name}.{field.Name} is a {field.ParameterType.Name}"
            );
        }
    }

    [Theory]
    [InlineData("P C 1234")]
    [InlineData("Zo\u00eb")]
    [InlineData("line\nbreak")]
    [InlineData("123456789012345678901234567890123")]
    public void A_sentence_or_a_name_of_33_bytes_cannot_be_written(string text)
    {
        var leaf = (Undocked)LeafSamples.Random(typeof(Undocked), 5) with { Device = text };
        Assert.Throws<ArgumentException>(() => Encode(leaf));
        Assert.False(LeafName.IsPlain(text));
    }

    [Fact]
    public void A_name_with_a_space_in_the_bytes_is_rejected_where_it_stands()
    {
        var leaf = Encode(new NonceSpent(1, "dock", 2, "device"));
        leaf[^1] = (byte)' ';
        Assert.Equal(LeafReject.NameNotPlain, Leaf.Decode(leaf).Reject);
    }

    [Fact]
    public void A_number_outside_its_closed_list_is_rejected()
    {
        var leaf = Encode(new DiskFull(1, 2, false));
        leaf[^1] = 2;
        Assert.Equal(LeafReject.ValueOutOfRange, Leaf.Decode(leaf).Reject);
    }

    [Fact]
    public void Seventeen_ranges_an_empty_one_and_one_past_64_bits_are_rejected()
    {
        var sixteen = Enumerable.Range(0, 16).Select(i => new SequenceRange((ulong)i * 10, 5)).ToArray();
        Assert.Equal(16, new SequenceRanges(sixteen).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SequenceRanges([.. sixteen, new SequenceRange(500, 1)]));
        Assert.Throws<ArgumentException>(() => new SequenceRanges(new SequenceRange(1, 0)));
        Assert.Throws<ArgumentException>(() => new SequenceRanges(new SequenceRange(ulong.MaxValue, 1)));
        Assert.Equal(1, new SequenceRanges(new SequenceRange(ulong.MaxValue - 1, 1)).Count);
    }

    [Fact]
    public void Unknown_versions_and_types_are_said_to_be_unknown_and_keep_their_commitment()
    {
        var bytes = Encode(new DiskFull(1, 2, true));
        bytes[1] = 255;
        Assert.Equal((LeafReject.TypeUnknown, Commitment), (Leaf.Decode(bytes).Reject, Leaf.Decode(bytes).Commitment));
        bytes[0] = 2;
        Assert.Equal((LeafReject.VersionUnknown, Commitment), (Leaf.Decode(bytes).Reject, Leaf.Decode(bytes).Commitment));
        Assert.Equal(LeafReject.TooLong, Leaf.Decode(new byte[Leaf.BytesMax + 1]).Reject);
    }

    [Fact]
    public void No_bytes_make_the_decoder_throw() =>
        Gen
            .Byte.Array[0, 1_100]
            .Sample(bytes =>
            {
                if (bytes.Length > 2)
                {
                    bytes[0] = Leaf.FormatVersion;
                    bytes[1] %= 72;
                }
                var decode = Leaf.Decode(bytes);
                Assert.Equal(decode.Leaf is null, decode.Reject != LeafReject.None);
            });

    [Fact]
    public void A_commitment_is_the_hash_of_domain_byte_salt_and_bytes_and_nothing_else()
    {
        var salt = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        byte[] received = [1, 2, 3];
        Assert.Equal(Digest.Read(SHA256.HashData([0x02, .. salt, .. received])), Commitments.Compute(salt, received));
        Assert.Throws<ArgumentOutOfRangeException>(() => Commitments.Compute(salt.AsSpan(1), received));
    }

    [Fact]
    public void A_usual_stored_batch_takes_at_most_190_bytes()
    {
        var place = new Place("kent", "maidstone", "dock-017");
        var leaf = new StoredBatch(
            new Arrival(1_790_000_000_000_000_000, 991, ArrivalVia.Mqtt, 0, 1, place),
            "X29012345",
            "X2",
            "B12345678",
            LogKind.Event,
            new Epoch(1, 0x1122334455667788),
            100,
            200,
            new SequenceRanges(new SequenceRange(100, 200)),
            default,
            LeafVerdict.Stored,
            0,
            BatchMarks.None,
            AuthenticityGrade.C,
            1,
            1_000,
            new ClockBasis(-3_000_000_000, 1_500_000_000, ClockQuality.TwoSided)
        );
        Assert.InRange(Encode(leaf).Length, 100, 190);
    }

    [Fact]
    public void Names_read_twice_are_one_string_and_a_full_cache_goes_on()
    {
        var names = new NameCache();
        Assert.Same(names.Text("X29012345"u8), names.Text("X29012345"u8));
        for (var i = 0; i <= NameCache.CountMax; i++)
        {
            var text = $"D{i}";
            Assert.Equal(text, names.Text(System.Text.Encoding.ASCII.GetBytes(text)));
        }
    }

    private static Type TypeOf(string name) => LeafSamples.Types.Single(t => t.Name == name);

    private static byte[] Encode(Leaf leaf)
    {
        var bytes = new byte[Leaf.BytesMax];
        return bytes[..leaf.Encode(Commitment, bytes)];
    }

    private static string GoldenPath() => Path.Combine(RepositoryRoot(), "tests/gateway/evidence/Leaves/golden-leaves.txt");

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "TaserTelemetry.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("TaserTelemetry.sln stands in no parent folder of the tests.");
        }
        return folder.FullName;
    }
}
