namespace TaserTelemetry.Ledger.Tests;

/// <summary>A folder of its own for one test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("taser-ledger-").FullName;

    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, "data");

    public string Keys => System.IO.Path.Combine(Path, "keys");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
