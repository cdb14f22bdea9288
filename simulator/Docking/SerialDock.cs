using System.IO.Ports;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;

namespace TaserTelemetry.Simulator.Docking;

/// <summary>
/// Carries one dock's conversation over a serial line: the protocol's <see cref="SerialLink"/> between the conversation and the threads that
/// read and write. A frame is asked of the conversation only when the line has room for it.
/// </summary>
internal sealed class SerialDock(string path, int baud, DockConversation conversation, DockTemper temper, TimeProvider time)
{
    private static readonly TimeSpan ReopenAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastWordsWithin = TimeSpan.FromSeconds(2);

    public string LastTrouble { get; private set; } = "";

    public async Task RunAsync(CancellationToken stop)
    {
        // an absent path becomes a pseudo-terminal for the whole run; a real device is opened again when it comes back
        if (!Exists(path))
        {
            await TalkThroughOwnTerminalAsync(stop);
            return;
        }

        while (conversation.Progress == DockProgress.Working)
        {
            try
            {
                Configure();
                using var line = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 0);
                var threads = new LineThreads(line, line);
                await TalkUntilOverAsync(threads, baud, stop);
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                LastTrouble = trouble.Message;
                await Task.Delay(ReopenAfter, time, stop);
            }
        }
    }

    private async Task TalkThroughOwnTerminalAsync(CancellationToken stop)
    {
        using var terminal = new PseudoTerminal(path);
        using var read = new FileStream(terminal.Master, FileAccess.Read, 0);
        using var write = new FileStream(terminal.Master, FileAccess.Write, 0);
        var threads = new LineThreads(read, write);
        try
        {
            await TalkUntilOverAsync(threads, paced: 0, stop); // no line is behind it that would have a pace
        }
        finally
        {
            _ = threads.EndAsync();
            terminal.Wake();
        }
    }

    /// <summary>SerialPort only sets the line; reading through it costs a core's share for each idle port.</summary>
    private void Configure()
    {
        using var port = new SerialPort(path, baud, Parity.None, 8, StopBits.One) { Handshake = Handshake.None };
        port.Open();
    }

    private async Task TalkUntilOverAsync(LineThreads line, int paced, CancellationToken stop)
    {
        try
        {
            while (conversation.Progress == DockProgress.Working)
            {
                // a dock that lost its power forgets what it was about to say and what it had half heard; the line is still there
                await TalkAsync(line, new SerialLink(DockClock.Of(time).Ms, paced), stop);
            }
        }
        finally
        {
            var written = line.EndAsync();
            await Task.WhenAny(written, Task.Delay(LastWordsWithin, time, stop));
        }
    }

    /// <summary>Talks until all is said, or the dock's power fails.</summary>
    private async Task TalkAsync(LineThreads line, SerialLink link, CancellationToken stop)
    {
        long? endedMs = null;
        conversation.Connected(DockClock.Of(time));
        while (true)
        {
            var now = DockClock.Of(time);
            conversation.Tick(now);
            link.Tick(now.Ms);
            while (Ready(line, link) && conversation.TryTake(out var outgoing))
            {
                Put(outgoing.Frame, line, link);
                if (temper.PauseAfter is { } pause)
                {
                    await Task.Delay(pause, time, stop);
                }

                if (temper.PowerFails())
                {
                    LastTrouble = "the dock's power failed, as its temper has it";
                    return;
                }
            }

            if (conversation.Progress != DockProgress.Working)
            {
                // out of room the last words wait like all others, but not for ever; with room nothing was left to say
                endedMs ??= now.Ms;
                if (Ready(line, link) || now.Ms - endedMs > LastWordsWithin.TotalMilliseconds)
                {
                    return;
                }
            }

            await ListenAsync(line, link, stop);
        }
    }

    private bool Ready(LineThreads line, SerialLink link) => line.HasRoom && link.IsReady(DockClock.Of(time).Ms);

    /// <summary>Puts one frame on the line; what a temper makes of it goes around the link, as it would on a line that does so.</summary>
    private void Put(byte[] frame, LineThreads line, SerialLink link)
    {
        link.Send(frame);
        var now = DockClock.Of(time).Ms;
        var honest = link.Output(now).ToArray();
        link.Written(honest.Length, now);
        foreach (var made in temper.Send(frame))
        {
            line.Write(ReferenceEquals(made, frame) ? honest : Encoded(made));
        }
    }

    private async Task ListenAsync(LineThreads line, SerialLink link, CancellationToken stop)
    {
        var nowMs = DockClock.Of(time).Ms;
        var waitMs = Ready(line, link) ? conversation.WaitMs(nowMs) : Math.Clamp(link.DueMs(nowMs) - nowMs, 1, 1_000);
        using var due = CancellationTokenSource.CreateLinkedTokenSource(stop);
        due.CancelAfter(TimeSpan.FromMilliseconds(waitMs));
        try
        {
            if (!await line.Inbox.WaitToReadAsync(due.Token))
            {
                throw new IOException("the serial line was lost");
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return; // nothing came, the dock's own timer did
        }

        while (line.Inbox.TryRead(out var piece))
        {
            Receive(piece, link);
        }
    }

    private void Receive(ReadOnlySpan<byte> untrusted, SerialLink link)
    {
        while (link.Receive(ref untrusted, DockClock.Of(time).Ms) is { Status: not DeframerStatus.NeedsMore } found)
        {
            if (found.Status == DeframerStatus.Frame)
            {
                conversation.Receive(found.Bytes, DockClock.Of(time));
            }
        }
    }

    private static byte[] Encoded(ReadOnlySpan<byte> made)
    {
        var encoded = new byte[Cobs.EncodedBytesMax(made.Length) + 2];
        var bytes = Cobs.Encode(made, encoded.AsSpan(1));
        return encoded[..(bytes + 2)];
    }

    private static bool Exists(string path) => File.Exists(path) || new FileInfo(path).LinkTarget is not null;
}
