namespace TaserTelemetry.Gateway.Hosting;

/// <summary>Another process holds DATA; its number is in the message.</summary>
internal sealed class DataInUseException : Exception
{
    public DataInUseException(string data, string holder)
        : base($"{data} is in use by process {holder}. Stop that one, or ask it over its control socket.") { }

    public DataInUseException(string message)
        : base(message) { }

    public DataInUseException(string message, Exception cause)
        : base(message, cause) { }

    public DataInUseException() { }
}
