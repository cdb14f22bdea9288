using MQTTnet;
using MQTTnet.Exceptions;

namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// All that one connection to an external broker writes. One writer for PUBACKs and for messages to docks: two would hand the library's lock to
/// and fro packet by packet, and PUBACKs fell behind for as long as docks sent (measured). Each turn first writes the PUBACKs that are due. So no
/// dock has its ack, and with it new credit, before the broker has the PUBACK: what is owed stays within what docks may have in flight. A
/// message's bytes are owed until its PUBACK is written, because until then the library's objects hold them.
/// </summary>
internal sealed class BrokerWriter(ExternalBroker door, CancellationTokenSource ended, Func<Task> flush)
{
    private readonly PubackOrder<OwedMessage> pubacks = new();

    /// <summary>No PUBACK is owed.</summary>
    public bool IsEmpty => pubacks.Count == 0;

    /// <summary>A message came, whose bytes the door owes already.</summary>
    public PubackOrder<OwedMessage>.Owed Came(MqttApplicationMessageReceivedEventArgs came, int costBytes) =>
        pubacks.Came(new OwedMessage(came, costBytes));

    /// <summary>Its PUBACK may leave, in its turn.</summary>
    public void IsDue(PubackOrder<OwedMessage>.Owed slot)
    {
        if (!pubacks.IsDue(slot))
        {
            door.Owe(-slot.Message.CostBytes);
        }
    }

    /// <summary>The connection is over: the broker delivers again whatever is owed.</summary>
    public void End() => door.Owe(-pubacks.End().Sum(left => (long)left.CostBytes));

    /// <summary>Writes until the connection ends, or until nothing is owed on one that is being left.</summary>
    public async Task RunAsync(Func<(string Topic, ReadOnlyMemory<byte> Frames), Task> say, Func<bool> isBeingLeft)
    {
        try
        {
            var due = pubacks.WaitAsync(ended.Token).AsTask();
            var toSay = door.Outgoing.WaitToReadAsync(ended.Token).AsTask();
            while (true)
            {
                await Task.WhenAny(due, toSay);
                if (due.IsCompleted)
                {
                    await due;
                    due = pubacks.WaitAsync(ended.Token).AsTask();
                }
                var says = door.Outgoing.Count; // counted first: the PUBACKs of what these answer are due
                await AckAsync();
                await SayAsync(say, says);
                if (toSay.IsCompleted)
                {
                    await toSay;
                    toSay = door.Outgoing.WaitToReadAsync(ended.Token).AsTask();
                }
                if (isBeingLeft() && IsEmpty)
                {
                    await ended.CancelAsync();
                }
            }
        }
        catch (Exception broken) when (IsOver(broken))
        {
            await ended.CancelAsync();
        }
    }

    /// <summary>Writes the PUBACKs that are due now; those that become due meanwhile have the next turn.</summary>
    private async Task AckAsync()
    {
        for (var owed = pubacks.Count; owed > 0 && pubacks.TryNext(out var next); owed--)
        {
            try
            {
                await next.Came.AcknowledgeAsync(ended.Token);
            }
            finally
            {
                door.Owe(-next.CostBytes);
            }
        }
        await flush();
    }

    private async Task SayAsync(Func<(string Topic, ReadOnlyMemory<byte> Frames), Task> say, int says)
    {
        var taken = 0;
        try
        {
            while (taken < says && door.Outgoing.TryRead(out var said))
            {
                taken++;
                await say(said);
            }
            await flush();
        }
        finally
        {
            door.Said(taken);
        }
    }

    // An ack while disconnected is a NullReferenceException in the library (tried): every failure here means that the connection is over.
    private static bool IsOver(Exception broken) =>
        broken
            is OperationCanceledException
                or MqttCommunicationException
                or MqttClientNotConnectedException
                or InvalidOperationException
                or NullReferenceException
                or System.Net.Sockets.SocketException
                or IOException;
}

/// <summary>A message on an external broker's connection and the bytes it counts for until its PUBACK is written.</summary>
internal readonly record struct OwedMessage(MqttApplicationMessageReceivedEventArgs Came, int CostBytes);
