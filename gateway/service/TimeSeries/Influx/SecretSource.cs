namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>Reads a secret at the moment of its use, so that a rotated one is taken without a restart. It is never kept or logged.</summary>
internal static class SecretSource
{
    private const int BytesMax = 4_096;

    /// <summary>The secret, or null with a fault that names where it was looked for and not what it is.</summary>
    public static string? Read(string from, out string fault)
    {
        fault = "";
        if (from.StartsWith("env:", StringComparison.Ordinal))
        {
            var value = Environment.GetEnvironmentVariable(from[4..]);
            fault = string.IsNullOrEmpty(value) ? $"The variable {from[4..]} named by secretFrom is not set." : "";
            return string.IsNullOrEmpty(value) ? null : value;
        }
        var path = from;
        if (from.StartsWith("credential:", StringComparison.Ordinal))
        {
            var folder = Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY");
            if (folder is null)
            {
                fault = $"secretFrom is {from}, but systemd has handed over no credentials (LoadCredential=).";
                return null;
            }
            path = Path.Combine(folder, from["credential:".Length..]);
        }
        try
        {
            var length = new FileInfo(path).Length;
            var secret = length <= BytesMax ? File.ReadAllText(path).Trim() : "";
            fault = secret.Length == 0 ? $"The file {path} named by secretFrom is empty or longer than {BytesMax} bytes." : "";
            return secret.Length == 0 ? null : secret;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            fault = $"The file named by secretFrom cannot be read: {unreadable.Message}";
            return null;
        }
    }
}
