using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>The system calls that .NET has no door to: waiting on a terminal, and writing to one without being held up by it.</summary>
internal static class Terminal
{
    private const short PollIn = 0x1;
    private const short PollOut = 0x4;
    private const int InterruptedError = 4;
    private const int TryAgainError = 11;
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int NonBlocking = 0x800;
    private const int FlushOutput = 1;
    private const nuint OutputQueued = 0x5411; // TIOCOUTQ

    [StructLayout(LayoutKind.Sequential)]
    // open: the kernel writes the answer into it
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }

    /// <summary>What a wait came to.</summary>
    internal readonly record struct Ready(bool Readable, bool Writable, bool HungUp, bool Woken);

    /// <summary>
    /// Waits until the line can be read or written, as asked, has hung up, or the other descriptor has bytes; or the time is up. -1 = for ever.
    /// </summary>
    public static Ready Wait(SafeHandle line, bool toRead, bool toWrite, SafeHandle wake, int timeoutMs)
    {
        // a negative descriptor is left out: a line that has hung up answers every wait at once, wanted or not
        var wanted = (short)((toRead ? PollIn : 0) | (toWrite ? PollOut : 0));
        PollEntry[] entries =
        [
            new() { Descriptor = wanted == 0 ? -1 : Descriptor(line), Wanted = wanted },
            new() { Descriptor = Descriptor(wake), Wanted = PollIn },
        ];
        if (poll(entries, (nuint)entries.Length, timeoutMs) < 0)
        {
            Check(Marshal.GetLastPInvokeError(), InterruptedError);
            return default;
        }
        var happened = entries[0].Happened;
        var other = happened & ~(PollIn | PollOut);
        return new((happened & PollIn) != 0, (happened & PollOut) != 0, other != 0, entries[1].Happened != 0);
    }

    /// <summary>From now on writing takes what the line has room for and never waits.</summary>
    public static void NeverWait(SafeFileHandle line)
    {
        var flags = fcntl(Descriptor(line), GetFlags, 0);
        if (flags < 0 || fcntl(Descriptor(line), SetFlags, flags | NonBlocking) < 0)
        {
            Check(Marshal.GetLastPInvokeError(), 0);
        }
    }

    /// <summary>Writes what there is room for and answers how many bytes that was; 0 when there is none now.</summary>
    public static int Write(SafeFileHandle line, ReadOnlySpan<byte> bytes)
    {
        var written = write(Descriptor(line), ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
        if (written < 0)
        {
            Check(Marshal.GetLastPInvokeError(), TryAgainError, InterruptedError);
        }
        return (int)Math.Max(written, 0);
    }

    /// <summary>Bytes that the line has taken and not yet sent; 0 also where it does not say.</summary>
    public static int OutputLeft(SafeFileHandle line)
    {
        var left = 0;
        return ioctl(Descriptor(line), OutputQueued, ref left) < 0 ? 0 : left;
    }

    /// <summary>Lets go of what the line did not take: closing would wait for it, on a port that hangs for half a minute.</summary>
    public static void DropOutput(SafeFileHandle line) => _ = tcflush(Descriptor(line), FlushOutput); // a line that is gone has nothing to drop

    // Each handle stays open for as long as its owner uses it: one thread opens, uses and closes.
    private static int Descriptor(SafeHandle handle) => (int)handle.DangerousGetHandle();

    private static void Check(int error, params ReadOnlySpan<int> harmless)
    {
        if (!harmless.Contains(error))
        {
            throw new IOException($"the line failed: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll([In, Out] PollEntry[] entries, nuint count, int timeoutMs);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(int descriptor, int command, int argument);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint write(int descriptor, ref byte bytes, nuint count);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int tcflush(int descriptor, int queue);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ioctl(int descriptor, nuint request, ref int value);
}
