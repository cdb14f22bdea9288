using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Gateway.Configuration;

/// <summary>Rules on witnesses and time stamps. Every fault is collected, none throws.</summary>
internal static class KeepingRules
{
    public static void Check(GatewaySettings settings, List<string> faults)
    {
        var witness = settings.Witness;
        foreach (var member in witness.Members)
        {
            if (VerifierKey.Parse(member.Vkey) is not { Type: SignatureType.CosignatureV1 })
            {
                faults.Add(
                    $"witness:members: '{member.Vkey}' is no key of a witness (name+keyid+base64 of type 4, an Ed25519 cosignature key)."
                );
            }
            if (!IsHttp(member.Url))
            {
                faults.Add($"witness:members: '{member.Url}' is no http:// or https:// address.");
            }
        }
        foreach (var twice in witness.Members.GroupBy(m => m.Vkey, StringComparer.Ordinal).Where(g => g.Count() > 1))
        {
            faults.Add($"witness:members names {twice.Key} more than once: one key counts once.");
        }
        if (witness.Members.Count == 0 ? witness.Quorum != 0 : witness.Quorum < 1 || witness.Quorum > witness.Members.Count)
        {
            faults.Add(
                $"witness:quorum is {witness.Quorum}; with {witness.Members.Count} members it must be {(witness.Members.Count == 0 ? "0" : $"1 to {witness.Members.Count}")}."
            );
        }
        var stamp = settings.TimeStamp;
        if (stamp.Url.Length > 0 && !IsHttp(stamp.Url))
        {
            faults.Add($"timeStamp:url: '{stamp.Url}' is no http:// or https:// address.");
        }
        if (stamp.Url.Length > 0 && !File.Exists(stamp.CaFile))
        {
            faults.Add($"timeStamp:caFile must name the PEM file of the authority's roots; there is no file '{stamp.CaFile}'.");
        }
    }

    private static bool IsHttp(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" && parsed!.Host.Length > 0;
}
