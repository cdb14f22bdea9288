using System.Globalization;
using System.Text;

namespace TaserTelemetry.Reconciler.Import;

/// <summary>The header row of a table: names without regard to case and runs of white space.</summary>
internal sealed class Header
{
    private const int LinesShownMax = 10;

    private readonly Dictionary<string, int> _places = new(StringComparer.OrdinalIgnoreCase);
    private readonly string[] _keys;

    public Header(string[] cells)
    {
        Names = Array.ConvertAll(cells, c => c.Trim());
        _keys = Array.ConvertAll(cells, Key);
        for (int i = 0; i < _keys.Length; i++)
        {
            if (_keys[i].Length > 0)
            {
                _places.TryAdd(_keys[i], i);
            }
        }
    }

    public string[] Names { get; }

    /// <summary>What a person must know of the header: names that stand twice, and the lines where it stood again (the first few).</summary>
    public IEnumerable<string> Notes(IReadOnlyList<int> headerAgain)
    {
        foreach (
            string name in Names.Where((n, i) => _keys[i].Length > 0 && _places[_keys[i]] != i).Distinct(StringComparer.OrdinalIgnoreCase)
        )
        {
            yield return $"column \"{name}\" stands more than once: the first is read";
        }

        if (headerAgain.Count > 0)
        {
            string more =
                headerAgain.Count > LinesShownMax
                    ? string.Create(CultureInfo.InvariantCulture, $" and {headerAgain.Count - LinesShownMax} more")
                    : "";
            yield return "lines that are the header again: " + string.Join(", ", headerAgain.Take(LinesShownMax)) + more;
        }
    }

    /// <summary>Place of a column that may have several names, divided by "|"; -1 = not there.</summary>
    public int Find(string names)
    {
        foreach (string name in names.Split('|'))
        {
            if (_places.TryGetValue(Key(name), out int place))
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>True for a header row that stands again among the data: at least half of its filled cells are their column's name.</summary>
    public bool IsRepeatedBy(string[] cells)
    {
        int filled = 0;
        int same = 0;
        for (int i = 0; i < cells.Length && i < _keys.Length; i++)
        {
            if (cells[i].Length > 0)
            {
                filled++;
                same += Key(cells[i]).Equals(_keys[i], StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            }
        }

        return filled > 1 && same * 2 >= filled;
    }

    private static string Key(string name)
    {
        var key = new StringBuilder(name.Length);
        foreach (char c in name)
        {
            if (!char.IsWhiteSpace(c) && c is not ('_' or '-' or '\uFEFF'))
            {
                key.Append(c);
            }
        }

        return key.ToString();
    }
}
