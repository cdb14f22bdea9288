using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>Which bytes a text may have (SPEC clause 1.4). All are ASCII with a length byte in front.</summary>
public enum TextKind
{
    /// <summary>A force, armoury, dock or gateway: 1 to 32 letters, digits, dots, underscores and hyphens, so that it is one topic level.</summary>
    Name,

    /// <summary>A serial number that must be there: 1 to 32 bytes from 21 to 7E hex.</summary>
    Serial,

    /// <summary>A serial number that may be absent: 0 to 32 bytes from 21 to 7E hex; empty = absent.</summary>
    SerialOrNone,

    /// <summary>A model or version: 0 to 32 bytes from 20 to 7E hex; empty = not stated.</summary>
    Label,

    /// <summary>An MQTT topic: 0 to 160 bytes from 21 to 7E hex without plus and hash; empty = none (serial).</summary>
    Topic,
}

/// <summary>The rules of SPEC clause 1.4.</summary>
public static class TextKinds
{
    /// <summary>The longest text of this kind in bytes.</summary>
    public static int BytesMax(this TextKind kind) => kind == TextKind.Topic ? Limits.TopicBytesMax : Limits.TextBytesMax;

    /// <summary>Whether an empty text of this kind is wrong.</summary>
    public static bool MustSaySomething(this TextKind kind) => kind is TextKind.Name or TextKind.Serial;

    /// <summary>Whether this text may be sent as this kind.</summary>
    public static bool Allows(this TextKind kind, string text)
    {
        if (text.Length > kind.BytesMax() || (text.Length == 0 && kind.MustSaySomething()))
        {
            return false;
        }

        foreach (var letter in text)
        {
            if (letter > 0x7E || !IsAllowed(kind, (byte)letter))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The position of the first byte that this kind does not allow, or -1.</summary>
    public static int FirstNotAllowed(this TextKind kind, ReadOnlySpan<byte> untrusted)
    {
        for (var index = 0; index < untrusted.Length; index++)
        {
            if (!IsAllowed(kind, untrusted[index]))
            {
                return index;
            }
        }

        return -1;
    }

    private static bool IsAllowed(TextKind kind, byte letter) =>
        kind switch
        {
            TextKind.Name => char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'.' or (byte)'_' or (byte)'-',
            TextKind.Label => letter is >= 0x20 and <= 0x7E,
            TextKind.Topic => letter is >= 0x21 and <= 0x7E and not ((byte)'+' or (byte)'#'),
            _ => letter is >= 0x21 and <= 0x7E,
        };
}
