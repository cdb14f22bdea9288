using System.Net.Sockets;

namespace TaserTelemetry.Gateway.Hosting;

/// <summary>The gateway cannot start, for a reason an operator can mend. Its message says what to do; it is shown without a stack.</summary>
internal sealed class StartRefusedException : Exception
{
    public StartRefusedException(string message)
        : base(message) { }

    public StartRefusedException(string message, Exception cause)
        : base(message, cause) { }

    public StartRefusedException() { }

    public static StartRefusedException Listen(string setting, string address, SocketException refused) =>
        new(
            refused.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    $"{setting} {address} is in use by another process. Stop that one, or set {setting} to another address.",
                SocketError.AccessDenied => $"{setting} {address} needs a right this user does not have. Use a port above 1023.",
                SocketError.AddressNotAvailable => $"{setting} {address} is no address of this machine.",
                _ => $"{setting} {address} cannot be listened on: {refused.Message}",
            },
            refused
        );
}
