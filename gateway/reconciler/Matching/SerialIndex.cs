using TaserTelemetry.Reconciler.Analysis;

namespace TaserTelemetry.Reconciler.Matching;

/// <summary>
/// Finds the devices a typed serial may mean, in grades (domain 1.6). Letters O and I are folded to 0 and 1 only as a graded
/// candidate; one slip of a key is probable, never a match by itself.
/// </summary>
internal sealed class SerialIndex
{
    private readonly Dictionary<string, DeviceHistory> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<DeviceHistory>> _near = new(StringComparer.Ordinal);

    public SerialIndex(IEnumerable<DeviceHistory> devices)
    {
        foreach (var device in devices)
        {
            string normal = Normal(device.Serial);
            _exact.TryAdd(normal, device);
            foreach (string key in Neighbours(Fold(normal)))
            {
                if (!_near.TryGetValue(key, out var list))
                {
                    _near.Add(key, list = []);
                }

                list.Add(device);
            }
        }
    }

    /// <summary>Upper case, without "#", "-" and spaces.</summary>
    public static string Normal(string typed) =>
        new(typed.Where(c => c is not ('#' or '-' or ' ')).Select(char.ToUpperInvariant).ToArray());

    /// <summary>The device of exactly this serial; null = none.</summary>
    public DeviceHistory? Exact(string typed) => _exact.GetValueOrDefault(Normal(typed));

    /// <summary>Devices whose serial differs by look-alikes or one slip, in order of serial.</summary>
    public List<DeviceHistory> Probable(string typed)
    {
        string normal = Normal(typed);
        string folded = Fold(normal);
        if (normal.Length < 4)
        {
            return [];
        }

        var found = new SortedDictionary<string, DeviceHistory>(StringComparer.Ordinal);
        foreach (string key in Neighbours(folded))
        {
            foreach (var device in _near.GetValueOrDefault(key) ?? [])
            {
                string known = Normal(device.Serial);
                if (known != normal && (Fold(known) == folded || OneSlip(Fold(known), folded)))
                {
                    found[device.Serial] = device;
                }
            }
        }

        return [.. found.Values];
    }

    /// <summary>Grade of one typed serial against one device.</summary>
    public static SerialGrade Grade(string typed, string serial)
    {
        string a = Normal(typed);
        string b = Normal(serial);
        return a.Length == 0 ? SerialGrade.Blank
            : a == b ? SerialGrade.Exact
            : Fold(a) == Fold(b) || OneSlip(Fold(a), Fold(b)) ? SerialGrade.Probable
            : SerialGrade.None;
    }

    /// <summary>One character typed wrongly, left out, typed twice, or two neighbours exchanged.</summary>
    public static bool OneSlip(string a, string b)
    {
        if (a == b || Math.Abs(a.Length - b.Length) > 1)
        {
            return a == b;
        }

        int start = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start])
        {
            start++;
        }

        int endA = a.Length;
        int endB = b.Length;
        while (endA > start && endB > start && a[endA - 1] == b[endB - 1])
        {
            endA--;
            endB--;
        }

        int left = endA - start;
        int right = endB - start;
        return (left <= 1 && right <= 1) || (left == 2 && right == 2 && a[start] == b[start + 1] && a[start + 1] == b[start]);
    }

    private static string Fold(string normal) =>
        normal.Replace('O', '0').Replace('I', '1').Replace('L', '1').Replace('S', '5').Replace('B', '8');

    /// <summary>The text itself, each text with one character left out, and each with two neighbours exchanged.</summary>
    private static IEnumerable<string> Neighbours(string text)
    {
        yield return text;
        for (int i = 0; i < text.Length; i++)
        {
            yield return text.Remove(i, 1);
        }
    }
}
