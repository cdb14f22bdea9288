namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>Rules between the settings of the stores; every fault is collected, none throws.</summary>
internal static class TimeSeriesRules
{
    public static void Check(TimeSeriesSettings settings, List<string> faults)
    {
        var influx = settings.Influx;
        if (influx.Url.Length == 0)
        {
            return;
        }
        const string At = "timeSeries:influx:";
        if (!Uri.TryCreate(influx.Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            faults.Add($"{At}url must be http://HOST:PORT or https://HOST:PORT, not '{influx.Url}'.");
        }
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0)
        {
            faults.Add($"{At}url must hold no user, password or query; use {At}user and {At}secretFrom.");
        }
        else if (url.Scheme == "http" && influx.SecretFrom.Length > 0 && !url.IsLoopback)
        {
            faults.Add($"{At}secretFrom with http:// would send the secret in the clear; use https://.");
        }
        if (influx.Database.Length == 0)
        {
            faults.Add($"{At}database is needed: the {(influx.Api == InfluxApi.V2 ? "bucket" : "database")} that points go to.");
        }
        if (influx.Api == InfluxApi.V2 && influx.Organisation.Length == 0)
        {
            faults.Add($"{At}organisation is needed with api v2.");
        }
        if (influx.Api != InfluxApi.V1 && (influx.User.Length > 0 || influx.RetentionPolicy.Length > 0))
        {
            faults.Add($"{At}user and {At}retentionPolicy belong to api v1.");
        }
        if (influx.User.Length > 0 && influx.SecretFrom.Length == 0)
        {
            faults.Add($"{At}user needs {At}secretFrom.");
        }
        if (influx.CaFile.Length > 0 && !File.Exists(influx.CaFile))
        {
            faults.Add($"{At}caFile: there is no file {influx.CaFile}.");
        }
    }
}
