using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.Gateway.Observability;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// One serial line while it is open: waits, hands bytes to the protocol's <see cref="SerialLink"/> and its frames to the ingest queue, and
/// writes what is to be said. Nothing here waits for the dock: while the queue has no room the line is not read, which holds the dock back
/// by its window (wire 11), and what is to be said still goes out.
/// </summary>
internal sealed class SerialService : IDisposable
{
    private const int ReadBytes = 4_096;

    // A dock that takes nothing is left after a second.
    private const int LastWordsWaits = 50;
    private const int LastWordsWaitMs = 20;
    private readonly SerialLine line;
    private readonly IngestQueue queue;
    private readonly TimeProvider clock;
    private readonly DoorMeters meters;
    private readonly NoiseSample noise;
    private readonly SerialLink link;
    private readonly WayBack back;
    private readonly NoiseAnswers answers;
    private readonly Lock gate = new();
    private readonly byte[] buffer = new byte[ReadBytes];
    private ReadOnlyMemory<byte> unread;
    private Task<bool>? roomInQueue;
    private volatile bool stopping;
    private bool hungUp;
    private bool closed;

    public SerialService(
        SerialLine line,
        DockAddress path,
        string name,
        IngestQueue queue,
        TimeProvider clock,
        DoorMeters meters,
        NoiseSample noise
    )
    {
        (this.line, this.queue, this.clock, this.meters, this.noise) = (line, queue, clock, meters, noise);
        link = new SerialLink(NowMs);
        back = new WayBack(this, path, name);
        answers = new NoiseAnswers(clock);
    }

    /// <summary>Serves the line until it ends, which throws, or <see cref="Stop"/>.</summary>
    public void Run()
    {
        try
        {
            while (!stopping && Turn()) { }
            SayLastWords();
        }
        finally
        {
            lock (gate)
            {
                closed = true;
            }
            Enqueue(new Inbound(back, InboundKind.LinkClosed, default, UnixTime.NowNs(clock))).GetAwaiter().GetResult();
        }
    }

    /// <summary>Ends <see cref="Run"/>, from another thread.</summary>
    public void Stop()
    {
        stopping = true;
        Wake();
    }

    public void Dispose()
    {
        lock (gate)
        {
            closed = true;
        }
    }

    private long NowMs => (long)clock.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>Does what there is to do and waits for more. False when the gateway takes nothing more.</summary>
    private bool Turn()
    {
        if (!Take())
        {
            return false;
        }
        var mayRead = roomInQueue is null; // then all that was read is taken
        var ready = line.Wait(mayRead, toWrite: !hungUp && OutputWaits(), TimeoutMs());
        hungUp |= ready.HungUp;
        if (mayRead && (ready.Readable || hungUp))
        {
            var count = line.Read(buffer); // of a line that hung up first what is left, then why
            if (count == 0)
            {
                throw new IOException("the line ended.");
            }
            unread = buffer.AsMemory(0, count);
        }
        if (!hungUp)
        {
            WriteOut();
        }
        LookAtTheTime();
        return true;
    }

    /// <summary>What waits to be said when the gateway stops, the Goodbye last: written and sent, unless the dock does not take it.</summary>
    private void SayLastWords()
    {
        for (var wait = 0; wait < LastWordsWaits && !hungUp && (OutputWaits() || line.OutputLeft > 0); wait++)
        {
            WriteOut();
            hungUp |= line.Wait(toRead: false, toWrite: OutputWaits(), LastWordsWaitMs).HungUp;
        }
    }

    private int TimeoutMs()
    {
        lock (gate)
        {
            var due = link.DueMs(NowMs);
            return due == long.MaxValue ? Timeout.Infinite : (int)Math.Clamp(due - NowMs, 0, int.MaxValue);
        }
    }

    private bool OutputWaits()
    {
        lock (gate)
        {
            return link.OutputBytes > 0;
        }
    }

    private void WriteOut()
    {
        lock (gate)
        {
            var output = link.Output(NowMs);
            if (!output.IsEmpty)
            {
                link.Written(line.Write(output), NowMs);
            }
        }
    }

    /// <summary>Takes frames out of what was read until nothing is left or the queue has no room. False when the gateway takes nothing more.</summary>
    private bool Take()
    {
        while (roomInQueue is null || roomInQueue.IsCompleted)
        {
            if (roomInQueue is { Result: false })
            {
                return false;
            }
            roomInQueue = null;
            if (TakeOne() is not { } found)
            {
                return true;
            }
            roomInQueue = Enqueue(found);
        }
        _ = roomInQueue.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return true;
    }

    private Inbound? TakeOne()
    {
        var rest = unread.Span;
        while (true)
        {
            scoped Deframed found;
            lock (gate)
            {
                found = link.Receive(ref rest, NowMs);
            }
            unread = unread[^rest.Length..];
            switch (found.Status)
            {
                case DeframerStatus.NeedsMore:
                    return null;
                case DeframerStatus.Noise:
                    TakeNoise(found);
                    if (answers.For(back, found.Reason, found.Bytes) is { } noiseToAnswer)
                    {
                        return noiseToAnswer;
                    }
                    break;
                default:
                    return new Inbound(back, InboundKind.Frames, found.Bytes.ToArray(), UnixTime.NowNs(clock))
                    {
                        Damaged = found.Status == DeframerStatus.Damaged,
                    };
            }
        }
    }

    private void LookAtTheTime()
    {
        Deframed found;
        bool silent;
        lock (gate)
        {
            found = link.Tick(NowMs);
            silent = link.IsSilent(NowMs);
        }
        noise.LookAtTheTime();
        if (found.Status == DeframerStatus.Noise)
        {
            TakeNoise(found);
        }
        if (silent)
        {
            // a port can hang without a word from the system: opened anew it works again, or says what is wrong
            throw new IOException($"nothing whole has come for {Limits.SilenceMs / 1_000} s; the port is opened anew. Is the dock on?");
        }
    }

    private void TakeNoise(in Deframed found)
    {
        meters.Noise(found.StretchBytes);
        noise.Take(found.Bytes, found.StretchBytes);
    }

    private void Wake()
    {
        lock (gate)
        {
            if (!closed)
            {
                line.Wake();
            }
        }
    }

    private Task<bool> Enqueue(Inbound inbound) => queue.EnqueueAsync(inbound, CancellationToken.None).AsTask();

    private bool Send(ReadOnlySpan<byte> frames)
    {
        lock (gate)
        {
            if (closed)
            {
                return false; // the line has gone; the dock will say hello again
            }
            var idle = link.OutputBytes == 0;
            var all = link.Send(frames);
            if (idle)
            {
                line.Wake();
            }
            return all;
        }
    }

    /// <summary>What the ingest thread sees of this line.</summary>
    private sealed class WayBack(SerialService line, DockAddress path, string name) : DockLink(Transport.Serial, path)
    {
        public override bool Send(ReadOnlyMemory<byte> frames) => line.Send(frames.Span);

        public override string ToString() => $"serial {name}";
    }
}
