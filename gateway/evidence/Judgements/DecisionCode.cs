namespace TaserTelemetry.Evidence.Judgements;

/// <summary>
/// What a person decided: outcome codes of a Decision leaf. Numbers are pinned for ever; those from <see cref="DecisionCodes.ForceCodesFrom"/> are a force's
/// own, whose words stand in its own list. None of them says who is at fault.
/// </summary>
public enum DecisionCode : ushort
{
    /// <summary>A comment; what was decided before stays.</summary>
    Comment = 0,

    /// <summary>A person or a document accounts for it.</summary>
    Explained = 1,

    /// <summary>The report, register or record was corrected.</summary>
    Corrected = 2,

    /// <summary>An artefact of the data.</summary>
    DataQuality = 3,

    /// <summary>Passed on to whoever decides further.</summary>
    Referred = 4,

    /// <summary>It stands as recorded.</summary>
    Stands = 5,

    /// <summary>Nothing further is done.</summary>
    NoFurtherAction = 6,

    /// <summary>What was decided before no longer holds; it is open again.</summary>
    Reopened = 7,

    /// <summary>Examination: nothing to add.</summary>
    InOrder = 32,

    /// <summary>Examination: something to learn from it was fed back.</summary>
    Learning = 33,
}

/// <summary>Names of decision codes.</summary>
public static class DecisionCodes
{
    /// <summary>Codes from here on are a force's own.</summary>
    public const ushort ForceCodesFrom = 1_000;

    /// <summary>Names that can be given; a number of <see cref="DecisionCodes.ForceCodesFrom"/> or more too.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<DecisionCode>().Select(c => Name((ushort)c))];

    /// <summary>The name of a code, such as "no-further-action"; a force's own code as its number.</summary>
    public static string Name(ushort code) =>
        Enum.IsDefined((DecisionCode)code)
            ? string.Concat(
                ((DecisionCode)code)
                    .ToString()
                    .Select((c, i) => char.IsAsciiLetterUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c + "")
            )
            : code.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads a name or a force's own number; false for anything else.</summary>
    public static bool TryParse(string text, out ushort code)
    {
        foreach (var known in Enum.GetValues<DecisionCode>())
        {
            if (Name((ushort)known) == text)
            {
                code = (ushort)known;
                return true;
            }
        }
        return ushort.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out code)
            && code >= ForceCodesFrom;
    }
}
