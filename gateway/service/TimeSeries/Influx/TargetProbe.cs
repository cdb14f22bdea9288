using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>
/// Asks a server at the start what would otherwise be learnt from lost points: who it is, whether the database is there, whether
/// its retention reaches back to the backlog, and whether a point that was written can be read. Reads that a server does not offer
/// are reported as not asked; the write is always asked.
/// </summary>
internal sealed partial class TargetProbe(ILineTarget target, InfluxHttp http, TimeProvider time, CancellationToken cancel)
{
    private readonly List<ProbeLine> _lines = [];

    public async Task<ProbeReport> V1Async(InfluxSettings settings, DateTimeOffset oldestPoint)
    {
        if (await PingAsync("ping") && await DatabaseV1Async(settings) && await RetentionV1Async(settings, oldestPoint))
        {
            await WriteAndReadAsync();
        }
        return new ProbeReport(_lines);
    }

    public async Task<ProbeReport> V2Async(InfluxSettings settings, DateTimeOffset oldestPoint)
    {
        if (await PingAsync("health") && await BucketAsync(settings, oldestPoint))
        {
            await WriteAndReadAsync();
        }
        return new ProbeReport(_lines);
    }

    public async Task<ProbeReport> V3Async(DateTimeOffset oldestPoint)
    {
        if (await PingAsync("ping"))
        {
            // Version 3 makes a database at the first write and refuses nothing for its age, so neither can be wrong here.
            Add("database", ProbeFinding.NotAsked, "made by the first write");
            Add("retention", ProbeFinding.NotAsked, $"points since {Day(oldestPoint)} are to be kept; see the database's retention period");
            await WriteAndReadAsync();
        }
        return new ProbeReport(_lines);
    }

    private async Task<bool> PingAsync(string path)
    {
        var said = await http.GetAsync(path, cancel);
        if (!said.Answered || said.Status >= 500)
        {
            Add("server", ProbeFinding.Away, said.Answered ? $"HTTP {said.Status} {said.Body}" : said.Body);
            return false;
        }
        var version = said.Version.Length > 0 ? said.Version : BodyVersion(said.Body);
        var found = version.Length > 0 ? ProbeFinding.Good : ProbeFinding.NotAsked;
        Add("server", found, version.Length > 0 ? $"version {version}" : "answers, and gives no version");
        return true;
    }

    private async Task<bool> DatabaseV1Async(InfluxSettings settings)
    {
        var answer = await target.QueryAsync("SHOW DATABASES", cancel);
        if (!answer.Answered || answer.Fault.Length > 0)
        {
            // A user who may only write cannot list; the write below decides.
            Add("database", ProbeFinding.NotAsked, answer.Fault);
            return true;
        }
        var there = answer.Series.SelectMany(Rows).Any(row => row[0].GetString() == settings.Database);
        Add(
            "database",
            there ? ProbeFinding.Good : ProbeFinding.Fault,
            there
                ? settings.Database
                : $"{settings.Database} does not exist; make it with CREATE DATABASE, or correct timeSeries:influx:database"
        );
        return there;
    }

    private async Task<bool> RetentionV1Async(InfluxSettings settings, DateTimeOffset oldestPoint)
    {
        var name = settings.Database.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        var answer = await target.QueryAsync($"SHOW RETENTION POLICIES ON \"{name}\"", cancel);
        if (!answer.Answered || answer.Fault.Length > 0 || answer.Series.Count == 0)
        {
            Add("retention", ProbeFinding.NotAsked, answer.Fault);
            return true;
        }
        var columns = answer.Series[0].GetProperty("columns").EnumerateArray().Select(c => c.GetString()).ToList();
        int nameAt = columns.IndexOf("name"),
            durationAt = columns.IndexOf("duration"),
            defaultAt = columns.IndexOf("default");
        foreach (var row in Rows(answer.Series[0]))
        {
            var ours =
                settings.RetentionPolicy.Length > 0
                    ? row[nameAt].GetString() == settings.RetentionPolicy
                    : row[defaultAt].ValueKind == JsonValueKind.True;
            if (ours)
            {
                Retention(ParseDuration(row[durationAt].GetString() ?? "0s"), oldestPoint);
                return true;
            }
        }
        Add("retention", ProbeFinding.Fault, $"there is no retention policy '{settings.RetentionPolicy}'; make it, or correct the setting");
        return false;
    }

    private async Task<bool> BucketAsync(InfluxSettings settings, DateTimeOffset oldestPoint)
    {
        var said = await http.GetAsync(
            $"api/v2/buckets?org={InfluxTargets.Escaped(settings.Organisation)}&name={InfluxTargets.Escaped(settings.Database)}",
            cancel
        );
        var bucket = said.Good ? FirstBucket(said.Body) : null;
        if (bucket is null)
        {
            // A token that may only write sees no buckets, and others that speak this API have none.
            Add("bucket", ProbeFinding.NotAsked, $"not listed (HTTP {said.Status})");
            return true;
        }
        Add("bucket", ProbeFinding.Good, settings.Database);
        Retention(TimeSpan.FromSeconds(bucket.Value), oldestPoint);
        return true;
    }

    private void Retention(TimeSpan kept, DateTimeOffset oldestPoint)
    {
        var reach = kept == TimeSpan.Zero ? DateTimeOffset.MinValue : time.GetUtcNow() - kept;
        if (reach <= oldestPoint)
        {
            Add("retention", ProbeFinding.Good, kept == TimeSpan.Zero ? "for ever" : $"{kept.TotalDays:0.#} days");
            return;
        }
        Add(
            "retention",
            ProbeFinding.Warning,
            $"{kept.TotalDays:0.#} days, but there are points since {Day(oldestPoint)}: older ones will be refused and kept in DATA/refused; lengthen it to keep them"
        );
    }

    private async Task WriteAndReadAsync()
    {
        var now = time.GetUtcNow();
        var at = (now - DateTimeOffset.UnixEpoch).Ticks * 100;
        var line = string.Create(CultureInfo.InvariantCulture, $"taser_gateway probe=1i {at}\n");
        var answer = await target.WriteAsync(Encoding.ASCII.GetBytes(line), 1, cancel);
        if (answer.Verdict != WriteVerdict.Accepted)
        {
            var away = answer.Verdict is WriteVerdict.Busy or WriteVerdict.Unknown;
            Add("write", away ? ProbeFinding.Away : ProbeFinding.Fault, answer.Words);
            return;
        }
        var read = await target.QueryAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT probe FROM taser_gateway WHERE time = {at}"),
            cancel
        );
        if (!read.Answered || read.Fault.Length > 0)
        {
            Add("read back", ProbeFinding.NotAsked, "the write was accepted; this server or user does not answer InfluxQL");
            return;
        }
        var found = read.Series.SelectMany(Rows).Any();
        Add(
            "read back",
            found ? ProbeFinding.Good : ProbeFinding.Fault,
            found
                ? "a point that was written can be read"
                : "a point was accepted and cannot be read: is this the database that the write goes to?"
        );
    }

    private void Add(string check, ProbeFinding finding, string words) => _lines.Add(new ProbeLine(check, finding, words));

    private static IEnumerable<JsonElement> Rows(JsonElement series) =>
        series.TryGetProperty("values", out var values) ? values.EnumerateArray() : [];

    private static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The bucket's retention in seconds, 0 = for ever; null when there is none to see.</summary>
    private static long? FirstBucket(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (!document.RootElement.TryGetProperty("buckets", out var buckets) || buckets.GetArrayLength() == 0)
            {
                return null;
            }
            return
                buckets[0].TryGetProperty("retentionRules", out var rules)
                && rules.GetArrayLength() > 0
                && rules[0].TryGetProperty("everySeconds", out var seconds)
                ? seconds.GetInt64()
                : 0;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string BodyVersion(string body)
    {
        var match = VersionMember().Match(body);
        return match.Success ? match.Groups["version"].Value : "";
    }

    /// <summary>A duration as InfluxDB prints it: 168h0m0s; 0s = for ever.</summary>
    internal static TimeSpan ParseDuration(string text)
    {
        var total = TimeSpan.Zero;
        foreach (Match part in DurationPart().Matches(text))
        {
            var number = double.Parse(part.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
            total += part.Groups["unit"].Value switch
            {
                "w" => TimeSpan.FromDays(7 * number),
                "d" => TimeSpan.FromDays(number),
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "ms" => TimeSpan.FromMilliseconds(number),
                _ => TimeSpan.FromSeconds(number),
            };
        }
        return total;
    }

    [GeneratedRegex("(?<number>[0-9.]+)(?<unit>w|d|h|ms|m|s)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DurationPart();

    [GeneratedRegex("\"version\"\\s*:\\s*\"(?<version>[^\"]{1,64})\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex VersionMember();
}
