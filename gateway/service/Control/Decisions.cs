using System.Globalization;
using TaserTelemetry.Evidence.Judgements;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Gateway.Ingest;

namespace TaserTelemetry.Gateway.Control;

/// <summary>
/// A person's decision on a use or a finding: the leaf holds code, hashes and a salted commitment, the comment lies in DATA/records and is durable
/// before the leaf is.
/// </summary>
internal static class Decisions
{
    public const string Verb = "decide";

    public static async Task<ControlAnswer> RunAsync(
        OpenJournal journal,
        string data,
        ControlRequest request,
        Func<Action, Task> step,
        TimeProvider clock
    )
    {
        var nowNs = UnixTime.NowNs(clock);
        if (request.By.IsGateway)
        {
            return ControlAnswer.No("A decision is a person's: say who with --by.");
        }
        if (!DecisionCodes.TryParse(request["code"], out var code))
        {
            return ControlAnswer.No(
                $"'{request["code"]}' is no outcome: one of {string.Join(", ", DecisionCodes.Names)}, or a number of the force's own list from {DecisionCodes.ForceCodesFrom}."
            );
        }
        var comment = request["comment"];
        if (comment.Length > RecordsStore.TextCharsMax || (comment.Length == 0 && code == (ushort)DecisionCode.Comment))
        {
            return ControlAnswer.No($"A comment has 1 to {RecordsStore.TextCharsMax} characters.");
        }
        var subject = request["subject"] == "use" ? DecisionSubject.Use : DecisionSubject.Finding;
        var text = default(Digest);
        if (comment.Length > 0)
        {
            using var records = RecordsStore.Open(data);
            text = records.AddText(comment, request.By, nowNs);
        }
        var facts = Digest.Read(Convert.FromHexString(request["facts"]));
        var decision = new Decision(nowNs, request.By, subject, DecisionSubjects.IdOf(subject, request["id"]), code, text, facts);
        var leaf = 0UL;
        await step(() => leaf = journal.Group.AddOwn(decision));
        return ControlAnswer.Yes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{request["subject"]} {request["id"]}: {DecisionCodes.Name(code)}{(comment.Length > 0 ? ", with a comment" : "")}; leaf {leaf}"
            )
        );
    }
}
