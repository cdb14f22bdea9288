using System.Collections.Concurrent;
using System.Diagnostics;
using TaserTelemetry.FirmwareProtocol.Frames;
using TaserTelemetry.FirmwareProtocol.Link;
using TaserTelemetry.FirmwareProtocol.Messages;
using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.FirmwareProtocol.Sessions;

namespace TaserTelemetry.Benchmarks.Serial;

/// <summary>What an upload came to, from its first batch to the ack of its last.</summary>
internal sealed record Upload(double Seconds, long PayloadBytes, long RecordBytes, long Repeats, int BitsFlipped, long Sessions);

/// <summary>The protocol's own dock, session and link, on a line of 115,200 baud between it and a real gateway's pseudo-terminal.</summary>
internal sealed class PacedDock
{
    public const int BitsPerSecond = 115_200;
    public const string Name = "dock-1";
    public const string Device = "X29000001";

    private static readonly LogKey Log = new(Device, LogKind.Event, default);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly SerialLink link = new(0, BitsPerSecond);
    private readonly DockSession session;
    private readonly PacedLine up;
    private readonly PacedLine down;
    private readonly FileStream terminal;
    private readonly ConcurrentQueue<byte[]> heard = new();
    private readonly uint records;
    private long payloadBytes;
    private double firstMs;

    public PacedDock(FileStream terminal, double bitErrorRate, int seed, uint records)
    {
        (this.terminal, this.records) = (terminal, records);
        (up, down) = (new(BitsPerSecond, bitErrorRate, seed), new(BitsPerSecond, bitErrorRate, seed + 1));
        session = new DockSession(new DockIdentity(new("kent", "maidstone", Name), Transport.Serial, 7, "", ""));
        new Thread(Listen) { IsBackground = true, Name = "line" }.Start();
    }

    public async Task<Upload> RunAsync(TimeSpan patience)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        session.Connected((ulong)Stopwatch.GetTimestamp() | 1, Now);
        while (session.RecordsAcked < records)
        {
            if (clock.Elapsed > patience)
            {
                throw new TimeoutException($"{session.RecordsAcked} of {records} records were acked within {patience}.");
            }
            Turn();
            await beat.WaitForNextTickAsync();
        }
        var seconds = (clock.Elapsed.TotalMilliseconds - firstMs) / 1_000;
        return new Upload(
            seconds,
            payloadBytes,
            records * EventRecord.Bytes,
            session.Repeats,
            up.Flipped + down.Flipped,
            session.SessionsBegun
        );
    }

    private SessionTime Now => new((ulong)clock.Elapsed.Ticks * 100, 0);

    private void Turn()
    {
        var now = Now;
        while (heard.TryDequeue(out var bytes))
        {
            down.Write(bytes, clock.Elapsed.TotalMilliseconds);
        }
        ReadOnlySpan<byte> arrived = down.Read(clock.Elapsed.TotalMilliseconds);
        while (link.Receive(ref arrived, now.Ms) is { Status: not DeframerStatus.NeedsMore } found)
        {
            if (found.Status == DeframerStatus.Frame)
            {
                session.Receive(found.Frame, now);
            }
        }
        session.Tick(now);
        DoDuties();
        Upload();
        while (link.IsReady(now.Ms) && session.TryTake(out Outgoing outgoing))
        {
            link.Send(outgoing.Frame);
            var output = link.Output(now.Ms);
            up.Write(output, clock.Elapsed.TotalMilliseconds);
            link.Written(output.Length, now.Ms);
            Upload();
        }
        terminal.Write(up.Read(clock.Elapsed.TotalMilliseconds));
    }

    private void DoDuties()
    {
        while (session.TryTake(out DockDuty? duty))
        {
            if (duty is DockDuty.Begun)
            {
                var held = SequenceRanges.Of(new SequenceRange(0, records));
                session.Offer(new Docked(Log, DockedFlags.None, 64, held, "", "X2", ""));
            }
            else if (duty is DockDuty.SignHello sign)
            {
                session.Signed(sign.Hello);
            }
        }
    }

    private void Upload()
    {
        Span<byte> frame = stackalloc byte[Limits.SerialFrameBytesMax];
        while (session.Room && session.NextWanted is { } wanted)
        {
            firstMs = firstMs == 0 ? clock.Elapsed.TotalMilliseconds : firstMs;
            var header = new RecordBatchHeader(Log, wanted.Range.First, "", "X2", "", StampUnit.Seconds, 0, 0, 64, 0, 0);
            var writer = new RecordBatchWriter(frame, session.PayloadBytesMax, header);
            var count = 0u;
            while (count < wanted.Range.Count && writer.TryAdd(RecordAt(wanted.Range.First + count)))
            {
                count++;
            }
            var bytes = writer.Finish(session.Session, session.NextNumber);
            payloadBytes += bytes - FrameHeader.Bytes - FrameHeader.CheckBytes;
            session.NumberFrame(frame[..bytes].ToArray(), count);
            session.Took(count);
        }
    }

    private void Listen()
    {
        var buffer = new byte[4_096];
        try
        {
            for (var count = terminal.Read(buffer); count > 0; count = terminal.Read(buffer))
            {
                heard.Enqueue(buffer[..count]);
            }
        }
        catch (IOException)
        {
            // the line was taken away: the run is over
        }
    }

    private static EventRecord RecordAt(ulong sequence) =>
        new(
            1_700_000_000 + sequence,
            (uint)(sequence * 1_000),
            (EventCode)(1 + (sequence % 3)),
            EventFlags.None,
            5_000,
            (uint)(sequence / 3),
            0b_011_010,
            215,
            80,
            0,
            0
        );
}
