using System.IO.Ports;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Configuration;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// One serial line: SerialPort opens, configures and closes; then one FileStream and one blocking reader thread (wire 23). A line that
/// goes away is opened again with back-off by its stable name; bytes before and after are never glued together.
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
    private const int ReadBytes = 4_096;
    private const int PollMs = 1_000;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly ManualResetEventSlim stopping = new();
    private readonly NoiseSample noise = new(clock);
    private Thread? reader;

    public string Path => port.Path;

    public void Start()
    {
        states.Set(port.Path, DoorState.Starting, "");
        reader = new Thread(Run) { IsBackground = true, Name = $"serial {port.Dock}" };
        reader.Start();
    }

    /// <summary>Ends the reader within one poll.</summary>
    public void Stop()
    {
        stopping.Set();
        reader?.Join();
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
                using var line = Open();
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

    private FileStream Open()
    {
        // 8N1, raw, no flow control (wire 1). Modem lines are left alone: a pseudo-terminal has none, and a dock needs none.
        using (var settings = new SerialPort(port.Path, port.Baud, Parity.None, 8, StopBits.One))
        {
            settings.Handshake = Handshake.None;
            settings.Open();
        }
        return new FileStream(port.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    private void Serve(FileStream line)
    {
        using var link = new SerialLink(path, line, port.Path) { Proven = true };
        var deframer = new SerialDeframer();
        var buffer = new byte[ReadBytes];
        try
        {
            while (!stopping.IsSet)
            {
                if (!Terminal.WaitReadable(line.SafeFileHandle, PollMs))
                {
                    continue;
                }
                var count = line.Read(buffer);
                if (count == 0)
                {
                    throw new IOException("The line ended.");
                }
                if (!Take(deframer, buffer.AsSpan(0, count), link))
                {
                    return;
                }
            }
        }
        finally
        {
            queue
                .EnqueueAsync(new Inbound(link, InboundKind.LinkClosed, default, UnixTime.NowNs(clock)), CancellationToken.None)
                .AsTask()
                .Wait();
        }
    }

    private bool Take(SerialDeframer deframer, ReadOnlySpan<byte> untrusted, SerialLink link)
    {
        while (true)
        {
            var found = deframer.Next(ref untrusted);
            switch (found.Status)
            {
                case DeframerStatus.NeedsMore:
                    return true;
                case DeframerStatus.Noise:
                    meters.Noise(found.StretchBytes);
                    noise.Take(found.Bytes, found.StretchBytes);
                    break;
                default:
                    var damaged = found.Status == DeframerStatus.Damaged;
                    var inbound = new Inbound(link, InboundKind.Frames, found.Bytes.ToArray(), UnixTime.NowNs(clock)) { Damaged = damaged };
                    // The line itself waits while the queue is full: its window holds the dock back (wire 11).
                    if (!queue.EnqueueAsync(inbound, CancellationToken.None).AsTask().GetAwaiter().GetResult())
                    {
                        return false;
                    }
                    break;
            }
        }
    }

    private string Explain(Exception broken) =>
        broken switch
        {
            FileNotFoundException or DirectoryNotFoundException => $"{port.Path} is not there; it is tried again until it is.",
            UnauthorizedAccessException when !File.Exists(port.Path) => $"{port.Path} is not there; it is tried again until it is.",
            UnauthorizedAccessException =>
                $"{port.Path} may not be opened: {broken.Message} Add this user to the group that owns it (dialout).",
            _ => broken.Message,
        };

    /// <summary>The way back: a bounded queue and a writer of its own, so that a dock that does not read holds nobody up.</summary>
    private sealed class SerialLink : DockLink, IDisposable
    {
        private const int PendingMax = 64;
        private readonly System.Collections.Concurrent.BlockingCollection<byte[]> pending = new(PendingMax);
        private readonly FileStream line;
        private readonly string name;
        private bool first = true;

        public SerialLink(DockAddress path, FileStream line, string name)
            : base(Transport.Serial, path)
        {
            this.line = line;
            this.name = name;
            new Thread(Write) { IsBackground = true, Name = $"serial out {path.Dock}" }.Start();
        }

        public override bool Send(ReadOnlyMemory<byte> frames)
        {
            var untouched = frames.Span;
            var stuffed = new byte[1 + untouched.Length + (untouched.Length / 16) + 64];
            var at = 0;
            if (first)
            {
                stuffed[at++] = 0; // one zero before the first frame after silence (wire 1)
                first = false;
            }
            while (!untouched.IsEmpty)
            {
                var read = FrameReader.Read(untouched, Limits.SerialPayloadBytesMax);
                if (read.Status != ReadStatus.Done)
                {
                    throw new InvalidOperationException("Only whole frames of serial size may be sent on a serial line.");
                }
                at += Cobs.Encode(read.Bytes, stuffed.AsSpan(at));
                stuffed[at++] = 0;
                untouched = untouched[read.Bytes.Length..];
            }
            try
            {
                return pending.TryAdd(stuffed[..at]);
            }
            catch (InvalidOperationException)
            {
                return false; // the line has gone; the dock will say hello again
            }
        }

        public override void Close(string why) { }

        public void Dispose() => pending.CompleteAdding();

        public override string ToString() => $"serial {name}";

        private void Write()
        {
            try
            {
                foreach (var bytes in pending.GetConsumingEnumerable())
                {
                    line.Write(bytes);
                }
            }
            catch (Exception gone) when (gone is IOException or ObjectDisposedException)
            {
                // The reader sees the same end and reports it.
                pending.CompleteAdding();
            }
        }
    }
}
