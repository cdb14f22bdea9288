using TaserTelemetry.Evidence.Leaves;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Ingest.Sessions;
using TaserTelemetry.Gateway.Keeping;
using TaserTelemetry.Ledger;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;
using TaserTelemetry.Ledger.Trees;

namespace TaserTelemetry.Gateway.Ingest.Trust;

/// <summary>
/// Each dock remembers the checkpoint of its last session and asks for proof at the next (wire 19): forty docks are forty witnesses that
/// nobody had to set up.
/// </summary>
internal sealed class CheckpointDesk(TamperEvidentLog ledger, string tlogFolder, Action<string> onRestoredCopy)
{
    // Fixed part, origin and signature beside the hashes of one frame.
    private const int ProofHeadBytes = 320;

    private string contradiction = "";

    /// <summary>
    /// A dock whose Hello was in order remembers something that this ledger does not hold: in words, for people; empty while nobody does. Its word
    /// alone freezes nothing; a checkpoint under this ledger's own key stops the gateway (SPEC 13.8). From any thread.
    /// </summary>
    public string Contradiction => Volatile.Read(ref contradiction);

    /// <summary>Judges what a dock holds, and remembers when it contradicts this ledger.</summary>
    public CheckpointShownResult Look(DockingSession session, in CheckpointHeld held)
    {
        var result = Answer(session, held);
        if (
            result == CheckpointShownResult.Inconsistent
            || (result == CheckpointShownResult.Ahead && held.TreeSize > ledger.NextIndex) // what is not yet signed may still lead there
        )
        {
            StopIfProven(session, held);
        }
        if (result is CheckpointShownResult.Ahead or CheckpointShownResult.Inconsistent && contradiction.Length == 0)
        {
            var has = ledger.LastCheckpoint?.Size ?? 0;
            Volatile.Write(
                ref contradiction,
                result == CheckpointShownResult.Ahead
                    ? $"Dock {session.Sender.Place.Dock} remembers {held.TreeSize} records of this ledger, which has signed for {has}: DATA may be an older copy. Stop the gateway and run taser-gateway restore, which asks the witnesses (OPERATING.md)."
                    : $"Dock {session.Sender.Place.Dock} remembers another ledger of {held.TreeSize} records under this name. Stop the gateway and run taser-audit verify with a checkpoint kept outside (OPERATING.md)."
            );
        }
        return result;
    }

    /// <summary>What the key signed once cannot be made up: this DATA is a restored or changed copy, and whatever it signed would be a second past.</summary>
    private void StopIfProven(DockingSession session, in CheckpointHeld held)
    {
        var remembered = new Checkpoint(held.Origin, held.TreeSize, HashOf(held.Root));
        var line = new NoteSignature(ledger.Key.Name, ledger.Key.Id, held.Signature.Bytes.ToArray());
        var note = new SignedNote(remembered.Text, [line]);
        if (held.Signature.Algorithm != SignatureAlgorithm.Ed25519 || held.Origin != ledger.Key.Name || !note.IsSignedBy(ledger.Key))
        {
            return;
        }
        ledger.Heed(remembered);
        onRestoredCopy(
            $"Dock {session.Sender.Place.Dock} holds a checkpoint under this ledger's own key over {remembered.Size} records (root {remembered.Root}), which this DATA does not lead to. "
                + RestoredCopy.WhatToDo
        );
    }

    /// <summary>What the held checkpoint says about this ledger; the newer one and its proof are said to the dock where there is one.</summary>
    private CheckpointShownResult Answer(DockingSession session, in CheckpointHeld held)
    {
        if (ledger.LastCheckpoint is not { } newest || ledger.LastNote is not { } note || newest.Origin.Length > Limits.TopicBytesMax)
        {
            return held.TreeSize == 0 ? CheckpointShownResult.Consistent : CheckpointShownResult.Ahead;
        }
        if (held.TreeSize > 0 && held.Origin != newest.Origin)
        {
            return CheckpointShownResult.NotOurs;
        }
        if (held.TreeSize > newest.Size)
        {
            return CheckpointShownResult.Ahead;
        }
        try
        {
            var tiles = new TileReader(new RealDisk(), tlogFolder, newest.Size);
            var proof = held.TreeSize == 0 ? [] : tiles.ConsistencyWith(held.TreeSize);
            var root = HashOf(held.Root);
            if (held.TreeSize > 0 && !MerkleProof.ConsistencyHolds(held.TreeSize, root, newest.Size, newest.Root, [.. proof]))
            {
                return CheckpointShownResult.Inconsistent;
            }
            Say(session, held, newest, note, proof);
        }
        catch (TileMissingException)
        {
            // Tiles are derived and come back from the journal; until then nothing is proved, and the dock asks again next time.
        }
        return CheckpointShownResult.Consistent;
    }

    private void Say(DockingSession session, in CheckpointHeld held, Checkpoint newest, SignedNote note, IReadOnlyList<Hash256> proof)
    {
        var own = note.Signatures.FirstOrDefault(s => s.Name == ledger.Key.Name && s.KeyId == ledger.Key.Id);
        var signature = own is { Signature.Length: Limits.SignatureBytes }
            ? new Signature(SignatureAlgorithm.Ed25519, own.Signature.Span)
            : default;
        var inOne = Math.Max(1, (session.Machine.PayloadBytesMax - ProofHeadBytes) / Limits.HashBytes);
        for (var first = 0; first == 0 || first < proof.Count; first += inOne)
        {
            var part = proof.Skip(first).Take(inOne).Select(HashOf).ToArray();
            session.Machine.Say(
                new ConsistencyProof(
                    held.TreeSize,
                    newest.Size,
                    HashOf(newest.Root),
                    (byte)proof.Count,
                    (byte)first,
                    part,
                    newest.Origin,
                    signature
                )
            );
        }
    }

    private static Hash32 HashOf(Hash256 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Bytes];
        hash.CopyTo(bytes);
        return Hash32.From(bytes);
    }

    private static Hash256 HashOf(Hash32 hash)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Bytes];
        hash.CopyTo(bytes);
        return Hash256.From(bytes);
    }
}
