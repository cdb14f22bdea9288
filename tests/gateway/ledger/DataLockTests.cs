using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaserTelemetry.Ledger.Tests;

public sealed class DataLockTests
{
    [Fact]
    public void A_lock_that_is_given_back_is_free_though_a_process_about_to_start_still_has_the_file_open()
    {
        using var folder = new TemporaryFolder();
        using var first = DataLock.TryTake(folder.Path, out _);
        Assert.NotNull(first);
        Assert.Equal(Environment.ProcessId, DataLock.HolderOf(folder.Path));
        using var second = AsAfterAFork(Path.Combine(folder.Path, "lock"));
        Assert.Null(DataLock.TryTake(folder.Path, out var holder));
        Assert.Equal(Environment.ProcessId, holder);
        first.Dispose();
        Assert.Null(DataLock.HolderOf(folder.Path));
        using var third = DataLock.TryTake(folder.Path, out _);
        Assert.NotNull(third);
    }

    /// <summary>A second descriptor of the same open file: what a new process has until its exec closes it.</summary>
    private static SafeFileHandle AsAfterAFork(string path)
    {
        var descriptor = Directory.EnumerateFiles("/proc/self/fd").Single(link => TargetOf(link) == path);
        return new SafeFileHandle(dup(int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture)), ownsHandle: true);
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (FileNotFoundException)
        {
            return null; // another test closed it since it was listed
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup(int descriptor);
}
