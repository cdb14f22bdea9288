using System.Security.Cryptography;
using System.Text;
using TaserTelemetry.Ledger.Disks;
using TaserTelemetry.Ledger.Notes;

namespace TaserTelemetry.Ledger.Signing;

/// <summary>
/// The keys folder, outside DATA: <c>NAME.key</c> (the private key) and <c>NAME.last</c> (the text of the last checkpoint signed with
/// it). The second is what tells a crash from a restored older DATA, so it must not travel with DATA.
/// A private key may come from a systemd credential of the same file name instead (<c>LoadCredential=</c>, sealed to a TPM with
/// <c>LoadCredentialEncrypted=</c>): then it is read from there and never written; what changes stays in the folder.
/// </summary>
public sealed class KeyFolder(IDisk disk, string folder)
{
    private const int FileBytesMax = 4096;

    /// <summary>Where systemd puts a unit's credentials; null = it handed over none.</summary>
    private readonly string? credentials = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY");

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>Whether a key of that name is there.</summary>
    public bool Has(string name) => disk.FileExists(KeyFile(name));

    /// <summary>Reads a key; null when there is none.</summary>
    /// <exception cref="LogKeyException">There is a file, but no key in it.</exception>
    public SigningKey? Load(string name)
    {
        var bytes = DurableFile.ReadOrNull(disk, KeyFile(name), FileBytesMax);
        var handedOver = FromCredential(name);
        if (bytes is not null && handedOver is not null)
            throw new LogKeyException(
                $"{KeyFile(name)} and the systemd credential {name}.key are both there: keep one. A key that is sealed must not lie in the folder too."
            );
        bytes ??= handedOver;
        if (bytes is null)
            return null;
        return SigningKey.Parse(Encoding.UTF8.GetString(bytes))
            ?? throw new LogKeyException(
                $"{KeyFile(name)} holds no signing key. Put the key's backup in its place; without it the log must be frozen."
            );
    }

    /// <summary>Whether a key of that name comes from a systemd credential: it cannot be renamed, followed or destroyed from here.</summary>
    public bool IsHandedOver(string name) => FromCredential(name) is not null;

    /// <summary>Makes a key for an origin, durable when it returns. The folder is made for the owner alone.</summary>
    /// <exception cref="LogKeyException">A key of that name is there already.</exception>
    public SigningKey Create(string name, string origin)
    {
        if (Has(name) || IsHandedOver(name))
            throw new LogKeyException($"{KeyFile(name)} exists; a new key never takes the place of another.");
        disk.CreateFolder(folder, isPrivate: true);
        var seed = RandomNumberGenerator.GetBytes(32);
        DurableFile.Replace(disk, KeyFile(name), Encoding.UTF8.GetBytes(SigningKey.Format(origin, seed)), isPrivate: true);
        var key = SigningKey.FromSeed(origin, seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>Writes a key's file again: after a sync that failed it can be read, and yet not be on the disk.</summary>
    public void WriteAgain(string name)
    {
        if (DurableFile.ReadOrNull(disk, KeyFile(name), FileBytesMax) is { } bytes)
            DurableFile.Replace(disk, KeyFile(name), bytes, isPrivate: true);
    }

    /// <summary>The last checkpoint signed with the key of that name; null when none was.</summary>
    /// <exception cref="LogKeyException">The file is there and cannot be read as one.</exception>
    public Checkpoint? ReadLast(string name)
    {
        var bytes = DurableFile.ReadOrNull(disk, LastFile(name), FileBytesMax);
        if (bytes is null)
            return null;
        return Checkpoint.Parse(Encoding.UTF8.GetString(bytes))
            ?? throw new LogKeyException(
                $"{LastFile(name)} is no checkpoint. Put its backup in its place: it is what tells a crash from a restored copy."
            );
    }

    /// <summary>Remembers a checkpoint, durable when it returns. Comes before every publication.</summary>
    public void WriteLast(string name, Checkpoint checkpoint) =>
        DurableFile.Replace(disk, LastFile(name), Encoding.UTF8.GetBytes(checkpoint.Text), isPrivate: true);

    internal static string NextOf(string name) => name + ".next";

    internal static string OldOf(string name) => name + ".old";

    internal void Rename(string from, string to)
    {
        disk.Rename(KeyFile(from), KeyFile(to));
        disk.SyncFolder(folder);
    }

    internal void Delete(string name)
    {
        disk.Delete(KeyFile(name));
        disk.SyncFolder(folder);
    }

    internal void Freeze(string name, string reason)
    {
        disk.CreateFolder(folder, isPrivate: true);
        DurableFile.Replace(disk, FrozenFile(name), Encoding.UTF8.GetBytes(reason + "\n"), isPrivate: true);
    }

    internal void RequireNotFrozen(string name)
    {
        if (DurableFile.ReadOrNull(disk, FrozenFile(name), FileBytesMax) is { } reason)
            throw new LogFrozenException(
                $"This log is frozen ({Encoding.UTF8.GetString(reason).Trim()}). Begin the next one in a new DATA folder with a new keys folder."
            );
    }

    private byte[]? FromCredential(string name) =>
        credentials is null ? null : DurableFile.ReadOrNull(disk, Path.Combine(credentials, name + ".key"), FileBytesMax);

    private string FrozenFile(string name) => Path.Combine(folder, name + ".frozen");

    private string KeyFile(string name) => Path.Combine(folder, name + ".key");

    private string LastFile(string name) => Path.Combine(folder, name + ".last");
}
