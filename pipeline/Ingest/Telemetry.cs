using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pipeline.Ingest;

/// <summary>
/// The measurements of this project. Tags are of low cardinality: partition numbers, reasons and error codes, never nodes. Thread-safe.
/// </summary>
public sealed class Telemetry : IDisposable
{
    public const string MeterName = "Pipeline.Ingest";

    private readonly Meter _meter = new(MeterName);
    private readonly ConcurrentDictionary<int, PartitionLevel> _levels = new();
    private readonly Counter<long> _records;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _events;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _deadLetterRetries;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _logReplaced;
    private readonly Counter<long> _rebalances;
    private readonly Counter<long> _pauses;
    private readonly Counter<long> _stale;
    private readonly Counter<long> _storeRejections;
    private readonly Counter<long> _laneEnds;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _restarts;

    public Telemetry()
    {
        _records = _meter.CreateCounter<long>("pipeline.ingest.records", "{record}", "Records taken from the log.");
        _bytes = _meter.CreateCounter<long>("pipeline.ingest.bytes", "By", "Keys and values of these records.");
        _events = _meter.CreateCounter<long>("pipeline.ingest.events", "{event}", "Events decoded from records.");
        _deadLetters = _meter.CreateCounter<long>("pipeline.ingest.dead_letters", "{record}", "Records that could not be decoded, by reason.");
        _deadLetterRetries = _meter.CreateCounter<long>("pipeline.ingest.dead_letters.retries", "{attempt}", "Writes of dead letters that had to be repeated.");
        _lost = _meter.CreateCounter<long>("pipeline.ingest.lost_records", "{record}", "Records that retention deleted before they were read.");
        _logReplaced = _meter.CreateCounter<long>("pipeline.ingest.log_replaced", "{time}", "Partitions found shorter than their checkpoint.");
        _rebalances = _meter.CreateCounter<long>("pipeline.ingest.rebalances", "{time}", "Changes of the assignment, by kind.");
        _pauses = _meter.CreateCounter<long>("pipeline.ingest.pauses", "{time}", "Partitions paused because their lane was behind.");
        _stale = _meter.CreateCounter<long>("pipeline.ingest.stale_records", "{record}", "Records that came for a partition without an open lane.");
        _storeRejections = _meter.CreateCounter<long>("pipeline.ingest.offset_rejections", "{time}", "Group offsets that the client refused to store.");
        _laneEnds = _meter.CreateCounter<long>("pipeline.ingest.lane_ends", "{lane}", "Lanes that stopped, by how.");
        _errors = _meter.CreateCounter<long>("pipeline.ingest.broker_errors", "{error}", "Errors of the client that pass by themselves, by code.");
        _restarts = _meter.CreateCounter<long>("pipeline.ingest.restarts", "{time}", "Consumers built anew after a fatal error.");
        _meter.CreateObservableGauge("pipeline.ingest.lag", () => Observe(level => level.Lag), "{record}", "Records behind the end of the log.");
        _meter.CreateObservableGauge("pipeline.ingest.buffered", () => Observe(level => level.Buffered), "{record}", "Records that wait in a lane's buffer.");
        _meter.CreateObservableGauge("pipeline.ingest.partitions", () => _levels.Count, "{partition}", "Partitions assigned to this process.");
    }

    public void Dispose() => _meter.Dispose();

    internal bool Owns(Meter meter) => meter == _meter;

    internal void Record(int bytes)
    {
        _records.Add(1);
        _bytes.Add(bytes);
    }

    internal void Events(int count) => _events.Add(count);

    internal void DeadLetter(string reason) => _deadLetters.Add(1, new KeyValuePair<string, object?>("reason", reason));

    internal void DeadLetterRetried() => _deadLetterRetries.Add(1);

    internal void Lost(long records) => _lost.Add(records);

    internal void LogReplaced() => _logReplaced.Add(1);

    internal void Rebalanced(string kind) => _rebalances.Add(1, new KeyValuePair<string, object?>("kind", kind));

    internal void Paused() => _pauses.Add(1);

    internal void Stale() => _stale.Add(1);

    internal void StoreRejected() => _storeRejections.Add(1);

    internal void LaneEnded(string how) => _laneEnds.Add(1, new KeyValuePair<string, object?>("end", how));

    internal void BrokerError(string code) => _errors.Add(1, new KeyValuePair<string, object?>("code", code));

    internal void Restarted() => _restarts.Add(1);

    internal void Level(int partition, long lag, int buffered) => _levels[partition] = new PartitionLevel(lag, buffered);

    internal void Gone(int partition) => _levels.TryRemove(partition, out _);

    private IEnumerable<Measurement<long>> Observe(Func<PartitionLevel, long> of) =>
        _levels.Select(level => new Measurement<long>(of(level.Value), new KeyValuePair<string, object?>("partition", level.Key)));

    private readonly record struct PartitionLevel(long Lag, int Buffered);
}
