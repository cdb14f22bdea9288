using TaserTelemetry.Gateway.Hosting;

namespace TaserTelemetry.Gateway.Demo;

/// <summary>
/// Where a demo lies: DATA as in earnest, with the simulated documents and the findings in DATA/demo, and the keys beside DATA. The mark
/// in DATA/demo is what tells a demo from a DATA folder that somebody needs.
/// </summary>
internal sealed record DemoFolder(string Data)
{
    public string Keys => Data + "-keys";

    public string Workings => Path.Combine(Data, "demo");

    public string Documents => Path.Combine(Workings, "documents");

    public string Truth => Path.Combine(Workings, "truth.json");

    public string Findings => Path.Combine(Workings, "findings");

    public string Line => Path.Combine(Workings, "serial-line");

    private string Mark => Path.Combine(Workings, "this-is-a-demo");

    /// <summary>A new temporary folder, or the one named: empty, not there yet, or an earlier demo, which is begun anew.</summary>
    /// <exception cref="StartRefusedException">The folder holds something that is no demo.</exception>
    public static DemoFolder Prepare(string? named)
    {
        var folder = new DemoFolder(named is null ? Directory.CreateTempSubdirectory("taser-demo-").FullName : Path.GetFullPath(named));
        if (Directory.Exists(folder.Data) && Directory.EnumerateFileSystemEntries(folder.Data).Any())
        {
            if (!File.Exists(folder.Mark))
            {
                throw new StartRefusedException(
                    $"{folder.Data} is not empty and is no demo. Name an empty folder; a demo never touches records that somebody keeps."
                );
            }
            Directory.Delete(folder.Data, recursive: true);
            if (Directory.Exists(folder.Keys))
            {
                Directory.Delete(folder.Keys, recursive: true);
            }
        }
        Directory.CreateDirectory(folder.Documents);
        File.WriteAllText(folder.Mark, "Made by taser-gateway demo; may be deleted.\n");
        return folder;
    }
}
