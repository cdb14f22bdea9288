using System.Globalization;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Evidence.Witnessing;

/// <summary>A witness that an auditor trusts to remember.</summary>
/// <param name="Name">Name in the policy.</param>
/// <param name="Key">Its key.</param>
/// <param name="Url">Where it is asked; null = not stated.</param>
public sealed record PolicyWitness(string Name, VerifierKey Key, string? Url);

/// <summary>k of these members, each a witness or another group.</summary>
/// <param name="Name">Name in the policy.</param>
/// <param name="Threshold">How many must have signed.</param>
/// <param name="Members">Names of witnesses and groups.</param>
public sealed record PolicyGroup(string Name, int Threshold, IReadOnlyList<string> Members);

/// <summary>
/// Whose signatures an auditor accepts (C2SP tlog-policy): lines <c>log VKEY [URL]</c>, <c>witness NAME VKEY [URL]</c>,
/// <c>group NAME K|any|all MEMBER...</c>, <c>quorum NAME|none</c>; empty lines and lines that begin with <c>#</c> are passed over.
/// </summary>
public sealed class LogPolicy
{
    /// <summary>Longest policy in characters.</summary>
    public const int CharsMax = 1 << 20;

    private readonly Dictionary<string, PolicyWitness> witnesses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PolicyGroup> groups = new(StringComparer.Ordinal);
    private readonly List<VerifierKey> logs = [];

    private LogPolicy() { }

    /// <summary>Keys of the logs.</summary>
    public IReadOnlyList<VerifierKey> Logs => logs;

    /// <summary>Witnesses, by name.</summary>
    public IReadOnlyDictionary<string, PolicyWitness> Witnesses => witnesses;

    /// <summary>Name of the witness or group that must have signed; null = none is asked for.</summary>
    public string? Quorum { get; private set; }

    /// <summary>Reads a policy; null, and the line and reason, where it is none.</summary>
    public static LogPolicy? Parse(string untrustedText, out string error)
    {
        ArgumentNullException.ThrowIfNull(untrustedText);
        error = "";
        if (untrustedText.Length > CharsMax)
        {
            error = $"longer than {CharsMax:N0} characters";
            return null;
        }
        var policy = new LogPolicy();
        var quorumSeen = false;
        var number = 0;
        foreach (var line in untrustedText.Split('\n'))
        {
            number++;
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }
            if (policy.Read(words, ref quorumSeen) is { } why)
            {
                error = string.Create(CultureInfo.InvariantCulture, $"line {number}: {why}");
                return null;
            }
        }
        error = quorumSeen
            ? policy.logs.Count == 0
                ? "it names no log"
                : ""
            : "it has no quorum line (write 'quorum none' to ask for no witness)";
        return error.Length == 0 ? policy : null;
    }

    /// <summary>Witnesses of the policy whose cosignature on the note holds, by name.</summary>
    public IReadOnlyList<string> SignersOf(SignedNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        return [.. witnesses.Values.Where(w => note.IsSignedBy(w.Key)).Select(w => w.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>True when a quorum is asked for and the signers reach it.</summary>
    public bool IsQuorum(IReadOnlyCollection<string> signers) => Quorum is not null && Holds(Quorum, signers);

    private bool Holds(string name, IReadOnlyCollection<string> signers) =>
        groups.TryGetValue(name, out var group) ? group.Members.Count(m => Holds(m, signers)) >= group.Threshold : signers.Contains(name);

    private string? Read(string[] words, ref bool quorumSeen)
    {
        switch (words[0])
        {
            case "log" when words.Length is 2 or 3:
                return ReadLog(words[1]);
            case "witness" when words.Length is 3 or 4:
                return ReadWitness(words);
            case "group" when words.Length >= 4:
                return ReadGroup(words);
            case "quorum" when words.Length == 2:
                if (quorumSeen)
                {
                    return "a second quorum line";
                }
                quorumSeen = true;
                Quorum = words[1] == "none" ? null : words[1];
                return Quorum is null || IsKnown(Quorum) ? null : $"quorum '{Quorum}' is no witness or group named above it";
            case "log" or "witness" or "group" or "quorum":
                return $"'{words[0]}' has the wrong number of words";
            default:
                return $"'{words[0]}' is none of log, witness, group, quorum";
        }
    }

    private string? ReadLog(string vkey)
    {
        if (VerifierKey.Parse(vkey) is not { Type: SignatureType.Ed25519 } key)
        {
            return "the log's vkey cannot be read (name+keyid+base64, Ed25519)";
        }
        logs.Add(key);
        return null;
    }

    private string? ReadWitness(string[] words)
    {
        if (VerifierKey.Parse(words[2]) is not { } key)
        {
            return $"the vkey of witness '{words[1]}' cannot be read (name+keyid+base64)";
        }
        if (words[1] == "none" || IsKnown(words[1]))
        {
            return $"the name '{words[1]}' is taken";
        }
        if (witnesses.Values.Any(w => w.Key.Key.SequenceEqual(key.Key)))
        {
            return $"witness '{words[1]}' has the key of another: one key counts once";
        }
        witnesses.Add(words[1], new PolicyWitness(words[1], key, words.Length == 4 ? words[3] : null));
        return null;
    }

    private string? ReadGroup(string[] words)
    {
        var members = words[3..];
        if (words[1] == "none" || IsKnown(words[1]))
        {
            return $"the name '{words[1]}' is taken";
        }
        if (Array.Find(members, m => !IsKnown(m)) is { } unknown)
        {
            return $"'{unknown}' is no witness or group named above it";
        }
        if (members.Distinct(StringComparer.Ordinal).Count() != members.Length)
        {
            return "a member stands there twice";
        }
        var threshold = words[2] switch
        {
            "any" => 1,
            "all" => members.Length,
            _ => int.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out var k) ? k : 0,
        };
        if (threshold < 1 || threshold > members.Length)
        {
            return $"'{words[2]}' is neither any nor all nor a number from 1 to {members.Length}";
        }
        groups.Add(words[1], new PolicyGroup(words[1], threshold, members));
        return null;
    }

    private bool IsKnown(string name) => witnesses.ContainsKey(name) || groups.ContainsKey(name);
}
