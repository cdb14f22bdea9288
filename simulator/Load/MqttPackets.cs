using System.Buffers.Binary;
using System.Text;

namespace TaserTelemetry.Simulator.Load;

/// <summary>What a packet from the broker is.</summary>
internal readonly ref struct MqttPacket(byte type, ReadOnlySpan<byte> body, int bytes)
{
    public const byte ConnAck = 2;
    public const byte Publish = 3;
    public const byte PubAck = 4;
    public const byte SubAck = 9;

    /// <summary>MQTT 5 section 2.1.2, without the flags.</summary>
    public int Type => type >> 4;

    public int QualityOfService => (type >> 1) & 3;

    public ReadOnlySpan<byte> Body { get; } = body;

    /// <summary>Bytes of the whole packet; 0 = not all of it is there yet.</summary>
    public int Bytes { get; } = bytes;
}

/// <summary>
/// The handful of MQTT 5 packets that load needs, written straight into a buffer: a general client allocates above 1 kB a message and
/// would be the bottleneck of what it measures. Section numbers are of MQTT Version 5.0 (OASIS).
/// </summary>
internal static class MqttPackets
{
    /// <summary>Room that a PUBLISH needs besides topic and payload.</summary>
    public const int PublishOverheadMax = 10;

    private const int RemainingLengthBytesMax = 4;

    public static int Connect(Span<byte> to, string clientId, string user, string password)
    {
        Span<byte> body = stackalloc byte[512];
        ReadOnlySpan<byte> head = [0, 4, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 5];
        head.CopyTo(body);
        var at = head.Length;
        body[at++] = (byte)(0x02 | (user.Length > 0 ? 0xC0 : 0)); // clean start (3.1.2.4)
        BinaryPrimitives.WriteUInt16BigEndian(body[at..], 60); // keep alive in seconds
        at += 2;
        body[at++] = 0; // no properties
        at += Text(body[at..], clientId);
        if (user.Length > 0)
        {
            at += Text(body[at..], user);
            at += Text(body[at..], password);
        }

        return Packet(to, 0x10, body[..at]);
    }

    public static int Subscribe(Span<byte> to, ushort packetId, string filter)
    {
        Span<byte> body = stackalloc byte[256];
        BinaryPrimitives.WriteUInt16BigEndian(body, packetId);
        body[2] = 0;
        var at = 3 + Text(body[3..], filter);
        body[at++] = 0; // QoS 0: a lost ack costs a repeat
        return Packet(to, 0x82, body[..at]);
    }

    /// <summary>A QoS 1 PUBLISH whose payload the caller writes behind it: answers where the payload goes.</summary>
    public static int PublishHeader(Span<byte> to, ReadOnlySpan<byte> topic, ushort packetId, int payloadBytes)
    {
        to[0] = 0x32;
        var at = 1 + RemainingLength(to[1..], 2 + topic.Length + 2 + 1 + payloadBytes);
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], checked((ushort)topic.Length));
        topic.CopyTo(to[(at + 2)..]);
        at += 2 + topic.Length;
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], packetId);
        to[at + 2] = 0; // no properties
        return at + 3;
    }

    public static int PingRequest(Span<byte> to) => Packet(to, 0xC0, []);

    public static int Disconnect(Span<byte> to) => Packet(to, 0xE0, []);

    /// <summary>What stands at the start of the bytes, if it is whole.</summary>
    public static MqttPacket Read(ReadOnlySpan<byte> untrusted)
    {
        var length = 0;
        for (var i = 0; i < RemainingLengthBytesMax && i + 1 < untrusted.Length; i++)
        {
            length |= (untrusted[i + 1] & 0x7F) << (7 * i);
            if ((untrusted[i + 1] & 0x80) == 0)
            {
                var header = i + 2;
                return untrusted.Length - header < length
                    ? default
                    : new MqttPacket(untrusted[0], untrusted.Slice(header, length), header + length);
            }
        }

        return default;
    }

    /// <summary>The payload of a PUBLISH (3.3): behind topic, packet id where there is one, and properties.</summary>
    public static ReadOnlySpan<byte> Payload(MqttPacket publish, out ReadOnlySpan<byte> topic)
    {
        var body = publish.Body;
        var topicBytes = BinaryPrimitives.ReadUInt16BigEndian(body);
        topic = body.Slice(2, topicBytes);
        body = body[(2 + topicBytes + (publish.QualityOfService > 0 ? 2 : 0))..];
        return body[(1 + body[0])..]; // properties of a message of ours are shorter than 128 bytes
    }

    /// <summary>How many QoS 1 messages may be unacknowledged (3.2.2.3.3), from a CONNACK; 65,535 where it does not say.</summary>
    public static int ReceiveMaximum(ReadOnlySpan<byte> connAckBody)
    {
        var properties = connAckBody.Length > 3 ? connAckBody.Slice(3, Math.Min(connAckBody[2], connAckBody.Length - 3)) : default;
        while (properties.Length > 0)
        {
            if (properties[0] == 0x21)
            {
                return BinaryPrimitives.ReadUInt16BigEndian(properties[1..]);
            }

            var skip = PropertyBytes(properties);
            if (skip == 0)
            {
                break;
            }

            properties = properties[skip..];
        }

        return ushort.MaxValue;
    }

    /// <summary>CONNACK properties by identifier (2.2.2.2); 0 = not known here.</summary>
    private static int PropertyBytes(ReadOnlySpan<byte> property) =>
        property[0] switch
        {
            0x11 or 0x27 => 5,
            0x13 or 0x22 => 3,
            0x24 or 0x25 or 0x28 or 0x29 or 0x2A => 2,
            0x12 or 0x15 or 0x16 or 0x1A or 0x1C or 0x1F => 3 + BinaryPrimitives.ReadUInt16BigEndian(property[1..]),
            _ => 0,
        };

    private static int Packet(Span<byte> to, byte type, ReadOnlySpan<byte> body)
    {
        to[0] = type;
        var at = 1 + RemainingLength(to[1..], body.Length);
        body.CopyTo(to[at..]);
        return at + body.Length;
    }

    private static int RemainingLength(Span<byte> to, int length)
    {
        var at = 0;
        do
        {
            var more = length >> 7;
            to[at++] = (byte)((length & 0x7F) | (more > 0 ? 0x80 : 0));
            length = more;
        } while (length > 0);

        return at;
    }

    private static int Text(Span<byte> to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text, to[2..]);
        BinaryPrimitives.WriteUInt16BigEndian(to, checked((ushort)bytes));
        return bytes + 2;
    }
}
