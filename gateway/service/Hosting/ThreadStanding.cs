using System.Runtime.InteropServices;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>
/// Where a thread stands when there are fewer cores than threads that want one. Linux gives each thread a nice value of its own, and
/// .NET's thread priorities no effect. A system that refuses (no LimitNICE= in the unit) leaves the thread as it was: slower, never wrong.
/// </summary>
internal static class ThreadStanding
{
    private const int PromptNice = -10;
    private const int OneThread = 0; // PRIO_PROCESS; on Linux that is a thread, and 0 the calling one

    /// <summary>
    /// The calling thread is what docks wait for: when it can go on, it goes first. A thread of the pool that it happens to start
    /// inherits that; those answer docks too.
    /// </summary>
    public static void GoesFirst() => _ = setpriority(OneThread, 0, PromptNice);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setpriority(int which, int who, int nice);
}
