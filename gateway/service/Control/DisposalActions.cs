using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Gateway.TimeSeries;
using SequenceRanges = TaserTelemetry.Evidence.Leaves.SequenceRanges;

namespace TaserTelemetry.Gateway.Control;

/// <summary>Holds, and disposal up to its leaf: asked for by one person, agreed to by another. What zeroes is the verb 'dispose run'.</summary>
internal static class DisposalActions
{
    public static ControlAnswer PlaceHold(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        if (request.By.IsGateway)
        {
            return ControlAnswer.No("A hold needs --by: somebody has to answer for it.");
        }
        var device = request["device"];
        if (!LeafName.IsPlain(device) || !TryTime(request["from"], out var fromNs) || !TryTime(request["to"], out var toNs))
        {
            return ControlAnswer.No("--device must be a serial without spaces; --from and --to RFC 3339 times with an offset.");
        }
        if (!ushort.TryParse(request["code"].Length == 0 ? "0" : request["code"], CultureInfo.InvariantCulture, out var code))
        {
            return ControlAnswer.No("--code must be a number of your list of reasons, 0 to 65535.");
        }
        var id = journal.Group.NextIndex;
        journal.Group.AddOwn(
            new Hold(nowNs, request.By, id, device, fromNs, toNs, Standing.InForce, code, TextOf(journal, request, nowNs))
        );
        return ControlAnswer.Yes(
            $"Hold {id} is in force{(device.Length == 0 ? " for all devices" : $" for {device}")}: nothing it covers is disposed of."
        );
    }

    public static ControlAnswer LiftHold(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        if (request.By.IsGateway)
        {
            return ControlAnswer.No("Lifting a hold needs --by: somebody has to answer for it.");
        }
        if (!ulong.TryParse(request["id"], CultureInfo.InvariantCulture, out var id) || !journal.State.Holds.TryGetValue(id, out var hold))
        {
            return ControlAnswer.No($"No hold {request["id"]} is in force. 'hold list' shows those that are.");
        }
        journal.Group.AddOwn(
            hold with
            {
                AtNs = nowNs,
                By = request.By,
                Standing = Standing.Withdrawn,
                TextCommitment = TextOf(journal, request, nowNs),
            }
        );
        return ControlAnswer.Yes($"Hold {id} is lifted.");
    }

    public static ControlAnswer ListHolds(OpenJournal journal)
    {
        var holds = new Retention(journal).Facts().Holds.Values.OrderBy(hold => hold.Id).Select(Line).ToList();
        return new ControlAnswer(true, holds.Count == 0 ? ["No hold is in force."] : holds);
    }

    /// <summary>Beside the ingest thread: it reads the whole ledger.</summary>
    public static ControlAnswer Request(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        if (request.By.IsGateway)
        {
            return ControlAnswer.No("A disposal needs --by: two different people have to answer for it.");
        }
        if (!Enum.TryParse<RetentionClass>(request["class"], ignoreCase: true, out var of) || of == RetentionClass.Incident)
        {
            return ControlAnswer.No("--class must be routine, activation or quarantine.");
        }
        var requests = new DisposalRequests(journal.Settings.Data);
        if (requests.All().Count >= DisposalRequests.OpenMax)
        {
            return ControlAnswer.No($"{DisposalRequests.OpenMax} requests wait already; confirm or withdraw some.");
        }
        if (new Retention(journal).Plan(of, nowNs, out var why) is not { } plan)
        {
            return ControlAnswer.No(why);
        }
        var made = new DisposalRequest(
            requests.NextNumber(),
            of,
            request.By.ToString(),
            nowNs,
            plan.Bytes,
            [.. plan.Runs.Select(run => new LeafRun(run.First, run.Next, run.Bytes))]
        );
        requests.Keep(made);
        return ControlAnswer.Yes(
            $"Request {made.Number}: {plan.Leaves.Count} records of the class {of}, {plan.Bytes} bytes of raw data and salts{Retention.Kept(plan)}.",
            $"Nothing is disposed of yet. Somebody else agrees with: taser-gateway dispose confirm {made.Number} --by NAME"
        );
    }

    /// <summary>Beside the ingest thread: what is asked for now, as the ledger stands now. Null, and why, when it may not be confirmed.</summary>
    public static DisposalRequest? Prepare(OpenJournal journal, ControlRequest request, ulong nowNs, out string why)
    {
        why = "";
        if (
            !uint.TryParse(request["number"], CultureInfo.InvariantCulture, out var number)
            || new DisposalRequests(journal.Settings.Data).Find(number) is not { } asked
        )
        {
            why = $"There is no request {request["number"]}. 'dispose list' shows those there are.";
            return null;
        }
        if (request.By.IsGateway || request.By.ToString() == asked.RequestedBy)
        {
            why = "Whoever asked for a disposal cannot agree to it: --by must name somebody else.";
            return null;
        }
        if (new Retention(journal).Plan(asked.Class, nowNs, out why) is not { } plan)
        {
            return null;
        }
        if (asked.Leaves.Any(run => !Covers(plan, run)))
        {
            why = "A hold, a finding or another disposal has come since: ask again with 'dispose request'.";
            return null;
        }
        return asked;
    }

    /// <summary>On the thread that appends.</summary>
    public static ControlAnswer Confirm(OpenJournal journal, ControlRequest request, DisposalRequest asked, ulong nowNs)
    {
        var retention = journal.Settings.Retention;
        var digest = Retention.DigestOf(retention);
        var (number, inForce) = (request["policy-number"], request["policy-digest"] == digest.ToString());
        var policy = uint.Parse(number.Length == 0 ? "0" : number, CultureInfo.InvariantCulture) + (inForce ? 0U : 1U);
        if (!inForce)
        {
            journal.Group.AddOwn(new PolicyChange(nowNs, request.By, PolicyKind.Retention, policy, digest));
        }
        var by = ActorId.Read(Convert.FromHexString(asked.RequestedBy));
        var leaves = 0;
        foreach (var runs in asked.Leaves.Chunk(SequenceRanges.CountMax))
        {
            leaves++;
            var ranges = new SequenceRanges([.. runs.Select(run => new SequenceRange(run.First, (uint)(run.Next - run.First)))]);
            var bytes = runs.Aggregate(0UL, (sum, run) => sum + run.Bytes);
            journal.Group.AddOwn(new Disposal(nowNs, by, request.By, policy, asked.Class, ranges, bytes));
        }
        new DisposalRequests(journal.Settings.Data).Remove(asked.Number);
        return ControlAnswer.Yes(
            $"{leaves} disposal leaves are recorded. {Retention.Delay.TotalDays} days after they are witnessed, 'taser-gateway dispose run' zeroes the bytes; without witnesses never."
        );
    }

    public static ControlAnswer List(OpenJournal journal)
    {
        var retention = new Retention(journal);
        var facts = retention.Facts();
        var lines = new DisposalRequests(journal.Settings.Data)
            .All()
            .Select(r => $"request {r.Number}: {r.Class}, {r.Set().Count} records, waits for a second person")
            .ToList();
        lines.AddRange(
            retention
                .States(facts)
                .Select(s =>
                    $"leaf {s.Index}: {s.Leaf.Class}, {s.Leaf.Leaves.SequenceCount} records, "
                    + (
                        s.DueAt is { } due
                            ? $"witnessed {s.WitnessedAt:yyyy-MM-dd}, due {due:yyyy-MM-dd}"
                            : "unwitnessed: never due as things are"
                    )
                )
        );
        lines.AddRange(
            facts.Copies.Select(c =>
                $"outside the gateway's reach: {(c.What == OperatorDoing.BackupMade ? "a backup" : "a copy for somebody")} of {UnixTime.FromNs(c.AtNs):yyyy-MM-dd'T'HH:mm:sszzz}"
            )
        );
        lines.AddRange(GivenOut.Lines(journal.Access));
        if (journal.Settings.TimeSeries.Influx.Url.Length > 0)
        {
            lines.Add(PointsLine(journal.Settings.TimeSeries.Influx, new PointPurges(journal.Settings.Data).Pending().Count));
        }
        return new ControlAnswer(true, lines.Count == 0 ? ["Nothing was asked for, and nothing disposed of."] : lines);
    }

    /// <summary>What becomes of points that a disposal leaves behind: what each kind of server can do, and no more.</summary>
    private static string PointsLine(InfluxSettings influx, int waiting) =>
        influx.Api switch
        {
            InfluxApi.V1 =>
                $"points in {influx.Url}: deleted at the start after a disposal; {waiting} spans of time wait for it. Its backups are outside the gateway's reach",
            InfluxApi.V2 =>
                $"points in {influx.Url}: deleted at the start after a disposal where the server has /api/v2/delete, as InfluxDB 2 has; in others (VictoriaMetrics) they remain until its own retention takes them; {waiting} spans of time remain or wait. Its backups are outside the gateway's reach",
            _ =>
                $"outside the gateway's reach: points in {influx.Url} remain, until its own retention takes them: InfluxDB 3 deletes no points by device and time; {waiting} spans of time remain",
        };

    private static bool Covers(Evidence.Retention.DisposalPlan plan, LeafRun run)
    {
        for (var index = run.First; index < run.Next; index++)
        {
            if (!plan.Leaves.Contains(index))
            {
                return false;
            }
        }
        return true;
    }

    private static Digest TextOf(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        if (request["text"].Length == 0)
        {
            return default;
        }
        using var records = RecordsStore.Open(journal.Settings.Data);
        return records.AddText(request["text"], request.By, nowNs);
    }

    private static string Line(Hold hold) =>
        $"hold {hold.Id}: {(hold.Device.Length == 0 ? "all devices" : hold.Device)}, from {Time(hold.FromNs)} to {Time(hold.ToNs)}, reason {hold.Code}, since {Time(hold.AtNs)}";

    private static string Time(ulong ns) =>
        ns == 0 ? "open" : UnixTime.FromNs(ns).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    private static bool TryTime(string text, out ulong ns)
    {
        ns = 0;
        if (text.Length == 0)
        {
            return true;
        }
        var sound = DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var time
        );
        ns = sound && time > DateTimeOffset.UnixEpoch ? UnixTime.ToNs(time) : 0;
        return sound;
    }
}
