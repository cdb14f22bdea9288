using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.Tests;

namespace TaserTelemetry.Gateway.Tests.Doors;

/// <summary>A cable that can be pulled: two pseudo-terminals joined by socat, each under a name that stays.</summary>
internal sealed class SocatLine : IAsyncDisposable
{
    private readonly RealProcess socat;
    private FileStream? dock;

    private SocatLine(RealProcess socat, string gatewayEnd, string dockEnd)
    {
        this.socat = socat;
        (GatewayEnd, DockEnd) = (gatewayEnd, dockEnd);
    }

    /// <summary>The name under which the gateway finds the port.</summary>
    public string GatewayEnd { get; }

    public string DockEnd { get; }

    /// <summary>The dock's end, opened once and raw; what it writes goes out at once.</summary>
    public FileStream Dock => dock ??= new FileStream(DockEnd, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);

    public static async Task<SocatLine> PlugInAsync(Ground ground, string name)
    {
        var (gatewayEnd, dockEnd) = (ground.At(name), ground.At(name + "-dock"));
        File.Delete(gatewayEnd);
        File.Delete(dockEnd);
        var socat = RealProcess.Start("socat", ground.Folder, "-d", "-d", Terminal(gatewayEnd), Terminal(dockEnd));
        await socat.WaitForAsync("starting data transfer loop");
        return new SocatLine(socat, gatewayEnd, dockEnd);
    }

    /// <summary>Puts a frame on the line, between zeros.</summary>
    public void Say(byte[] frame) => Write(OnTheLine(frame));

    public void Write(ReadOnlySpan<byte> bytes) => Dock.Write(bytes);

    public static byte[] OnTheLine(byte[] frame)
    {
        var encoded = new byte[Cobs.EncodedBytesMax(frame.Length) + 2];
        return encoded[..(Cobs.Encode(frame, encoded.AsSpan(1)) + 2)];
    }

    /// <summary>Reads at the dock's end until a frame of that type has come.</summary>
    public async Task<FrameHeader> HearAsync(MessageType type)
    {
        var deframer = new SerialDeframer();
        var buffer = new byte[4_096];
        while (true)
        {
            var count = await Task.Run(() => Dock.Read(buffer)).WaitAsync(TimeSpan.FromSeconds(60));
            if (HeaderOf(type, deframer, buffer.AsSpan(0, count)) is { } header)
            {
                return header;
            }
        }
    }

    /// <summary>Pulls the cable: both terminals and their names are gone.</summary>
    public async Task PullAsync()
    {
        await socat.KillAsync();
        File.Delete(GatewayEnd);
        File.Delete(DockEnd);
        dock?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await socat.DisposeAsync();
        dock?.Dispose();
    }

    private static FrameHeader? HeaderOf(MessageType type, SerialDeframer deframer, ReadOnlySpan<byte> bytes)
    {
        while (deframer.Next(ref bytes) is { Status: not DeframerStatus.NeedsMore } found)
        {
            if (found.Status == DeframerStatus.Frame && found.Header.Type == type)
            {
                return found.Header;
            }
        }
        return null;
    }

    private static string Terminal(string link) => $"pty,raw,echo=0,link={link}";
}
