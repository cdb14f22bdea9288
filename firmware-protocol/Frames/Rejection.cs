namespace TaserTelemetry.FirmwareProtocol.Frames;

/// <summary>Why bytes were not taken, and where (SPEC clause 14). The default value means that they were.</summary>
/// <param name="Reason">From the closed list; <see cref="Reason.None"/> = not rejected.</param>
/// <param name="Offset">Byte from the start of the frame (or of the bytes handed in, where there was no frame).</param>
public readonly record struct Rejection(Reason Reason, int Offset)
{
    /// <summary>Whether nothing was rejected.</summary>
    public bool IsNone => Reason == Reason.None;
}
