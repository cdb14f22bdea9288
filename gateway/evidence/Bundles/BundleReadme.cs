using System.Text;

namespace TaserTelemetry.Evidence.Bundles;

/// <summary>README.txt: what a layperson needs to know and to do.</summary>
internal static class BundleReadme
{
    public static string Text(BundleManifest manifest, bool hasPolicy)
    {
        var text = new StringBuilder();
        text.Append(
            $"""
            EVIDENCE BUNDLE
            ===============

            Device      {manifest.Device}
            Period      {manifest.From} to {manifest.To} (not included)
            Log         {manifest.Origin}, checkpoint of {manifest.Size} leaves, root {manifest.Root}
            Made by     {manifest.Tool}
            Authority   {(manifest.Authority.Length == 0 ? "not stated" : manifest.Authority)}
            When made   the whole ledger was verified; established: {string.Join(", ", manifest.EstablishedWhenMade)}

            Open view.html to read the records. It is a reading aid; the evidence is the files beside it.


            """
        );
        text.Append("IS IT COMPLETE?\n\n");
        foreach (var line in manifest.Completeness)
        {
            text.Append($"  {line.Sentence}\n");
        }
        var withheld = manifest.Items.Count(i => i.Leaf == PartState.Withheld || i.Bytes == PartState.Withheld);
        text.Append(
            $"  Withheld by whoever made this bundle: {withheld} of {manifest.Items.Count} items. Their proofs are here, so that nobody can say they do not exist.\n"
        );
        text.Append(
            $"  Disposed of earlier under a retention policy: {manifest.Items.Count(i => i.Bytes == PartState.Disposed)} items.\n\n"
        );
        text.Append(Proven.ReplaceLineEndings("\n"));
        text.Append(Checks.ReplaceLineEndings("\n"));
        text.Append(
            hasPolicy
                ? "policy.txt is what the maker of this bundle used. Use your own where you have one: taser-audit verify-evidence FILE.zip --policy YOURS\n"
                : "No policy travels with this bundle: the key in log.vkey is the log's own word until you compare it with one that you got elsewhere.\n"
        );
        return text.Append(Faults.ReplaceLineEndings("\n")).ToString();
    }

    private const string Proven = """
        WHAT IS PROVEN

          * Each leaf stood in the log at its index when the checkpoint was signed, and no byte of it has changed since.
          * Each raw record is byte for byte what the gateway received; salt, hash and leaf together say so.
          * Where a grade A or B stands, the device itself signed how far its log reached. With C the dock signed what it read.

        WHAT IS NOT PROVEN

          * That the device recorded everything that happened, or that its clock was right. Times are intervals; the device's own stamp is shown unaltered.
          * With grade D or E: that the bytes came from the device at all. The log proves only when and where they were received.
          * Anything before the records were received: a change made inside the device or on its way to the dock is not seen here.
          * That the operator of the log never showed somebody another version of it, unless the checkpoint is remembered or cosigned by others.
          * A recorded activation says that the device was activated, for how long, and in what state it was then. It does not say on whom, why, or with what effect.


        """;

    private const string Checks = """
        THREE WAYS TO CHECK IT

          1. taser-audit verify-evidence FILE.zip         all of it, in one command, offline
          2. unpack, then: python3 checks/check.py        the same proofs, none of the product's code (Python 3, and openssl for one signature)
          3. unpack, then: sh checks/check.sh             the signature and each raw record, with OpenSSL alone

        The formats are public: C2SP tlog-tiles, tlog-checkpoint, signed-note and tlog-proof; RFC 6962 hashes. By hand, for one record:
          leaf hash  = SHA-256(00 | leaf file)            is what the proof leads from
          commitment = SHA-256(02 | salt | received)      stands in the leaf at bytes 2 to 33
          up the path = SHA-256(01 | left | right)        as proofs/*.tlog-proof lists them, to the root in checkpoint.txt


        """;

    private const string Faults = """

        KNOWN FAULTS OF THE DECODER

          Parser version 1: none known. The raw records are here so that any other decoder can be tried on them.
        """;
}
