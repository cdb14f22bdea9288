namespace TaserTelemetry.Tests;

/// <summary>A folder with all that is in it, once more: what somebody who copies DATA has.</summary>
internal static class FolderCopy
{
    public static void Make(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
