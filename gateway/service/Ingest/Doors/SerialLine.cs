using System.IO.Pipes;
using System.IO.Ports;
using TaserTelemetry.Gateway.Configuration;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// One opening of a serial port: bytes only. SerialPort opens, configures and closes; then one FileStream reads and writes (wire 23: with
/// SerialPort still open an ordinary user could not open it a second time, and its own reads cost 3 % of a core each).
/// </summary>
internal sealed class SerialLine : IDisposable
{
    private readonly FileStream stream;
    private readonly AnonymousPipeServerStream wakes;
    private readonly AnonymousPipeClientStream woken;
    private int wakePending;

    public SerialLine(SerialPortSettings port)
    {
        // 8N1, raw, no flow control (wire 1). Modem lines are left alone: a pseudo-terminal has none, and a dock needs none.
        using (var settings = new SerialPort(port.Path, port.Baud, Parity.None, 8, StopBits.One))
        {
            settings.Handshake = Handshake.None;
            settings.Open();
        }
        stream = new FileStream(port.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        Terminal.NeverWait(stream.SafeFileHandle);
        wakes = new AnonymousPipeServerStream(PipeDirection.Out);
        woken = new AnonymousPipeClientStream(PipeDirection.In, wakes.ClientSafePipeHandle);
    }

    /// <summary>Waits until there is something to do; <see cref="Timeout.Infinite"/> or ms at most.</summary>
    public Terminal.Ready Wait(bool toRead, bool toWrite, int timeoutMs)
    {
        var ready = Terminal.Wait(stream.SafeFileHandle, toRead, toWrite, woken.SafePipeHandle, timeoutMs);
        if (ready.Woken)
        {
            woken.ReadByte();
            Volatile.Write(ref wakePending, 0);
        }
        return ready;
    }

    /// <summary>Ends a wait, from any thread; one wake at a time waits to be seen.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref wakePending, 1) == 0)
        {
            wakes.WriteByte(0);
        }
    }

    /// <summary>Reads what is there. 0 = the line has ended.</summary>
    public int Read(Span<byte> into) => stream.Read(into);

    /// <summary>Writes what the line has room for; answers how many bytes that was.</summary>
    public int Write(ReadOnlySpan<byte> bytes) => Terminal.Write(stream.SafeFileHandle, bytes);

    /// <summary>Bytes on their way out of the port.</summary>
    public int OutputLeft => Terminal.OutputLeft(stream.SafeFileHandle);

    public void Dispose()
    {
        if (OutputLeft > 0)
        {
            Terminal.DropOutput(stream.SafeFileHandle);
        }
        stream.Dispose();
        wakes.Dispose();
        woken.Dispose();
    }
}
