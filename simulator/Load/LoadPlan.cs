namespace TaserTelemetry.Simulator.Load;

/// <summary>What load to make.</summary>
/// <param name="RecordsPerBatch">1 to as many as a frame holds (about 200).</param>
/// <param name="RatePerSecond">Messages a second over all docks; 0 = as fast as credit allows.</param>
/// <param name="MessagesPerDock">A dock ends after so many; 0 = it goes on for the whole duration.</param>
internal sealed record LoadPlan(
    string Host,
    int Port,
    string User,
    string Password,
    string Force,
    string Armoury,
    string DockPrefix,
    int Docks,
    int RecordsPerBatch,
    double RatePerSecond,
    TimeSpan Duration,
    long MessagesPerDock
);

/// <summary>What it came to. Latencies are from the time a message was due to be sent to its durable ack, in microseconds.</summary>
internal sealed record LoadResult(
    int Docks,
    long MessagesSent,
    long MessagesAcked,
    long RecordsAcked,
    long PayloadBytesAcked,
    long MessagesNotStored,
    long DownMessages,
    double Seconds,
    HdrHistogram.LongHistogram LatencyMicroseconds,
    IReadOnlyList<string> Troubles
);
