namespace TaserTelemetry.Gateway.Ingest.Doors;

/// <summary>
/// Follows the MQTT packets in a byte stream and refuses a remaining length above the limit before anything is allocated for it
/// (wire 22): the library behind allocates what the length field says, up to 256 MB, for a sender that has not even logged in.
/// </summary>
// open: it moves along its one connection, inside which it lives without an object of its own
internal struct PacketGuard(int remainingLengthMax)
{
    private const int LengthBytesMax = 4;
    private long bodyLeft;
    private int lengthBytes;
    private long length;
    private bool inLength;

    /// <summary>Bytes of a packet's body accepted: 1 KiB before CONNACK, the message limit after it.</summary>
    public int RemainingLengthMax { get; set; } = remainingLengthMax;

    /// <summary>False when the bytes contain a packet longer than allowed, or a length that is none: close the connection.</summary>
    public bool Accept(ReadOnlySpan<byte> untrusted)
    {
        while (!untrusted.IsEmpty)
        {
            if (bodyLeft > 0)
            {
                var skipped = (int)Math.Min(bodyLeft, untrusted.Length);
                bodyLeft -= skipped;
                untrusted = untrusted[skipped..];
            }
            else if (!inLength)
            {
                (inLength, lengthBytes, length) = (true, 0, 0);
                untrusted = untrusted[1..];
            }
            else
            {
                length |= (long)(untrusted[0] & 0x7f) << (7 * lengthBytes++);
                var more = (untrusted[0] & 0x80) != 0;
                untrusted = untrusted[1..];
                if (length > RemainingLengthMax || (more && lengthBytes == LengthBytesMax))
                {
                    return false;
                }
                if (!more)
                {
                    (inLength, bodyLeft) = (false, length);
                }
            }
        }
        return true;
    }
}
