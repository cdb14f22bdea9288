using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>The one system call that .NET has no door to: waiting for bytes on a terminal without hanging in read for ever.</summary>
internal static class Terminal
{
    private const short PollIn = 0x1;
    private const int InterruptedError = 4;

    [StructLayout(LayoutKind.Sequential)]
    // open: the kernel writes the answer into it
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }

    /// <summary>True when a read will return at once: with bytes, or with the line's end.</summary>
    public static bool WaitReadable(SafeFileHandle handle, int timeoutMs)
    {
        var taken = false;
        try
        {
            handle.DangerousAddRef(ref taken);
            var entry = new PollEntry { Descriptor = (int)handle.DangerousGetHandle(), Wanted = PollIn };
            var ready = Poll(ref entry, 1, timeoutMs);
            if (ready < 0 && Marshal.GetLastPInvokeError() != InterruptedError)
            {
                throw new IOException($"Waiting on the line failed with error {Marshal.GetLastPInvokeError()}.");
            }
            return ready > 0;
        }
        finally
        {
            if (taken)
            {
                handle.DangerousRelease();
            }
        }
    }

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref PollEntry entries, nuint count, int timeoutMs);
}
