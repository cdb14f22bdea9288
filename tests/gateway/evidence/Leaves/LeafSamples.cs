using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Tests.Leaves;

/// <summary>Makes a leaf of any type from a seed, or the longest of its type, by walking the constructor.</summary>
internal static class LeafSamples
{
    public static readonly ImmutableArray<Type> Types =
    [
        .. typeof(Leaf).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Leaf))).OrderBy(t => t.Name, StringComparer.Ordinal),
    ];

    /// <summary>How many values a closed list had when the bytes were pinned, for lists that have grown since: values are only ever appended.</summary>
    private static readonly FrozenDictionary<Type, int> ValuesWhenPinned = new Dictionary<Type, int>
    {
        [typeof(KeyHappening)] = 6,
        [typeof(ChainResult)] = 5,
        [typeof(GapCause)] = 5,
        [typeof(AuditVerb)] = 7,
        [typeof(EnrolmentSource)] = 2,
        [typeof(OperatorDoing)] = 8,
    }.ToFrozenDictionary();

    public static ConstructorInfo ConstructorOf(Type leaf) => leaf.GetConstructors().Single(c => c.GetParameters().Length > 1);

    public static Leaf Random(Type leaf, int seed) => Make(leaf, new Source(seed, false));

    /// <summary>The leaf whose bytes are pinned.</summary>
    public static Leaf Pinned(Type leaf) => Make(leaf, new Source(42, false, pinned: true));

    public static Leaf Longest(Type leaf) => Make(leaf, new Source(7, true));

    private static Leaf Make(Type leaf, Source source)
    {
        var constructor = ConstructorOf(leaf);
        return (Leaf)constructor.Invoke([.. constructor.GetParameters().Select(p => Value(p.ParameterType, source))]);
    }

    private static object Value(Type type, Source source) =>
        type switch
        {
            _ when type == typeof(byte) => unchecked((byte)source.Bits()),
            _ when type == typeof(ushort) => unchecked((ushort)source.Bits()),
            _ when type == typeof(uint) => unchecked((uint)source.Bits()),
            _ when type == typeof(ulong) => source.Bits(),
            _ when type == typeof(long) => unchecked((long)source.Bits()),
            _ when type == typeof(bool) => source.Below(2) == 1,
            _ when type == typeof(string) => source.Name(),
            _ when type == typeof(LogKind) => (LogKind)unchecked((byte)source.Bits()),
            _ when type == typeof(BatchMarks) => (BatchMarks)unchecked((uint)source.Bits()),
            _ when type.IsEnum => source.Closed(type),
            _ when type == typeof(SequenceRanges) => new SequenceRanges(
                source.List(16, s => new SequenceRange(s.Bits() >> 1, 1 + (uint)s.Below(1_000_000)))
            ),
            _ when type == typeof(PublicKey) => new PublicKey(KeyAlgorithm.EcdsaP256, source.Bytes(65)),
            _ when type == typeof(HeldLogs) => new HeldLogs(source.List(8, s => (HeldLog)Value(typeof(HeldLog), s))),
            _ when type == typeof(Arrival) => source.Arrival((Place)Value(typeof(Place), source)),
            _ => Activator.CreateInstance(
                type,
                [.. type.GetConstructors()[0].GetParameters().Select(p => Value(p.ParameterType, source))]
            )!,
        };

    private sealed class Source(int seed, bool longest, bool pinned = false)
    {
        private readonly Random random = new(seed);

        public ulong Bits() => unchecked((ulong)random.NextInt64() ^ ((ulong)random.NextInt64() << 32));

        public int Below(int limit) => random.Next(limit);

        public string Name() =>
            string.Concat(Enumerable.Range(0, longest ? 32 : random.Next(33)).Select(_ => (char)random.Next('!', '~' + 1)));

        public object Closed(Type type)
        {
            var values = Enum.GetValues(type);
            var count = pinned ? ValuesWhenPinned.GetValueOrDefault(type, values.Length) : values.Length;
            return values.GetValue(random.Next(count))!;
        }

        public T[] List<T>(int max, Func<Source, T> make) =>
            [.. Enumerable.Range(0, longest ? max : random.Next(max + 1)).Select(_ => make(this))];

        public byte[] Bytes(int max)
        {
            var bytes = new byte[longest ? max : random.Next(max + 1)];
            random.NextBytes(bytes);
            return bytes;
        }

        public Arrival Arrival(Place place)
        {
            var via = longest ? ArrivalVia.Capture : (ArrivalVia)random.Next(4);
            return new Arrival(
                Bits(),
                Bits(),
                via,
                via is ArrivalVia.Capture or ArrivalVia.VendorFile ? Bits() : 0,
                unchecked((ushort)Bits()),
                place
            );
        }
    }
}
