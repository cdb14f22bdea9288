using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Gateway.Access;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Keeping;

namespace TaserTelemetry.Gateway.Control;

/// <summary>What an operator asks of a gateway, running or stopped: the same request, the same leaves.</summary>
internal sealed record ControlRequest(string Verb, ActorId By, IReadOnlyDictionary<string, string> Arguments)
{
    public string this[string name] => Arguments.GetValueOrDefault(name, "");
}

/// <summary>What came of it, in words.</summary>
internal sealed record ControlAnswer(bool Done, IReadOnlyList<string> Lines)
{
    public static ControlAnswer No(string why) => new(false, [why]);

    public static ControlAnswer Yes(params string[] lines) => new(true, lines);
}

/// <summary>
/// The operator's verbs that append. They run on the thread that writes: inside the service, or here when it is stopped. Nothing is
/// answered before it is durable.
/// </summary>
internal static class ControlActions
{
    public const string EnrolDock = "enrol-dock";
    public const string EnrolDevice = "enrol-device";
    public const string RetryQuarantine = "quarantine-retry";
    public const string ListQuarantine = "quarantine-list";
    public const string ShowQuarantine = "quarantine-show";
    public const string PlaceHold = "hold-place";
    public const string LiftHold = "hold-lift";
    public const string ListHolds = "hold-list";
    public const string RequestDisposal = "dispose-request";
    public const string ConfirmDisposal = "dispose-confirm";
    public const string ListDisposals = "dispose-list";
    public const string Annotate = "annotate";
    public const string Restrict = "restrict";
    public const string Backup = "backup";

    /// <summary>
    /// What only reads: it runs beside the ingest thread, with <paramref name="by"/> as the reader's name for the access log. Null when the
    /// verb appends, and is for <see cref="Run"/>.
    /// </summary>
    public static ControlAnswer? Read(OpenJournal journal, ControlRequest request, string by, ulong nowNs)
    {
        try
        {
            return request.Verb switch
            {
                ListQuarantine => QuarantineReading.List(journal, request, by, nowNs),
                ShowQuarantine => QuarantineReading.Show(journal, request, by, nowNs),
                ListHolds => DisposalActions.ListHolds(journal),
                ListDisposals => DisposalActions.List(journal),
                RequestDisposal => DisposalActions.Request(journal, request, nowNs),
                ConfirmDisposal => Prepare(journal, request, nowNs),
                _ => null,
            };
        }
        catch (AccessNotRecordedException refused)
        {
            return ControlAnswer.No($"This reading could not be recorded, so nothing is shown: {refused.Message}");
        }
    }

    public static ControlAnswer Run(OpenJournal journal, ControlRequest request, ulong nowNs) =>
        request.Verb switch
        {
            EnrolDock => EnrolActions.Dock(journal.Group, request, nowNs),
            EnrolDevice => EnrolActions.Device(journal.Group, request, nowNs),
            RetryQuarantine => Rejudging.Retry(journal, request, nowNs),
            PlaceHold => DisposalActions.PlaceHold(journal, request, nowNs),
            LiftHold => DisposalActions.LiftHold(journal, request, nowNs),
            ConfirmDisposal => Confirm(journal, request, nowNs),
            Annotate => RemarkActions.Annotate(journal, request, nowNs),
            Restrict => RemarkActions.Restrict(journal, request, nowNs),
            _ => ControlAnswer.No($"'{request.Verb}' is not known to this gateway; it is of another version."),
        };

    /// <summary>Null when the disposal may be confirmed; what was found goes along in the request's arguments.</summary>
    private static ControlAnswer? Prepare(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        if (DisposalActions.Prepare(journal, request, nowNs, out var why) is null)
        {
            return ControlAnswer.No(why);
        }
        if (new Retention(journal).Facts().Policy is { } policy && request.Arguments is IDictionary<string, string> found)
        {
            found["policy-number"] = policy.Number.ToString(CultureInfo.InvariantCulture);
            found["policy-digest"] = policy.ContentDigest.ToString();
        }
        return null;
    }

    /// <summary>A hold that came while the plan was made is in the state of this thread, and stops it.</summary>
    private static ControlAnswer Confirm(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        var number = uint.Parse(request["number"], CultureInfo.InvariantCulture);
        return
            new DisposalRequests(journal.Settings.Data).Find(number) is { } asked
            && journal.State.Holds.Values.All(hold => hold.AtNs < nowNs)
            ? DisposalActions.Confirm(journal, request, asked, nowNs)
            : ControlAnswer.No("A hold has come in between, or the request is gone: ask again with 'dispose request'.");
    }
}
