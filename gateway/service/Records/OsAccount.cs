using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TaserTelemetry.Gateway.Records;

/// <summary>
/// Who ran a command, as the operating system tells it and not as somebody typed it. <see cref="Name"/> is empty where the machine's own list
/// of accounts does not hold the user id (accounts of a directory service).
/// </summary>
internal readonly record struct OsAccount(uint Uid, string Name)
{
    // socket(7) of Linux: struct ucred { pid, uid, gid }, fixed by the kernel when the peer connected.
    private const int SolSocket = 1;
    private const int SoPeercred = 17;
    private const int UcredBytes = 12;
    private const int UidOffset = 4;

    /// <summary>What stands for a reader who gave no name.</summary>
    public string Shown => Name.Length > 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"uid {Uid}");

    /// <summary>The account this process runs as.</summary>
    public static OsAccount Own() => Of(geteuid());

    /// <summary>The account at the other end of a Unix socket.</summary>
    /// <exception cref="SocketException">The system does not tell.</exception>
    public static OsAccount OfPeer(Socket socket)
    {
        Span<byte> ucred = stackalloc byte[UcredBytes];
        var length = socket.GetRawSocketOption(SolSocket, SoPeercred, ucred);
        return length == UcredBytes
            ? Of(MemoryMarshal.Read<uint>(ucred[UidOffset..]))
            : throw new SocketException((int)SocketError.OperationNotSupported);
    }

    private static OsAccount Of(uint uid)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        var line = File.Exists("/etc/passwd")
            ? File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == number)
            : null;
        return new OsAccount(uid, line is null ? "" : line[0]);
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
}
