using System.Globalization;
using DuckDB.NET.Data;
using TaserTelemetry.FirmwareProtocol.Records;

namespace TaserTelemetry.Gateway.TimeSeries.Embedded;

/// <summary>
/// The embedded store, one DuckDB file: one writer, any number of readers inside the gateway, nobody outside it (a second process
/// cannot open the file). The position reached is a row in the same transaction as the events, so the file always knows what it
/// holds. Derived: a damaged or missing file is begun anew and filled from the journal.
/// </summary>
internal sealed class DuckStore : ISeriesStore, IDisposable
{
    /// <summary>Events of one transaction while catching up: large enough for the rate, small enough for the memory limit.</summary>
    public const int EventsPerTransaction = 65_536;

    /// <summary>The plain reason: a new DATA folder, or a file that somebody deleted.</summary>
    public const string NoFile = "there was no file";

    private readonly DuckDBConnection _writer;
    private readonly string _connectionString;
    private DuckDBTransaction? _open;
    private DuckDBAppender? _events;
    private DuckDBAppender? _deliveries;
    private DuckDBAppender? _facts;
    private DuckDBAppender? _pulses;
    private int _eventsOpen;
    private ulong _reached;

    private DuckStore(DuckDBConnection writer, string connectionString, string rebuiltBecause)
    {
        _writer = writer;
        _connectionString = connectionString;
        RebuiltBecause = rebuiltBecause;
        NextLeaf = ReadNextLeaf(writer);
    }

    /// <summary>Leaf index that follows the last journal record in the file.</summary>
    public ulong NextLeaf { get; private set; }

    /// <summary>Empty, or why the file was begun anew.</summary>
    public string RebuiltBecause { get; }

    /// <summary>Opens the file, or begins it anew when it is missing, damaged, of another version or of another journal.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">Its limits.</param>
    /// <param name="journal">The ledger's origin: a store filled from another journal is not ours.</param>
    public static DuckStore Open(string path, DuckDbSettings settings, string journal)
    {
        var text = ConnectionString(path, settings);
        var because = File.Exists(path) ? "" : NoFile;
        if (because.Length == 0)
        {
            try
            {
                return new DuckStore(OpenExisting(text, journal), text, "");
            }
            catch (DuckDBException damaged)
            {
                because = damaged.Message.ReplaceLineEndings(" ");
            }
            catch (InvalidDataException foreign)
            {
                because = foreign.Message;
            }
        }
        Delete(path);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var writer = new DuckDBConnection(text);
        writer.Open();
        Execute(writer, "BEGIN; " + DuckSchema.Create());
        using (var position = writer.CreateCommand())
        {
            position.CommandText = "INSERT INTO store VALUES ($version, 0, $journal)";
            position.Parameters.Add(new DuckDBParameter("version", DuckSchema.Version));
            position.Parameters.Add(new DuckDBParameter("journal", journal));
            position.ExecuteNonQuery();
        }
        Execute(writer, "COMMIT");
        return new DuckStore(writer, text, because);
    }

    /// <summary>Removes the file and what DuckDB keeps beside it.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(path + ".wal");
        if (Directory.Exists(path + ".tmp"))
        {
            Directory.Delete(path + ".tmp", recursive: true);
        }
    }

    /// <summary>A connection for one reader; readers see whole transactions and do not wait for the writer.</summary>
    public DuckDBConnection OpenReader()
    {
        var reader = new DuckDBConnection(_connectionString);
        reader.Open();
        return reader;
    }

    public ValueTask AcceptAsync(SeriesSource source, ReadOnlyMemory<SeriesEvent> events, CancellationToken cancel)
    {
        Begin();
        AppendDelivery(_deliveries!.CreateRow(), source);
        foreach (ref readonly var happened in events.Span)
        {
            AppendEvent(_events!.CreateRow(), source.LeafIndex, happened);
        }
        _eventsOpen += events.Length;
        return ValueTask.CompletedTask;
    }

    public ValueTask AcceptAsync(SeriesFact fact, CancellationToken cancel)
    {
        Begin();
        AppendFact(_facts!.CreateRow(), fact);
        if (fact.Pulses is { } pulses)
        {
            AppendPulses(_pulses!.CreateRow(), fact, pulses);
        }
        _eventsOpen++;
        return ValueTask.CompletedTask;
    }

    public ValueTask ReachedAsync(ulong nextLeaf, CancellationToken cancel)
    {
        _reached = nextLeaf;
        return _eventsOpen >= EventsPerTransaction ? FlushAsync(cancel) : ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancel)
    {
        if (_reached > NextLeaf)
        {
            Begin();
            Commit();
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose()
    {
        // What is not committed is still in the journal.
        CloseAppenders();
        _open?.Dispose();
        _writer.Dispose();
    }

    private void Begin()
    {
        if (_open is not null)
        {
            return;
        }
        _open = _writer.BeginTransaction();
        _events = _writer.CreateAppender("event_rows");
        _deliveries = _writer.CreateAppender("deliveries");
        _facts = _writer.CreateAppender("facts");
        _pulses = _writer.CreateAppender("pulses");
    }

    private void Commit()
    {
        CloseAppenders();
        using (var position = _writer.CreateCommand())
        {
            position.CommandText = "UPDATE store SET next_leaf = $next";
            position.Parameters.Add(new DuckDBParameter("next", _reached));
            position.ExecuteNonQuery();
        }
        _open!.Commit();
        _open.Dispose();
        _open = null;
        _eventsOpen = 0;
        NextLeaf = _reached;
    }

    private void CloseAppenders()
    {
        _events?.Dispose();
        _deliveries?.Dispose();
        _facts?.Dispose();
        _pulses?.Dispose();
        (_events, _deliveries, _facts, _pulses) = (null, null, null, null);
    }

    private static void AppendDelivery(IDuckDBAppenderRow row, SeriesSource source)
    {
        var measured = source.ClockQuality != "none";
        row.AppendValue(source.LeafIndex)
            .AppendValue(source.Force)
            .AppendValue(source.Armoury)
            .AppendValue(source.Dock)
            .AppendValue(source.Device)
            .AppendValue(OrNull(source.Model))
            .AppendValue(OrNull(source.Carrier))
            .AppendValue(EventNames.Of(source.Log))
            .AppendValue(source.Epoch.Number)
            .AppendValue(source.Epoch.Incarnation)
            .AppendValue((long)source.ReceivedNs)
            .AppendValue(measured ? source.ClockOffsetNs : null)
            .AppendValue(measured ? source.ClockBoundNs : null)
            .AppendValue(source.ClockQuality)
            .AppendValue(source.Grade)
            .AppendValue(source.Marks)
            .EndRow();
    }

    private static void AppendEvent(IDuckDBAppenderRow row, ulong leaf, in SeriesEvent happened)
    {
        var record = happened.Record;
        row.AppendValue(leaf).AppendValue(happened.Sequence).AppendValue(happened.PointTimeNs).AppendValue(happened.TimeFromDevice);
        row.AppendValue(record.Stamp == EventRecord.StampAbsent ? null : record.Stamp)
            .AppendValue(record.MonotonicMs)
            .AppendValue((ushort)record.Code)
            .AppendValue((ushort)record.Flags)
            .AppendValue(record.DurationMs)
            .AppendValue(record.ArmedSession)
            .AppendValue(record.Bays)
            .AppendValue(record.TemperatureDeciC == EventRecord.TemperatureAbsent ? null : record.TemperatureDeciC)
            .AppendValue(record.BatteryPercent == EventRecord.ByteAbsent ? null : record.BatteryPercent)
            .AppendValue(record.Bay == EventRecord.ByteAbsent ? null : record.Bay)
            .AppendValue(record.Argument)
            .EndRow();
    }

    private static void AppendFact(IDuckDBAppenderRow row, SeriesFact fact) =>
        row.AppendValue(fact.LeafIndex)
            .AppendValue(fact.PointTimeNs)
            .AppendValue(SeriesFact.NameOf(fact.Kind))
            .AppendValue(fact.State)
            .AppendValue(OrNull(fact.Force))
            .AppendValue(OrNull(fact.Armoury))
            .AppendValue(OrNull(fact.Dock))
            .AppendValue(OrNull(fact.Device))
            .AppendValue(fact.First)
            .AppendValue(fact.Count)
            .AppendValue(fact.Bytes)
            .AppendValue(fact.OffsetNs)
            .AppendValue(fact.BoundNs)
            .AppendValue(fact.Source is { } source ? EventNames.Of(source.Log) : null)
            .AppendValue(fact.Source?.Epoch.Number)
            .AppendValue(fact.Source?.Epoch.Incarnation)
            .EndRow();

    private static void AppendPulses(IDuckDBAppenderRow row, SeriesFact fact, in PulseTotals pulses)
    {
        row.AppendValue(fact.LeafIndex)
            .AppendValue(fact.PointTimeNs)
            .AppendValue(fact.Device)
            .AppendValue(fact.First)
            .AppendValue(fact.Part);
        row.AppendValue(pulses.FirstPulse).AppendValue(pulses.Count).AppendValue(pulses.SpanUs).AppendValue(pulses.ChargeNc.Times);
        var (charge, peak, arc) = (pulses.ChargeNc, pulses.PeakV, pulses.ArcV);
        row.AppendValue(charge.Times == 0 ? null : charge.Sum)
            .AppendValue(Known(charge, charge.Least))
            .AppendValue(Known(charge, charge.Greatest))
            .AppendValue(Known(peak, peak.Least))
            .AppendValue(Known(peak, peak.Greatest))
            .AppendValue(Known(arc, arc.Least))
            .AppendValue(Known(arc, arc.Greatest))
            .EndRow();
    }

    private static int? Known(in Measured measured, int value) => measured.Times == 0 ? null : value;

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static DuckDBConnection OpenExisting(string connectionString, string journal)
    {
        var writer = new DuckDBConnection(connectionString);
        try
        {
            writer.Open();
            var (version, of) = ReadIdentity(writer);
            if (version != DuckSchema.Version || of != journal)
            {
                throw new InvalidDataException(
                    of == journal
                        ? $"the file is of version {version}, this gateway writes {DuckSchema.Version}"
                        : "the file was filled from another journal"
                );
            }
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private static (int Version, string Journal) ReadIdentity(DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT version, journal FROM store";
        using var reader = command.ExecuteReader();
        return reader.Read() ? (reader.GetInt32(0), reader.GetString(1)) : (0, "");
    }

    private static ulong ReadNextLeaf(DuckDBConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT next_leaf FROM store";
        using var reader = command.ExecuteReader();
        return reader.Read() ? reader.GetFieldValue<ulong>(0) : 0;
    }

    private static void Execute(DuckDBConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    /// <summary>Everything bounded and nothing fetched: DuckDB's own defaults are most of the machine's memory and the network (tried).</summary>
    private static string ConnectionString(string path, DuckDbSettings settings) =>
        new DuckDBConnectionStringBuilder
        {
            DataSource = path,
            MemoryLimit = string.Create(CultureInfo.InvariantCulture, $"{settings.MemoryMebibytes}MiB"),
            Threads = 1,
            TempDirectory = path + ".tmp",
            MaxTempDirectorySize = string.Create(CultureInfo.InvariantCulture, $"{settings.TemporaryMebibytes}MiB"),
            AutoloadKnownExtensions = false,
            AutoinstallKnownExtensions = false,
            AllowCommunityExtensions = false,
            AllowPersistentSecrets = false,
            PreserveInsertionOrder = false,
            LockConfiguration = true,
        }.ToString();
}
