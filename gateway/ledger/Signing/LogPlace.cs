namespace TaserTelemetry.Ledger.Signing;

/// <summary>Where one log lies in a DATA folder, and which of the keys is its own.</summary>
/// <param name="Journal">Folder of the segments.</param>
/// <param name="Tlog">Folder of <c>checkpoint</c>, <c>tile/</c>, <c>checkpoints.log</c> and <c>ledger.vkey</c>: the tlog-tiles prefix.</param>
/// <param name="KeyName">File name of the key in the keys folder, without extension.</param>
public sealed record LogPlace(string Journal, string Tlog, string KeyName)
{
    /// <summary>The ledger: DATA/journal and DATA/ledger.</summary>
    public static LogPlace Ledger(string data) => new(Path.Combine(data, "journal"), Path.Combine(data, "ledger"), "ledger");

    /// <summary>The access log, of the same form: DATA/access/journal and DATA/access/ledger, with its own key.</summary>
    public static LogPlace Access(string data) =>
        new(Path.Combine(data, "access", "journal"), Path.Combine(data, "access", "ledger"), "access");

    /// <summary>The newest published checkpoint.</summary>
    public string CheckpointFile => Path.Combine(Tlog, "checkpoint");

    /// <summary>Every checkpoint ever signed.</summary>
    public string CheckpointsLog => Path.Combine(Tlog, "checkpoints.log");

    /// <summary>The public key, one vkey a line, oldest first.</summary>
    public string VkeyFile => Path.Combine(Tlog, "ledger.vkey");
}
