using DuckDB.NET.Data;

namespace TaserTelemetry.Gateway.TimeSeries.Embedded;

/// <summary>Writes what the embedded store shows as Parquet files, so that auditors can use their own tools on it.</summary>
internal static class ParquetExport
{
    /// <summary>The views and tables that are exported, each to a file of its name.</summary>
    public static readonly IReadOnlyList<string> Tables = ["events", "activations", "incidents", "daily", "facts", "pulses"];

    /// <summary>Writes each file beside its final name and renames it, so that a reader never meets half of one.</summary>
    public static IReadOnlyList<string> Write(DuckDBConnection reader, string folder)
    {
        Directory.CreateDirectory(folder);
        var written = new List<string>();
        foreach (var table in Tables)
        {
            written.Add(WriteOne(reader, table, folder));
        }
        return written;
    }

    /// <summary>Writes one of <see cref="Tables"/> into a folder that is there, and answers its path.</summary>
    public static string WriteOne(DuckDBConnection reader, string table, string folder)
    {
        var path = Path.Combine(folder, table + ".parquet");
        var half = path + ".part";
        using (var command = reader.CreateCommand())
        {
            // A statement cannot take a file name as a parameter, so the quote is doubled.
            command.CommandText =
                $"COPY (SELECT * FROM {table}) TO '{half.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet, COMPRESSION zstd)";
            command.ExecuteNonQuery();
        }
        File.Move(half, path, overwrite: true);
        return path;
    }
}
