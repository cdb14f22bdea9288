using System.Text;

namespace TaserTelemetry.Evidence.Leaves;

/// <summary>
/// What a leaf may hold as text: serials, dock and place ids, profile ids; never free text. At most 32 bytes of printable ASCII without
/// the space, so that no sentence and no "first name, last name" can travel in one. Empty means absent.
/// </summary>
public static class LeafName
{
    /// <summary>Bytes of the longest name.</summary>
    public const int BytesMax = 32;

    /// <summary>True when the text may stand in a leaf. Empty is plain.</summary>
    public static bool IsPlain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= BytesMax && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
    }

    /// <summary>True when the bytes may stand in a leaf as a name. Empty is plain.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> untrustedText) =>
        untrustedText.Length <= BytesMax && !untrustedText.ContainsAnyExceptInRange((byte)'!', (byte)'~');
}

/// <summary>
/// Gives the same string object for the same bytes, so that reading ten million leaves of forty devices makes forty strings. Bounded:
/// a full cache starts again. Not thread-safe: one for each reader.
/// </summary>
public sealed class NameCache
{
    /// <summary>Names held before the cache starts again.</summary>
    public const int CountMax = 65_536;

    private const int SlotCount = 4_096;

    private readonly string?[] slots = new string?[SlotCount];
    private readonly Dictionary<string, string> all = new(StringComparer.Ordinal);

    /// <summary>The bytes, plain ASCII, as text. Empty bytes give the empty string.</summary>
    public string Text(ReadOnlySpan<byte> plain)
    {
        if (plain.IsEmpty)
        {
            return "";
        }
        var slot = SlotOf(plain);
        if (slots[slot] is { } known && Ascii.Equals(plain, known))
        {
            return known;
        }
        var text = Encoding.ASCII.GetString(plain);
        if (all.TryGetValue(text, out var same))
        {
            text = same;
        }
        else
        {
            if (all.Count >= CountMax)
            {
                all.Clear();
            }
            all.Add(text, text);
        }
        slots[slot] = text;
        return text;
    }

    private static int SlotOf(ReadOnlySpan<byte> plain)
    {
        // FNV-1a: modular multiplication is its definition.
        var hash = 2_166_136_261u;
        foreach (var b in plain)
        {
            hash = unchecked((hash ^ b) * 16_777_619u);
        }
        return (int)((hash ^ (hash >> 15)) % SlotCount);
    }
}
