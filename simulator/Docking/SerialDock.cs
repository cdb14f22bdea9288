using System.IO.Ports;
using System.Threading.Channels;
using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Carries one dock's conversation over a serial line: COBS frames between zeros. One blocking reader thread and one blocking
/// writer thread, because a line whose other end is away takes no bytes and must not stop the dock's own clock.
/// </summary>
internal sealed class SerialDock(string path, int baud, DockConversation conversation, DockTemper temper, TimeProvider time)
{
    /// <summary>Frames waiting for the line; what does not fit is dropped and comes again by its timer.</summary>
    public const int OutboxFramesMax = 64;

    private const int InboxPiecesMax = 256;

    private static readonly TimeSpan ReopenAfter = TimeSpan.FromMilliseconds(500);

    private volatile bool _over;

    public string LastTrouble { get; private set; } = "";

    public async Task RunAsync(CancellationToken stop)
    {
        // an absent path becomes a pseudo-terminal for the whole run; a real device is opened again when it comes back
        using var terminal = Exists(path) ? null : new PseudoTerminal(path);
        try
        {
            await TalkUntilOverAsync(terminal, stop);
        }
        finally
        {
            _over = true;
            terminal?.Wake();
        }
    }

    private async Task TalkUntilOverAsync(PseudoTerminal? terminal, CancellationToken stop)
    {
        while (conversation.Progress == DockProgress.Working)
        {
            try
            {
                if (terminal is not null)
                {
                    using var read = new FileStream(terminal.Master, FileAccess.Read, 0);
                    using var write = new FileStream(terminal.Master, FileAccess.Write, 0);
                    await TalkAsync(read, write, stop);
                }
                else
                {
                    Configure();
                    using var line = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0);
                    await TalkAsync(line, line, stop);
                }
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                LastTrouble = trouble.Message;
                await Task.Delay(ReopenAfter, time, stop);
            }
        }
    }

    /// <summary>SerialPort only sets the line; reading through it costs a core's share for each idle port.</summary>
    private void Configure()
    {
        using var port = new SerialPort(path, baud, Parity.None, 8, StopBits.One) { Handshake = Handshake.None };
        port.Open();
    }

    private async Task TalkAsync(FileStream read, FileStream write, CancellationToken stop)
    {
        var inbox = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(InboxPiecesMax) { FullMode = BoundedChannelFullMode.Wait });
        var outbox = Channel.CreateBounded<byte[]>(
            new BoundedChannelOptions(OutboxFramesMax) { FullMode = BoundedChannelFullMode.DropWrite }
        );
        Start(() => ReadLine(read, inbox.Writer));
        Start(() => WriteLine(write, outbox.Reader, inbox.Writer));
        try
        {
            var deframer = new SerialDeframer(Limits.SerialPayloadBytesMax);
            conversation.Connected(DockClock.Of(time));
            while (conversation.Progress == DockProgress.Working)
            {
                conversation.Tick(DockClock.Of(time));
                await SendAsync(outbox.Writer, stop);
                await ListenAsync(inbox.Reader, deframer, stop);
            }

            await SendAsync(outbox.Writer, stop);
        }
        finally
        {
            outbox.Writer.TryComplete();
        }

        await outbox.Reader.Completion.WaitAsync(TimeSpan.FromSeconds(2), time, stop).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private async Task SendAsync(ChannelWriter<byte[]> outbox, CancellationToken stop)
    {
        while (conversation.TryTake(out var outgoing))
        {
            foreach (var frame in temper.Send(outgoing.Frame))
            {
                outbox.TryWrite(Encoded(frame));
            }

            if (temper.PauseAfter is { } pause)
            {
                await Task.Delay(pause, time, stop);
            }

            if (temper.PowerFails())
            {
                throw new IOException("the dock's power failed, as its temper has it");
            }
        }
    }

    private async Task ListenAsync(ChannelReader<byte[]> inbox, SerialDeframer deframer, CancellationToken stop)
    {
        using var due = CancellationTokenSource.CreateLinkedTokenSource(stop);
        due.CancelAfter(TimeSpan.FromMilliseconds(conversation.WaitMs(DockClock.Of(time).Ms)));
        try
        {
            if (!await inbox.WaitToReadAsync(due.Token))
            {
                throw new IOException("the serial line was lost");
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return; // nothing came, the dock's own timer did
        }

        while (inbox.TryRead(out var piece))
        {
            Receive(piece, deframer);
        }
    }

    private void Receive(ReadOnlySpan<byte> untrusted, SerialDeframer deframer)
    {
        while (true)
        {
            var found = deframer.Next(ref untrusted);
            if (found.Status == DeframerStatus.NeedsMore)
            {
                return;
            }

            if (found.Status == DeframerStatus.Frame)
            {
                conversation.Receive(found.Bytes, DockClock.Of(time));
            }
        }
    }

    private static byte[] Encoded(ReadOnlySpan<byte> frame)
    {
        // a zero before as well as behind: whatever stood half-way on the line ends here
        var encoded = new byte[Cobs.EncodedBytesMax(frame.Length) + 2];
        var bytes = Cobs.Encode(frame, encoded.AsSpan(1));
        return encoded[..(bytes + 2)];
    }

    private void ReadLine(FileStream line, ChannelWriter<byte[]> inbox)
    {
        var buffer = new byte[4_096];
        try
        {
            while (true)
            {
                var read = line.Read(buffer);
                if (read == 0 || _over || !inbox.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
                {
                    break;
                }

                inbox.TryWrite(buffer[..read]);
            }

            inbox.TryComplete();
        }
        catch (Exception lost) when (lost is IOException or ObjectDisposedException)
        {
            inbox.TryComplete(new IOException("the serial line was lost: " + lost.Message, lost));
        }
    }

    private static void WriteLine(FileStream line, ChannelReader<byte[]> outbox, ChannelWriter<byte[]> inbox)
    {
        try
        {
            while (outbox.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (outbox.TryRead(out var encoded))
                {
                    line.Write(encoded);
                }
            }
        }
        catch (Exception lost) when (lost is IOException or ObjectDisposedException)
        {
            inbox.TryComplete(new IOException("the serial line was lost: " + lost.Message, lost));
        }
    }

    private static void Start(ThreadStart work) => new Thread(work) { IsBackground = true, Name = "serial line" }.Start();

    private static bool Exists(string path) => File.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
