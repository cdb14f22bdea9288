using System.Text.Json;

namespace TaserTelemetry.Gateway.TimeSeries.Influx;

/// <summary>
/// A server that takes line protocol: the one narrow opening through which points leave. The three HTTP APIs stand behind it; a
/// vendor's client library could stand there too.
/// </summary>
internal interface ILineTarget
{
    /// <summary>What the target is called in logs, health and DATA/refused: never holds a secret.</summary>
    string Name { get; }

    /// <summary>Sends a body of whole lines once and judges the answer. Throws only when cancelled.</summary>
    Task<WriteAnswer> WriteAsync(ReadOnlyMemory<byte> body, int lines, CancellationToken cancel);

    /// <summary>Asks the server who it is and whether it can take points as old as the given one. Throws only when cancelled.</summary>
    Task<ProbeReport> ProbeAsync(DateTimeOffset oldestPoint, CancellationToken cancel);

    /// <summary>Deletes a device's event points between two times, both included. False = this server has no way, and they stay. Throws only when cancelled.</summary>
    Task<(bool CanDelete, string Fault)> DeleteAsync(string device, long fromNs, long toNs, CancellationToken cancel) =>
        Task.FromResult((false, ""));

    /// <summary>Runs an InfluxQL query. Throws only when cancelled.</summary>
    Task<QueryAnswer> QueryAsync(string influxQl, CancellationToken cancel);
}

/// <summary>One result of a query: its series, or why there are none.</summary>
/// <param name="Series">Each with name, tags, columns and values; empty when nothing matched.</param>
/// <param name="Fault">Empty, or the server's words.</param>
/// <param name="Answered">False when the server could not be asked or speaks no InfluxQL.</param>
internal sealed record QueryAnswer(IReadOnlyList<JsonElement> Series, string Fault, bool Answered);

/// <summary>What a check at the start found.</summary>
internal enum ProbeFinding
{
    /// <summary>As it should be.</summary>
    Good,

    /// <summary>This server gives no way to ask.</summary>
    NotAsked,

    /// <summary>Works, but some points will be refused.</summary>
    Warning,

    /// <summary>No point can be written until a person changes something.</summary>
    Fault,

    /// <summary>The server does not answer.</summary>
    Away,
}

/// <summary>One check: what was asked, what was found, and in words what to do.</summary>
internal sealed record ProbeLine(string Check, ProbeFinding Finding, string Words);

/// <summary>All checks of one probe, in order; it ends at the first fault.</summary>
internal sealed record ProbeReport(IReadOnlyList<ProbeLine> Lines)
{
    public ProbeFinding Worst => Lines.Count == 0 ? ProbeFinding.NotAsked : Lines.Max(line => line.Finding);

    public override string ToString() => string.Join("; ", Lines.Select(line => $"{line.Check}: {line.Words}"));
}
