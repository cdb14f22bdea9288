using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Evidence.Decisions;

/// <summary>
/// A <see cref="DecisionState"/> as bytes, so that a start need not fold the whole journal. Derived: a snapshot that is missing, of
/// another version or damaged is thrown away and the journal folded again.
/// </summary>
public static class DecisionSnapshot
{
    /// <summary>Version written, and the only one read.</summary>
    public const byte Version = 4;

    private static ReadOnlySpan<byte> Magic => "TTDS"u8;

    internal sealed record Parts(
        Dictionary<LogKey, LogState> Logs,
        Dictionary<(string Device, LogKind Log), Epoch> CurrentEpochs,
        Dictionary<string, DockEnrolment> Docks,
        Dictionary<string, DeviceEnrolment> Devices,
        Dictionary<string, DockEnrolment> DocksBefore,
        Dictionary<string, DeviceEnrolment> DevicesBefore,
        Dictionary<string, ulong> HeadCounters,
        Dictionary<ulong, Hold> Holds,
        Dictionary<(string Device, LogKind Log), List<Epoch>> OpenedEpochs
    );

    internal sealed record Scalars(
        ulong NextLeaf,
        IngestPolicy Policy,
        ulong StartNumber,
        ulong LastSessionId,
        bool StoppedCleanly,
        bool Frozen,
        uint SoftwareVersion,
        ulong UnreadableLeaves
    );

    /// <summary>The whole state as bytes: equal states give equal bytes.</summary>
    public static byte[] Save(DecisionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.ASCII, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Version);
            WriteScalars(writer, state);
            var parts = state.Parts;
            WriteEnrolments(writer, parts.Docks, parts.Devices);
            WriteEnrolments(writer, parts.DocksBefore, parts.DevicesBefore);
            WriteList(writer, [.. parts.Holds.Values.OrderBy(h => h.Id)], WriteLeaf);
            WriteList(
                writer,
                [.. parts.HeadCounters.OrderBy(c => c.Key, StringComparer.Ordinal)],
                (w, c) =>
                {
                    w.Write(c.Key);
                    w.Write(c.Value);
                }
            );
            WriteList(
                writer,
                [.. parts.CurrentEpochs.OrderBy(e => e.Key.Device, StringComparer.Ordinal).ThenBy(e => e.Key.Log)],
                WriteEpoch
            );
            WriteList(writer, InOrder(parts.OpenedEpochs), WriteEpoch);
            WriteList(
                writer,
                [
                    .. parts
                        .Logs.Values.OrderBy(l => l.FirstLeaf)
                        .ThenBy(l => l.Key.Device, StringComparer.Ordinal)
                        .ThenBy(l => l.Key.Log)
                        .ThenBy(l => l.Key.Epoch.Number)
                        .ThenBy(l => l.Key.Epoch.Incarnation),
                ],
                WriteLog
            );
            WriteQuarantine(writer, state.Quarantine);
            writer.Write(state.Nonces.NextNumber);
            WriteList(
                writer,
                [.. state.Nonces.All.OrderBy(n => n.Grant.FirstNumber)],
                (w, n) =>
                {
                    WriteLeaf(w, n.Grant);
                    w.Write(n.SpentBits);
                }
            );
        }
        bytes.Write(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        return bytes.ToArray();
    }

    /// <summary>The state, or null with a reason when the bytes are no snapshot that can be used.</summary>
    public static DecisionState? Load(byte[] snapshot, out string why)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var body = snapshot.Length - Digest.Bytes;
        if (body < Magic.Length + 1 || !snapshot.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            why = "not a snapshot of decisions";
            return null;
        }
        if (snapshot[Magic.Length] != Version)
        {
            why = $"version {snapshot[Magic.Length]}, this program reads {Version}";
            return null;
        }
        if (!SHA256.HashData(snapshot.AsSpan(0, body)).AsSpan().SequenceEqual(snapshot.AsSpan(body)))
        {
            why = "its checksum does not fit";
            return null;
        }
        why = "";
        using var reader = new BinaryReader(new MemoryStream(snapshot, Magic.Length + 1, body - Magic.Length - 1), Encoding.ASCII);
        return Read(reader);
    }

    private static DecisionState Read(BinaryReader reader)
    {
        // The checksum held: these are bytes that Save wrote.
        var names = new NameCache();
        var state = DecisionState.Restored(ReadScalars(reader, names));
        var parts = state.Parts;
        ReadEnrolments(reader, names, parts.Docks, parts.Devices);
        ReadEnrolments(reader, names, parts.DocksBefore, parts.DevicesBefore);
        ReadList(
            reader,
            r =>
            {
                var h = ReadLeaf<Hold>(r, names);
                parts.Holds.Add(h.Id, h);
            }
        );
        ReadList(reader, r => parts.HeadCounters.Add(ReadName(r, names), r.ReadUInt64()));
        ReadList(reader, r => parts.CurrentEpochs.Add((ReadName(r, names), (LogKind)r.ReadByte()), ReadEpoch(r)));
        ReadList(reader, r => state.OpenEpochs(ReadName(r, names), (LogKind)r.ReadByte()).Add(ReadEpoch(r)));
        ReadList(reader, r => ReadLog(r, names, parts.Logs));
        ReadList(reader, r => state.Quarantine.Restore(ReadName(r, names), new QuarantineUse(r.ReadUInt64(), r.ReadUInt32())));
        ReadList(reader, r => state.Quarantine.RestoreKnown(ReadName(r, names), Digest.Read(r.ReadBytes(Digest.Bytes))));
        state.Nonces.RestoreNextNumber(reader.ReadUInt64());
        ReadList(reader, r => state.Nonces.Grant(ReadLeaf<NonceGrant>(r, names), r.ReadUInt32()));
        return state;
    }

    private static List<KeyValuePair<(string Device, LogKind Log), Epoch>> InOrder(
        Dictionary<(string Device, LogKind Log), List<Epoch>> opened
    ) =>
        [
            .. opened
                .OrderBy(e => e.Key.Device, StringComparer.Ordinal)
                .ThenBy(e => e.Key.Log)
                .SelectMany(e => e.Value, (e, epoch) => KeyValuePair.Create(e.Key, epoch)),
        ];

    private static void WriteEnrolments(
        BinaryWriter writer,
        Dictionary<string, DockEnrolment> docks,
        Dictionary<string, DeviceEnrolment> devices
    )
    {
        WriteList(writer, [.. docks.Values.OrderBy(d => d.Place.Dock, StringComparer.Ordinal)], WriteLeaf);
        WriteList(writer, [.. devices.Values.OrderBy(d => d.Device, StringComparer.Ordinal)], WriteLeaf);
    }

    private static void ReadEnrolments(
        BinaryReader reader,
        NameCache names,
        Dictionary<string, DockEnrolment> docks,
        Dictionary<string, DeviceEnrolment> devices
    )
    {
        ReadList(
            reader,
            r =>
            {
                var d = ReadLeaf<DockEnrolment>(r, names);
                docks.Add(d.Place.Dock, d);
            }
        );
        ReadList(
            reader,
            r =>
            {
                var d = ReadLeaf<DeviceEnrolment>(r, names);
                devices.Add(d.Device, d);
            }
        );
    }

    private static void WriteScalars(BinaryWriter writer, DecisionState state)
    {
        writer.Write(state.NextLeaf);
        WriteLeaf(writer, state.Policy);
        writer.Write(state.StartNumber);
        writer.Write(state.LastSessionId);
        writer.Write(state.StoppedCleanly);
        writer.Write(state.Frozen);
        writer.Write(state.SoftwareVersion);
        writer.Write(state.UnreadableLeaves);
    }

    private static Scalars ReadScalars(BinaryReader reader, NameCache names) =>
        new(
            reader.ReadUInt64(),
            ReadLeaf<IngestPolicy>(reader, names),
            reader.ReadUInt64(),
            reader.ReadUInt64(),
            reader.ReadBoolean(),
            reader.ReadBoolean(),
            reader.ReadUInt32(),
            reader.ReadUInt64()
        );

    private static void WriteEpoch(BinaryWriter writer, KeyValuePair<(string Device, LogKind Log), Epoch> entry)
    {
        writer.Write(entry.Key.Device);
        writer.Write((byte)entry.Key.Log);
        writer.Write(entry.Value.Number);
        writer.Write(entry.Value.Incarnation);
    }

    private static Epoch ReadEpoch(BinaryReader reader) => new(reader.ReadUInt32(), reader.ReadUInt64());

    private static void WriteLog(BinaryWriter writer, LogState log)
    {
        writer.Write(log.Key.Device);
        writer.Write((byte)log.Key.Log);
        writer.Write(log.Key.Epoch.Number);
        writer.Write(log.Key.Epoch.Incarnation);
        writer.Write(log.FirstLeaf);
        writer.Write(log.LastLeaf);
        writer.Write(log.LastReceivedNs);
        writer.Write(log.OldestOffered);
        writer.Write(log.NewestOffered);
        writer.Write(log.OldestOfDevice);
        writer.Write(log.OldestSaidIn);
        writer.Write(log.Variants);
        WriteList(writer, log.Durable.Runs, WriteRun);
        WriteList(writer, log.Durable.FinalHoles, WriteRun);
    }

    private static void ReadLog(BinaryReader reader, NameCache names, Dictionary<LogKey, LogState> logs)
    {
        var key = new LogKey(ReadName(reader, names), (LogKind)reader.ReadByte(), ReadEpoch(reader));
        var log = new LogState(key, reader.ReadUInt64())
        {
            LastLeaf = reader.ReadUInt64(),
            LastReceivedNs = reader.ReadUInt64(),
            OldestOffered = reader.ReadUInt64(),
            NewestOffered = reader.ReadUInt64(),
            OldestOfDevice = reader.ReadUInt64(),
            OldestSaidIn = reader.ReadUInt64(),
            Variants = reader.ReadUInt64(),
        };
        ReadList(reader, r => log.Durable.Restore(ReadRun(r)));
        ReadList(reader, r => log.Durable.MarkFinal(ReadRun(r)));
        logs.Add(key, log);
    }

    private static void WriteRun(BinaryWriter writer, Run run)
    {
        writer.Write(run.First);
        writer.Write(run.Next);
    }

    private static Run ReadRun(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());

    private static void WriteQuarantine(BinaryWriter writer, QuarantineLedger quarantine)
    {
        WriteList(
            writer,
            [.. quarantine.Uses.OrderBy(u => u.Key, StringComparer.Ordinal)],
            (w, u) =>
            {
                w.Write(u.Key);
                w.Write(u.Value.Bytes);
                w.Write(u.Value.Entries);
            }
        );
        WriteList(
            writer,
            [.. quarantine.Known.OrderBy(k => k.Source, StringComparer.Ordinal).ThenBy(k => k.Payload.A).ThenBy(k => k.Payload.B)],
            (w, k) =>
            {
                w.Write(k.Source);
                w.Write(k.Payload.ToArray());
            }
        );
    }

    private static void WriteLeaf(BinaryWriter writer, Leaf leaf)
    {
        Span<byte> bytes = stackalloc byte[Leaf.BytesMax];
        var length = leaf.Encode(default, bytes);
        writer.Write((ushort)length);
        writer.Write(bytes[..length]);
    }

    private static T ReadLeaf<T>(BinaryReader reader, NameCache names)
        where T : Leaf =>
        Leaf.Decode(reader.ReadBytes(reader.ReadUInt16()), names).Leaf as T
        ?? throw new InvalidDataException($"A snapshot whose checksum holds has no {typeof(T).Name} where one was written.");

    private static string ReadName(BinaryReader reader, NameCache names) => names.Text(Encoding.ASCII.GetBytes(reader.ReadString()));

    private static void WriteList<T>(BinaryWriter writer, IReadOnlyList<T> list, Action<BinaryWriter, T> write)
    {
        writer.Write(list.Count);
        foreach (var item in list)
        {
            write(writer, item);
        }
    }

    private static void ReadList(BinaryReader reader, Action<BinaryReader> read)
    {
        var count = reader.ReadInt32();
        for (var i = 0; i < count; i++)
        {
            read(reader);
        }
    }
}
