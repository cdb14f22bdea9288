using System.Globalization;
using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.Evidence.Records;
using TaserTelemetry.Gateway.Hosting;
using TaserTelemetry.Ledger.Journals;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Gateway.Control;

/// <summary>
/// A remark on a leaf, and the restriction of its use: nothing that was recorded is ever edited, what was wrong about it is said beside it
/// (design section 5). Both go with the evidence of the leaf that they point to.
/// </summary>
internal static class RemarkActions
{
    public static ControlAnswer Annotate(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        var text = request["text"];
        if (text.Length is 0 or > RecordsStore.TextCharsMax)
        {
            return ControlAnswer.No($"--text must say something, in at most {RecordsStore.TextCharsMax} characters.");
        }
        if (Target(journal, request, out var target, out var code) is { } refused)
        {
            return refused;
        }
        using var records = RecordsStore.Open(journal.Settings.Data);
        var leaf = journal.Group.AddOwn(new Annotation(nowNs, request.By, target, code, records.AddText(text, request.By, nowNs)));
        return ControlAnswer.Yes($"Leaf {target.Index} is annotated; leaf {leaf}.");
    }

    public static ControlAnswer Restrict(OpenJournal journal, ControlRequest request, ulong nowNs)
    {
        if (Target(journal, request, out var target, out var code) is { } refused)
        {
            return refused;
        }
        var lifts = request["lift"].Length > 0;
        var leaf = journal.Group.AddOwn(
            new Restriction(nowNs, request.By, target, lifts ? RestrictionState.Lifted : RestrictionState.Restricted, code)
        );
        return ControlAnswer.Yes(
            $"The use of leaf {target.Index} is {(lifts ? "free again" : "restricted: whoever is given its evidence reads so")}; leaf {leaf}."
        );
    }

    /// <summary>Null when there is a person who answers for it, a leaf of that number, and a code.</summary>
    private static ControlAnswer? Target(OpenJournal journal, ControlRequest request, out LeafReference target, out ushort code)
    {
        (target, code) = (default, 0);
        if (request.By.IsGateway)
        {
            return ControlAnswer.No("It needs --by: somebody has to answer for it.");
        }
        if (!ushort.TryParse(request["code"].Length == 0 ? "0" : request["code"], CultureInfo.InvariantCulture, out code))
        {
            return ControlAnswer.No("--code must be a number of your list of reasons, 0 to 65535.");
        }
        var held = journal.Ledger.NextIndex;
        if (!ulong.TryParse(request["leaf"], CultureInfo.InvariantCulture, out var index) || index >= held)
        {
            return ControlAnswer.No(
                $"There is no leaf {request["leaf"]}: this ledger has {held}, from 0. Findings, the page and evidence name leaves by number."
            );
        }
        using var reader = journal.Ledger.OpenReader(index);
        if (reader.Read() != ReadStatus.Record)
        {
            return ControlAnswer.No($"Leaf {index} cannot be read: {reader.Problem}. Run taser-audit verify.");
        }
        Span<byte> hash = stackalloc byte[Digest.Bytes];
        MerkleHash.Leaf(reader.Leaf).CopyTo(hash);
        target = new LeafReference(index, Digest.Read(hash));
        return null;
    }
}
