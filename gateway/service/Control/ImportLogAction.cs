using System.Globalization;
using TaserTelemetry.Evidence.LogImport;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest.VendorFiles;

namespace TaserTelemetry.Gateway.Control;

/// <summary>import-log as an operator asks for it, of a running gateway or a stopped one.</summary>
internal static class ImportLogAction
{
    public const string Verb = "import-log";

    /// <summary>Each step runs on the thread that writes and is durable before the next one.</summary>
    public static async Task<ControlAnswer> RunAsync(
        OpenJournal journal,
        string data,
        ControlRequest request,
        Func<Action, Task> step,
        TimeProvider clock
    )
    {
        using var json = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(request["profile"]));
        var (profile, fault) = LogProfile.Parse(json);
        if (profile is null)
        {
            return ControlAnswer.No($"The profile cannot be used: {fault}");
        }
        var content = Convert.FromBase64String(request["content"]);
        var translation = LogTranslator.Read(profile, request["file"], new MemoryStream(content));
        if (translation.Failure is not null)
        {
            return ControlAnswer.No($"{request["file"]}: {translation.Failure}.");
        }
        var import = new VendorImport(journal, profile, content, request.By, clock)
        {
            StatedErrorSeconds = uint.TryParse(request["statedError"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? seconds
                : profile.Stamp.StatedErrorSeconds,
        };
        foreach (var action in import.Steps(translation, data))
        {
            await step(action);
        }
        var report = import.Report;
        return ControlAnswer.Yes(
            $"import     leaf {report.ImportLeaf}, version {report.Version} of this file, {content.Length} bytes{(report.FileWasThere ? ", which were there already" : " kept whole")}",
            $"stored     {report.Stored} of {report.Records} event records in {report.Frames} frames, grade E (vendor export){(report.Refused > 0 ? $"; {report.Refused} NOT stored" : "")}",
            import.StatedErrorSeconds is { } error
                ? $"times      taken as the device's own, stated to be within {error} s of UTC: a claim, and marked as one"
                : "times      not bounded: nothing states how far the device's clock was from UTC (--stated-error SECONDS, if somebody does)"
        );
    }
}
