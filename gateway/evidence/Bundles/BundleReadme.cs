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

            What one device recorded, and what shows that nobody changed it since. You need no special program to read it, and none of ours to check it.

            1. To READ it, open view.html in any web browser. Nothing is loaded from the internet.
            2. To CHECK it, follow one of the three ways below. Each ends with a sentence that says whether it holds.
            3. To know whether you may RELY on it, read "What is proven" and "What is not proven".

            Device      {manifest.Device}
            Period      {manifest.From} to {manifest.To} (not included), in UTC
            Log         {manifest.Origin}
            Checkpoint  {manifest.Size} leaves, root {manifest.Root}
            Made with   {manifest.Tool}
            Made by     {(manifest.Downloader.Length == 0 ? "not stated" : manifest.Downloader)} (a name as given; nothing here proves it)
            Authority   {(manifest.Authority.Length == 0 ? "not stated" : manifest.Authority)}
            When made   the whole ledger was verified; established: {string.Join(", ", manifest.EstablishedWhenMade)}

            THE WORDS

              device record   one line of the device's own log: an arming, an activation, a battery change, with the device's stamp.
              raw record      the bytes as the dock sent them (folder received). They are the evidence; everything readable is worked out from them.
              leaf            the gateway's note on one delivery: what came, from where, when, and a seal over the raw record (folder leaves).
              log, root       all leaves in order; the root is one number worked out from all of them. Change any leaf, and the root is another.
              checkpoint      the root, signed by the log's key (checkpoint.txt). Whoever holds an older one can tell whether the log still leads to it.
              proof           the path from one leaf to the root (folder proofs). It needs no other leaf, so nobody else's records are in here.


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
        text.Append("\nKNOWN FAULTS OF THE DECODER\n\n");
        foreach (var line in ParserFaults.Lines(manifest.Readings.SelectMany(r => r.ParserVersions)))
        {
            text.Append($"  {line}\n");
        }
        text.Append("  The list when this was made is known-faults.json; 'taser-audit verify-evidence' names what was found since.\n");
        return text.Append("  The raw records are here so that any other decoder can be tried on them.\n").ToString();
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

          1. With the auditor's program, all of it, offline:      taser-audit verify-evidence FILE.zip
             It ends with "HOLDS. Every leaf stands in the log, and every raw record is the one received."
          2. With Python 3 and openssl, none of our code: unpack the bundle, open a terminal in its folder, type:   python3 checks/check.py
             It ends with "... leaves stand in the log; ... raw records are those that were received", and the sentence on completeness.
          3. With OpenSSL 3 alone (a terminal of Linux or macOS):                                  sh checks/check.sh
             It says "signature on the checkpoint: holds" and how many raw records are those that their leaves commit to.

        Any other ending means: something here is not what was recorded. The line before the end names the file. Ask for the bundle again, and keep this one.

        IS IT THE RIGHT KEY, AND THE ONLY HISTORY?

        A bundle cannot answer this by itself: whoever made it could have made a log of their own. Compare with something you got elsewhere:
          * the key in log.vkey with the key that the force or its commissioner publishes;
          * the checkpoint with a printed checkpoint sheet, or ask whoever keeps one (an outside witness) to compare theirs with the force's log;
          * a second bundle of the same device, from another download: taser-audit verify-evidence FIRST.zip --compare SECOND.zip

        BY HAND, FOR ONE RECORD

        The formats are public: C2SP tlog-tiles, tlog-checkpoint, signed-note and tlog-proof; RFC 6962 hashes.
          leaf hash  = SHA-256(00 | leaf file)            is what the proof leads from
          commitment = SHA-256(02 | salt | received)      stands in the leaf at bytes 2 to 33
          up the path = SHA-256(01 | left | right)        as proofs/*.tlog-proof lists them, to the root in checkpoint.txt


        """;
}
