using System.Text;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>
/// The life of a log's key, while the log is closed and the caller holds <see cref="DataLock"/>: a new key that signs beside the old one
/// for a time of overlap, the end of the overlap, and the freezing of a log whose key is lost or no longer to be trusted. The caller
/// writes the key-event leaf before each.
/// </summary>
public sealed class KeyRotation(IDisk disk, LogPlace place, string keysFolder)
{
    private const int FileBytesMax = 64 << 10;
    private readonly KeyFolder keys = new(disk, keysFolder);

    /// <summary>
    /// Makes a new key of the same origin. From the next opening on both sign, so that whoever knows only the old one can follow. Run again
    /// after a crash in the middle it finishes what was begun.
    /// </summary>
    /// <exception cref="LogKeyException">There is no key, the log is frozen, or an overlap is still going on.</exception>
    public VerifierKey Begin()
    {
        keys.RequireNotFrozen(place.KeyName);
        if (keys.IsHandedOver(place.KeyName))
            throw new LogKeyException(
                $"{place.KeyName}.key is a systemd credential: put the key file into {keysFolder} for the rotation, without the unit's credential, and seal the new one afterwards."
            );
        var next = KeyFolder.NextOf(place.KeyName);
        var old = KeyFolder.OldOf(place.KeyName);
        if (keys.Has(old) && keys.Has(place.KeyName))
            throw new LogKeyException($"An overlap of two keys is still going on in {keysFolder}: end it first.");
        if (!keys.Has(old))
        {
            using var current =
                keys.Load(place.KeyName)
                ?? throw new LogKeyException($"{keysFolder} holds no {place.KeyName}.key to be followed by another.");
            using var made = keys.Load(next) ?? keys.Create(next, current.Verifier.Name);
            AppendVkey(made.Verifier);
            keys.Rename(place.KeyName, old);
        }
        keys.Rename(next, place.KeyName);
        using var key = keys.Load(place.KeyName)!;
        return key.Verifier;
    }

    /// <summary>Ends the overlap: the old private key is destroyed, the new one signs alone. Does nothing when there is none.</summary>
    public void End()
    {
        var old = KeyFolder.OldOf(place.KeyName);
        if (keys.Has(old) && keys.Has(place.KeyName))
            keys.Delete(old);
    }

    /// <summary>
    /// Nothing is signed or appended under this key any more; the log can still be read and verified. For a compromised key and for a
    /// restored DATA: the next log is begun in a new DATA folder and cites this one's newest outside checkpoint.
    /// </summary>
    /// <param name="reason">One line, for whoever tries to open it.</param>
    public void Freeze(string reason) => keys.Freeze(place.KeyName, reason);

    private void AppendVkey(VerifierKey key)
    {
        var bytes = DurableFile.ReadOrNull(disk, place.VkeyFile, FileBytesMax) ?? [];
        var text = Encoding.UTF8.GetString(bytes);
        if (!text.Split('\n').Contains(key.ToString(), StringComparer.Ordinal))
            DurableFile.Replace(disk, place.VkeyFile, Encoding.UTF8.GetBytes($"{text}{key}\n"));
    }
}
