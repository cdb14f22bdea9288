using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Audit;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.Access;

/// <summary>
/// Stands before everything that HTTP gives out under /api: first the access log, then the data, or neither. Whatever is mapped there
/// later is covered without being asked.
/// </summary>
internal static class AccessGate
{
    /// <summary>All that shows recorded data lies below.</summary>
    public const string Guarded = "/api";

    public static void Map(WebApplication app, JournalService journal, TimeProvider clock)
    {
        var viewings = new Viewings(clock);
        app.Use(
            async (context, next) =>
            {
                if (
                    context.Request.Path.StartsWithSegments(Guarded, StringComparison.OrdinalIgnoreCase)
                    && !TryRecord(context, journal, viewings, clock, out var why)
                )
                {
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    var refusal = new Refusal($"This reading could not be recorded, so nothing is shown: {why}", "Try again; see /health.");
                    await context.Response.WriteAsJsonAsync(refusal, AuditJson.Default.Refusal);
                    return;
                }
                await next(context);
            }
        );
    }

    private static bool TryRecord(HttpContext context, JournalService journal, Viewings viewings, TimeProvider clock, out string why)
    {
        why = "";
        try
        {
            var disclosure = new Disclosure(ReaderOf(context), VerbOf(context.Request.Path), DeviceOf(context.Request));
            var from = context.Connection.RemoteIpAddress?.ToString() ?? "";
            var isView = disclosure.Verb == AuditVerb.Page;
            if (isView && journal.Open.Access.Broken is null && viewings.Covers(disclosure.By, from, disclosure.Device))
            {
                return true;
            }
            journal.Open.Access.Record(disclosure, UnixTime.NowNs(clock));
            if (isView)
            {
                viewings.Begin(disclosure.By, from, disclosure.Device);
            }
            return true;
        }
        catch (AccessNotRecordedException refused)
        {
            why = refused.Message;
            return false;
        }
    }

    /// <summary>Who is signed in, else whose certificate it is, else nobody that is known: the listener is then on this machine alone.</summary>
    private static string ReaderOf(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true, Name.Length: > 0 } known ? known.Name
        : context.Connection.ClientCertificate is { } certificate ? certificate.Subject
        : "page of this machine, not signed in";

    private static AuditVerb VerbOf(PathString path) =>
        path.Value!.Contains("export", StringComparison.OrdinalIgnoreCase) ? AuditVerb.Export : AuditVerb.Page;

    /// <summary>/api/devices/SERIAL/... or ?device=SERIAL.</summary>
    private static string DeviceOf(HttpRequest request)
    {
        var steps = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(steps, step => step.Equals("devices", StringComparison.OrdinalIgnoreCase));
        return at >= 0 && at + 1 < steps.Length ? steps[at + 1] : request.Query["device"].ToString();
    }
}
