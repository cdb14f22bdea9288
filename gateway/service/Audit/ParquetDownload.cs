using DuckDB.NET.Data;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.TimeSeries.Embedded;

namespace TaserTelemetry.Gateway.Audit;

/// <summary>
/// GET /api/export/TABLE.parquet: the embedded store for an auditor's own tools (TimeSeries/SCHEMA.md says what each file holds). Below
/// /api, so the access log comes first. The file is made on disk and deleted when it has been sent.
/// </summary>
internal sealed class ParquetDownload(StoresService stores)
{
    private const string ContentType = "application/vnd.apache.parquet";

    // One file at a time: each takes the store's memory limit and as much room on disk as it is long.
    private static readonly SemaphoreSlim One = new(1);

    public void Map(WebApplication app) => app.MapGet("/api/export/{table}.parquet", (string table) => Answer(table));

    private IResult Answer(string untrustedTable)
    {
        if (!ParquetExport.Tables.Contains(untrustedTable))
        {
            return Refused(
                StatusCodes.Status404NotFound,
                "There is no such table.",
                $"Ask for one of: {string.Join(", ", ParquetExport.Tables)}."
            );
        }
        if (!One.Wait(TimeSpan.Zero))
        {
            return Refused(StatusCodes.Status503ServiceUnavailable, "Another export is being written.", "Try again when it is done.");
        }
        try
        {
            return stores.Series.Embedded.TryRead(store => Written(store, untrustedTable), out var file)
                ? Results.File(file!, ContentType, untrustedTable + ".parquet")
                : Refused(StatusCodes.Status503ServiceUnavailable, "The embedded store is not open.", "Try again in a few seconds.");
        }
        finally
        {
            One.Release();
        }
    }

    private static FileStream Written(DuckDBConnection store, string table)
    {
        var folder = Directory.CreateTempSubdirectory("taser-export-");
        try
        {
            var path = ParquetExport.WriteOne(store, table, folder.FullName);
            // Its name goes now, its bytes when the answer has been sent or given up.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IResult Refused(int status, string why, string whatToDo) =>
        Results.Json(new Refusal(why, whatToDo), AuditJson.Default.Refusal, statusCode: status);
}
