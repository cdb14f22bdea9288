using TaserTelemetry.FirmwareProtocol.Frames;

namespace TaserTelemetry.FirmwareProtocol.Messages;

/// <summary>A message of SPEC clause 8: reads and writes its own payload. Values only; a decoded one is not thereby believed.</summary>
/// <typeparam name="TSelf">The message itself.</typeparam>
public interface IMessage<TSelf>
    where TSelf : struct, IMessage<TSelf>
{
    /// <summary>The type that its frame's header carries.</summary>
    static abstract MessageType Type { get; }

    /// <summary>Reads the payload. What is wrong is kept in the reader.</summary>
    static abstract TSelf Read(ref PayloadReader reader);

    /// <summary>Writes the payload.</summary>
    void Write(ref PayloadWriter writer);
}
