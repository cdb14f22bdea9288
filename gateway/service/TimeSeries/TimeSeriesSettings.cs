using System.ComponentModel.DataAnnotations;

namespace TaserTelemetry.Gateway.TimeSeries;

/// <summary>The derived stores that follow the journal. Deleting any of them loses nothing.</summary>
internal sealed class TimeSeriesSettings
{
    /// <summary>The embedded store, DATA/store.duckdb.</summary>
    public DuckDbSettings DuckDb { get; set; } = new();

    /// <summary>An InfluxDB server; used when its url is given.</summary>
    public InfluxSettings Influx { get; set; } = new();

    /// <summary>Hours between two counts of journal against stores; 0 = only on request.</summary>
    [Range(0, 8_760)]
    public int CountEveryHours { get; set; } = 24;
}

/// <summary>The embedded store. DuckDB's own defaults are most of the machine's memory and access to the network.</summary>
internal sealed class DuckDbSettings
{
    /// <summary>Whether the embedded store is kept.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Memory DuckDB may use, in MiB.</summary>
    [Range(64, 4_096)]
    public int MemoryMebibytes { get; set; } = 96;

    /// <summary>What one query may spill to the temporary folder, in MiB.</summary>
    [Range(16, 65_536)]
    public int TemporaryMebibytes { get; set; } = 1_024;
}

/// <summary>Which write API the server speaks.</summary>
internal enum InfluxApi
{
    /// <summary>InfluxDB 1.x: /write with a database and a retention policy.</summary>
    V1,

    /// <summary>InfluxDB 2.x: /api/v2/write with an organisation and a bucket.</summary>
    V2,

    /// <summary>InfluxDB 3: /api/v3/write_lp with a database.</summary>
    V3,
}

/// <summary>One InfluxDB server. Secrets are named by where they are read from, never written here.</summary>
internal sealed class InfluxSettings
{
    /// <summary>http://HOST:PORT or https://HOST:PORT; empty = no InfluxDB.</summary>
    public string Url { get; set; } = "";

    /// <summary>Which write API.</summary>
    public InfluxApi Api { get; set; } = InfluxApi.V1;

    /// <summary>Database (v1, v3) or bucket (v2).</summary>
    public string Database { get; set; } = "";

    /// <summary>Retention policy (v1); empty = the database's default one.</summary>
    public string RetentionPolicy { get; set; } = "";

    /// <summary>Organisation (v2).</summary>
    public string Organisation { get; set; } = "";

    /// <summary>User name (v1); empty = none.</summary>
    public string User { get; set; } = "";

    /// <summary>Where the password (v1) or token (v2, v3) is read: a file, credential:NAME of systemd, or env:NAME; empty = none.</summary>
    public string SecretFrom { get; set; } = "";

    /// <summary>PEM file of the authority that signed the server's certificate; empty = the system's.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>Lines of one request at most.</summary>
    [Range(1, 100_000)]
    public int BatchLinesMax { get; set; } = 5_000;

    /// <summary>Bytes of one request at most, before compression. A server takes 25 MB by default.</summary>
    [Range(65_536, 16_777_216)]
    public int BatchBytesMax { get; set; } = 4_194_304;

    /// <summary>Requests waiting for their answer at most.</summary>
    [Range(1, 8)]
    public int RequestsInFlight { get; set; } = 2;

    /// <summary>Whether bodies are compressed.</summary>
    public bool Gzip { get; set; } = true;

    /// <summary>Seconds after which a request without an answer counts as an unknown outcome and is repeated.</summary>
    [Range(1, 600)]
    public int AnswerWithinSeconds { get; set; } = 30;

    /// <summary>Longest wait in seconds between two attempts; a longer Retry-After of the server is cut to it.</summary>
    [Range(1, 3_600)]
    public int WaitSecondsMax { get; set; } = 60;

    /// <summary>MiB of lines refused by the server that DATA/refused holds; when it is full the writer stops and says so.</summary>
    [Range(1, 65_536)]
    public int RefusedMebibytesMax { get; set; } = 256;
}
