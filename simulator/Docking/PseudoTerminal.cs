using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// A pseudo-terminal of our own (POSIX posix_openpt, grantpt, unlockpt, ptsname), raw, with a symbolic link at the path where the
/// gateway expects its serial device. Both ends stay open here, so that a gateway which restarts finds the same line.
/// </summary>
internal sealed class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2;

    /// <summary>Larger than any platform's struct termios; its fields are never looked at here.</summary>
    private const int TermiosBytesMax = 256;

    private readonly string _link;
    private readonly SafeFileHandle _slave;

    public PseudoTerminal(string link)
    {
        var noControllingTerminal = OperatingSystem.IsMacOS() ? 0x20000 : 0x100;
        Master = Checked(posix_openpt(ReadWrite | noControllingTerminal), "posix_openpt");
        var master = (int)Master.DangerousGetHandle();
        Check(grantpt(master), "grantpt");
        Check(unlockpt(master), "unlockpt");
        var name = Marshal.PtrToStringUTF8(ptsname(master)) ?? throw new Win32Exception(Marshal.GetLastPInvokeError(), "ptsname failed");
        _slave = Checked(open(name, ReadWrite | noControllingTerminal), "open " + name);
        var termios = new byte[TermiosBytesMax];
        var slave = (int)_slave.DangerousGetHandle();
        Check(tcgetattr(slave, termios), "tcgetattr");
        cfmakeraw(termios);
        Check(tcsetattr(slave, 0, termios), "tcsetattr");
        SlaveName = name;
        _link = link;
        File.CreateSymbolicLink(link, name);
    }

    public SafeFileHandle Master { get; }

    public string SlaveName { get; }

    /// <summary>Sends one zero to our own end, so that a read which is waiting there returns.</summary>
    public void Wake()
    {
        using var slave = new FileStream(_slave, FileAccess.Write, 0);
        slave.WriteByte(0);
        slave.Flush();
    }

    public void Dispose()
    {
        if (new FileInfo(_link).LinkTarget == SlaveName)
        {
            File.Delete(_link);
        }

        _slave.Dispose();
        Master.Dispose();
    }

    private static SafeFileHandle Checked(int descriptor, string call)
    {
        Check(descriptor, call);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int result, string call)
    {
        if (result < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), call + " failed: " + Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int posix_openpt(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int grantpt(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int unlockpt(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern IntPtr ptsname(int descriptor);

    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int tcgetattr(int descriptor, [Out] byte[] termios);

    [DllImport("libc", SetLastError = true)]
    private static extern int tcsetattr(int descriptor, int actions, byte[] termios);

    [DllImport("libc")]
    private static extern void cfmakeraw([In, Out] byte[] termios);
}
