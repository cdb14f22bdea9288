using TaserTelemetry.FirmwareProtocol.Records;
using TaserTelemetry.Reconciler.Configuration;
using TaserTelemetry.Reconciler.Inputs;
using TaserTelemetry.Reconciler.Time;

namespace TaserTelemetry.Reconciler.Analysis;

/// <summary>Walks one device's entries in order of sequence and writes down what matters in its history.</summary>
internal sealed class DeviceReader
{
    private readonly DeviceHistory _history;
    private readonly StoredEntry[] _entries;
    private readonly DeviceClock _clock;
    private readonly RuleSet _rules;
    private readonly LogOddities _oddities;
    private ArmedSession? _session;
    private uint _bays;
    private long _lastSetNs = long.MinValue;
    private EventCode _lastCode;
    private readonly List<NotableEvent> _pendingDeployments = [];

    private DeviceReader(DeviceHistory history, StoredEntry[] entries, DeviceClock clock, RuleSet rules) =>
        (_history, _entries, _clock, _rules, _oddities) = (history, entries, clock, rules, new LogOddities(history, entries, clock, rules));

    /// <summary>Reads all logs of a device into its history.</summary>
    public static void Read(DeviceHistory history, StoredEntry[] entries, IEnumerable<ClockComparison> comparisons, RuleSet rules)
    {
        var batches = history.Batches;
        var pulses = Array.FindAll(entries, e => batches[e.Batch].Log == LogKind.Pulse);
        var events = pulses.Length == 0 ? entries : Array.FindAll(entries, e => batches[e.Batch].Log == LogKind.Event);
        if (pulses.Length == 0 && Array.Exists(entries, e => batches[e.Batch].Log != LogKind.Event))
        {
            events = Array.FindAll(entries, e => batches[e.Batch].Log == LogKind.Event);
        }

        events = EntryOrder.Sort(history, events);
        history.HasLog = events.Length > 0;
        history.Entries = events.Length;
        var clock = new DeviceClock(history, events, comparisons);
        new DeviceReader(history, events, clock, rules).Walk();
        PulseReader.Read(history, EntryOrder.Sort(history, pulses), clock, events);
    }

    private void Walk()
    {
        int runStart = 0;
        for (int i = 0; i < _entries.Length; i++)
        {
            if (i > 0 && !Continues(i))
            {
                EndRun(runStart, i - 1);
                runStart = i;
                EndSession();
                _bays = 0;
                _oddities.Forget();
            }

            Visit(i);
        }

        if (_entries.Length > 0)
        {
            EndRun(runStart, _entries.Length - 1);
        }

        EndSession();
        SplitCycles.Merge(_history);
    }

    private bool Continues(int i) =>
        _entries[i].Sequence == _entries[i - 1].Sequence + 1
        && (
            _entries[i].Batch == _entries[i - 1].Batch
            || _history.Batches[_entries[i].Batch].Epoch == _history.Batches[_entries[i - 1].Batch].Epoch
        );

    private void EndRun(int first, int last)
    {
        (ulong firstReceived, ulong received) = (ulong.MaxValue, 0);
        int batch = -1;
        for (int i = first; i <= last; i++)
        {
            if (_entries[i].Batch != batch)
            {
                batch = _entries[i].Batch;
                received = Math.Max(received, _history.Batches[batch].ReceivedNs);
                firstReceived = Math.Min(firstReceived, _history.Batches[batch].ReceivedNs);
            }
        }

        _history.Runs.Add(
            new SequenceRun(
                _history.Batches[_entries[first].Batch].Epoch,
                Ref(first),
                Ref(last),
                _clock.At(first),
                _clock.At(last),
                firstReceived,
                received
            )
        );
        if (IsUnbounded(_history.Runs[^1].FirstAt) || IsUnbounded(_history.Runs[^1].LastAt))
        {
            FindBoundedParts(first, last);
        }
    }

    private bool IsUnbounded(TimeInterval at) => at.HalfWidthNs > _rules.TimeBoundMinutesMax * TimeInterval.MinuteNs;

    /// <summary>A clock that was lost before the first comparison, or after the last, takes the time of those records alone.</summary>
    private void FindBoundedParts(int first, int last)
    {
        int begin = -1;
        for (int i = first; i <= last + 1; i++)
        {
            bool bounded = i <= last && !IsUnbounded(_clock.At(i));
            if (bounded && begin < 0)
            {
                begin = i;
            }
            else if (!bounded && begin >= 0)
            {
                _history.BoundedParts.Add(
                    new BoundedPart(_history.Runs.Count - 1, _clock.At(begin), _clock.At(i - 1), begin == first, i > last)
                );
                begin = -1;
            }
        }
    }

    private void Visit(int i)
    {
        var e = _entries[i].Event;
        _oddities.Check(i, e);
        switch (e.Code)
        {
            case EventCode.Arm:
                EndSession();
                BeginSession(i, e, armLogged: true);
                break;
            case EventCode.Safe:
                Safe(i, e);
                break;
            case EventCode.Trigger or EventCode.Arc or EventCode.Reenergise or EventCode.Test:
                Activate(i, e);
                break;
            case EventCode.Deploy:
                Deploy(i, e);
                break;
            case EventCode.Connection:
                Connect(e);
                break;
            case EventCode.Light or EventCode.PowerSave or EventCode.SignalTransmit or EventCode.PulseBlock:
                break;
            default:
                Note(i, e);
                break;
        }

        _bays = e.Bays == 0 ? _bays : e.Bays;
        _lastCode = e.Code;
    }

    private void Note(int i, in EventRecord e)
    {
        var at = _clock.At(i);
        _history.Events.Add(
            new NotableEvent(
                e.Code,
                Ref(i),
                at,
                e.Argument,
                e.DurationMs,
                e.BatteryPercent,
                e.Bay,
                _session is null ? -1 : _history.Sessions.Count - 1
            )
        );
        if (e.Code is EventCode.TimeSync or EventCode.ClockReset)
        {
            long device = _clock.DeviceNs(i);
            long after =
                e.Argument < long.MaxValue / 4 / _history.Batches[_entries[i].Batch].StampUnitNs
                    ? (long)(e.Argument * _history.Batches[_entries[i].Batch].StampUnitNs)
                    : device;
            long since = _lastSetNs == long.MinValue || device == long.MinValue ? 0 : Math.Max(0, device - _lastSetNs);
            _history.ClockSteps.Add(
                new ClockStep(Ref(i), e.Code == EventCode.ClockReset, at, device == long.MinValue ? 0 : after - device, since, false)
            );
            // a setting after a loss says nothing of drift
            _lastSetNs = e.Code == EventCode.ClockReset ? long.MinValue : after;
        }
    }

    private void BeginSession(int i, in EventRecord e, bool armLogged)
    {
        var at = _clock.At(i);
        _session = new ArmedSession
        {
            First = Ref(i),
            Last = Ref(i),
            Start = at,
            EndNs = at.MiddleNs,
            BatteryPercent = e.BatteryPercent,
            ArmLogged = armLogged,
            FirstActivation = _history.Activations.Count,
        };
        _history.Sessions.Add(_session);
    }

    private void Safe(int i, in EventRecord e)
    {
        if (_session is null)
        {
            return;
        }

        _session.HasSafe = true;
        _session.ArmedMs = e.DurationMs;
        _session.Last = Ref(i);
        _session.EndNs = Math.Max(_session.EndNs, _session.Start.MiddleNs + e.DurationMs * 1_000_000L);
        EndSession();
    }

    private void EndSession()
    {
        if (_session is { HasSafe: true, ArmLogged: true } && _session.ActivationMs > _session.ArmedMs + 2 * Resolution())
        {
            _history.Anomalies.Add(
                new LogAnomaly(
                    AnomalyKind.ActivationsExceedArmed,
                    _session.First,
                    _session.Last,
                    _session.Start,
                    _session.ActivationMs - _session.ArmedMs
                )
            );
        }

        _session = null;
        _pendingDeployments.Clear();
    }

    private void Activate(int i, in EventRecord e)
    {
        var at = _clock.At(i);
        if (_session is null && _history.Model.HasArmRows && e.Code != EventCode.Test)
        {
            // a hole right before it may hold the ARM row: only a record that follows its neighbour says so
            if (i > 0 && Continues(i))
            {
                _history.Anomalies.Add(new LogAnomaly(AnomalyKind.ActivationOutsideSession, Ref(i), Ref(i), at, e.DurationMs));
            }
        }

        int deployed = _history.Model.HasDeployRows ? 0 : Deployments(_bays, e.Bays, _history.Model.Bays);
        var fired = TakePending();
        var activation = new Activation
        {
            Device = _history,
            Epoch = _history.Batches[_entries[i].Batch].Epoch,
            First = fired.Count > 0 ? fired[0].Record : Ref(i),
            Last = Ref(i),
            Code = e.Code,
            Flags = e.Flags,
            DurationMs = e.DurationMs,
            Start = at,
            Bay = e.Bay,
            Deployments = deployed + fired.Count,
            OnDeployed = e.Code == EventCode.Reenergise || (deployed == 0 && HasState(_bays, e.Bay, BayState.Deployed)),
            Loaded = HasState(_bays == 0 ? e.Bays : _bays, EventRecord.ByteAbsent, BayState.Live),
            Session = _session is null ? -1 : _history.Sessions.Count - 1,
            ResolutionMs = Resolution(i),
        };
        _history.Activations.Add(activation);
        if (_session is not null)
        {
            _session.Activations++;
            _session.Deployments += deployed;
            _session.ActivationMs += e.DurationMs;
            _session.Last = Ref(i);
            _session.EndNs = Math.Max(_session.EndNs, at.MiddleNs + e.DurationMs * 1_000_000L);
        }
    }

    private void Deploy(int i, in EventRecord e)
    {
        var at = _clock.At(i);
        var last = _history.Activations.Count > 0 ? _history.Activations[^1] : null;
        bool sameSession = last is not null && (_session is null ? last.Session < 0 : last.Session == _history.Sessions.Count - 1);
        if (
            sameSession
            && (_lastCode is EventCode.Trigger or EventCode.Arc or EventCode.Reenergise or EventCode.Deploy or EventCode.Connection)
            && at.LowNs <= last!.EndNs + TimeInterval.SecondNs
        )
        {
            last.Deployments++;
            last.Last = Ref(i);
        }
        else
        {
            var note = new NotableEvent(
                e.Code,
                Ref(i),
                at,
                e.Argument,
                e.DurationMs,
                e.BatteryPercent,
                e.Bay,
                _session is null ? -1 : _history.Sessions.Count - 1
            );
            _pendingDeployments.Add(note);
            _history.Events.Add(note);
        }

        if (_session is not null)
        {
            _session.Deployments++;
            _session.Last = Ref(i);
        }
    }

    /// <summary>Cartridges fired right before a cycle belong to it: the first of two single probes closes no circuit.</summary>
    private List<NotableEvent> TakePending()
    {
        if (_lastCode != EventCode.Deploy || _pendingDeployments.Count == 0)
        {
            _pendingDeployments.Clear();
            return [];
        }

        var fired = _pendingDeployments.ToList();
        _pendingDeployments.Clear();
        while (_history.Events.Count > 0 && fired.Contains(_history.Events[^1]))
        {
            _history.Events.RemoveAt(_history.Events.Count - 1);
        }

        return fired;
    }

    private void Connect(in EventRecord e)
    {
        if (e.Argument != 1)
        {
            return;
        }

        if (_history.Activations.Count > 0)
        {
            _history.Activations[^1].Connection = true;
        }

        if (_session is not null)
        {
            _session.Connection = true;
        }
    }

    private static int Deployments(uint before, uint after, int bays)
    {
        int count = 0;
        for (int bay = 0; bay < bays && before != 0 && after != 0; bay++)
        {
            // a bay last seen empty was loaded in between: only a missing ARM row leaves that unseen
            bool fired =
                ((before >> (3 * bay)) & 7) is (uint)BayState.Live or (uint)BayState.Empty
                && ((after >> (3 * bay)) & 7) == (uint)BayState.Deployed;
            count += fired ? 1 : 0;
        }

        return count;
    }

    /// <summary>Whether the bay named, or any bay where none is named, is in a state.</summary>
    private bool HasState(uint bays, byte bay, BayState state)
    {
        for (int b = 0; b < _history.Model.Bays; b++)
        {
            if ((bay == b || bay == EventRecord.ByteAbsent) && ((bays >> (3 * b)) & 7) == (uint)state)
            {
                return true;
            }
        }

        return false;
    }

    private uint Resolution(int i)
    {
        uint stated = _history.Batches[_entries[i].Batch].DurationResolutionMs;
        return stated == 0 ? _history.Model.DurationResolutionMs : stated;
    }

    private uint Resolution() => _history.Model.DurationResolutionMs;

    private RecordRef Ref(int i) => new(_entries[i].Sequence, _entries[i].Batch);
}
