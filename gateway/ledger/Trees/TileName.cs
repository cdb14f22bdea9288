using System.Globalization;

namespace TaserTelemetry.Ledger.Trees;

/// <summary>Paths of tiles and entry bundles below the log's prefix (C2SP tlog-tiles).</summary>
public static class TileName
{
    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int FullWidth = 256;

    /// <summary>Levels there can be: 256^8 leaves are more than an index can count.</summary>
    public const int LevelsMax = 8;

    /// <summary>Path of a tile of hashes, for instance <c>tile/0/x001/x234/067.p/12</c>.</summary>
    /// <param name="level">0 to 63.</param>
    /// <param name="tile">Number of the tile in its level.</param>
    /// <param name="width">1 to 256; below 256 the tile is partial.</param>
    public static string Hashes(int level, ulong tile, int width) =>
        string.Create(CultureInfo.InvariantCulture, $"tile/{level}/{Number(tile)}{Partial(width)}");

    /// <summary>Path of an entry bundle, for instance <c>tile/entries/005</c>.</summary>
    public static string Entries(ulong tile, int width) => $"tile/entries/{Number(tile)}{Partial(width)}";

    private static string Partial(int width) => width == FullWidth ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{width}");

    private static string Number(ulong tile)
    {
        var path = (tile % 1000).ToString("D3", CultureInfo.InvariantCulture);
        for (var rest = tile / 1000; rest > 0; rest /= 1000)
            path = string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:D3}/{path}");
        return path;
    }
}
