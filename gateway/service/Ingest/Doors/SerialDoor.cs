using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// One serial port and the one thread that serves it (wire 23). A line that goes away, or a port that hangs, is opened again with back-off
/// by its stable name; bytes before and after are never glued together.
/// </summary>
internal sealed class SerialDoor(
    SerialPortSettings port,
    DockAddress path,
    IngestQueue queue,
    DoorStates states,
    TimeProvider clock,
    ILogger<SerialDoor> log,
    DoorMeters meters
) : IDisposable
{
    private const int SharingViolation = 11; // EAGAIN of flock
    private const int Busy = 16; // EBUSY
    private const int NoTerminal = 25; // ENOTTY
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly ManualResetEventSlim stopping = new();
    private readonly NoiseSample noise = new(clock, minute => log.LineNoise(port.Path, minute.Bytes, minute.First, minute.Last));
    private readonly Lock gate = new();
    private SerialService? serving;
    private Thread? thread;

    public string Path => port.Path;

    public void Start()
    {
        states.Set(port.Path, DoorState.Starting, "");
        thread = new Thread(Run) { IsBackground = true, Name = $"serial {port.Dock}" };
        thread.Start();
    }

    /// <summary>Tells the thread to end; what waits to be said still goes out, where the dock takes it.</summary>
    public void BeginStop()
    {
        stopping.Set();
        lock (gate)
        {
            serving?.Stop();
        }
    }

    /// <summary>Ends the thread within a second, whatever the port does.</summary>
    public void Stop()
    {
        BeginStop();
        thread?.Join();
    }

    public void Dispose()
    {
        Stop();
        stopping.Dispose();
    }

    private void Run()
    {
        var wait = FirstWait;
        var told = "";
        while (!stopping.IsSet)
        {
            try
            {
                using var line = new SerialLine(port);
                (wait, told) = (FirstWait, "");
                states.Set(port.Path, DoorState.Up, "");
                log.LineOpened(port.Path, port.Dock);
                Serve(line);
            }
            catch (Exception broken)
                when (broken is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException)
            {
                var why = Explain(broken);
                states.Set(port.Path, DoorState.Down, why);
                log.LineAway(told == why ? LogLevel.Debug : LogLevel.Warning, port.Path, why, wait);
                told = why; // said once: a line that stays away must not fill the log
            }
            stopping.Wait(wait);
            wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
        }
    }

    private void Serve(SerialLine line)
    {
        using var service = new SerialService(line, path, port.Path, queue, clock, meters, noise);
        lock (gate)
        {
            serving = service;
        }
        try
        {
            if (!stopping.IsSet)
            {
                service.Run();
            }
        }
        finally
        {
            lock (gate)
            {
                serving = null;
            }
        }
    }

    // SerialPort says that access was denied whatever the cause, and the cause inside.
    private string Explain(Exception broken) =>
        broken switch
        {
            _ when !File.Exists(port.Path) => NotThere,
            IOException { HResult: SharingViolation } or UnauthorizedAccessException { InnerException.HResult: Busy } =>
                $"{port.Path} is in use by another program; close that one (fuser {port.Path} names it).",
            UnauthorizedAccessException { InnerException.HResult: NoTerminal } =>
                $"{port.Path} is not a serial port; give the port's path, best as /dev/serial/by-id/...",
            UnauthorizedAccessException =>
                $"{port.Path} may not be opened by user {Environment.UserName}: add that user to the group that owns the port "
                    + $"(usermod -aG dialout {Environment.UserName}) and start the gateway anew.",
            _ => $"{port.Path}: {broken.Message}",
        };

    private string NotThere => $"{port.Path} is not there; it is tried again until it is.";
}
