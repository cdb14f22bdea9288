using System.Reflection;

namespace TaserTelemetry.Gateway.Audit;

/// <summary>The auditor's page: four hand-written files inside the program, no framework, nothing fetched from anywhere else.</summary>
internal static class AuditorPage
{
    private static readonly (string Path, string File, string Type)[] Files =
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
        ("/plots.js", "plots.js", "text/javascript; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
    ];

    public static void Map(WebApplication app)
    {
        foreach (var (path, file, type) in Files)
        {
            var bytes = Read(file);
            app.MapGet(
                path,
                (HttpContext context) =>
                {
                    // The page shows evidence: nothing from outside may run in it, and no other page may frame it.
                    context.Response.Headers.ContentSecurityPolicy =
                        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
                    context.Response.Headers.XContentTypeOptions = "nosniff";
                    context.Response.Headers["Referrer-Policy"] = "no-referrer";
                    context.Response.Headers.CacheControl = "no-cache";
                    return Results.Bytes(bytes, type);
                }
            );
        }
    }

    private static byte[] Read(string file)
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream($"Page/{file}")
            ?? throw new InvalidOperationException($"Page/{file} is not in the program: the build left it out.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
