using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Pipeline.Domain.Alarms;
using Pipeline.Domain.Kernel;

namespace Pipeline.Runtime;

/// <summary>
/// The measurements of this project. Tags are of low cardinality: detectors and outcomes, never nodes or alarms. Thread-safe.
/// </summary>
public sealed class Telemetry : IDisposable
{
    public const string MeterName = "Pipeline.Runtime";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _batches;
    private readonly Counter<long> _events;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _anomalies;
    private readonly Counter<long> _alarms;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _poison;
    private readonly Counter<long> _discarded;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _policies;
    private readonly Counter<long> _unreadable;
    private readonly Histogram<double> _commit;
    private readonly Histogram<long> _checkpoint;
    private long _waiting;
    private long _lanes;

    public Telemetry()
    {
        _batches = _meter.CreateCounter<long>("pipeline.runtime.batches", "{batch}", "Batches run through the detectors.");
        _events = _meter.CreateCounter<long>("pipeline.runtime.events", "{event}", "New events among them.");
        _duplicates = _meter.CreateCounter<long>(
            "pipeline.runtime.duplicates", "{event}", "Redelivered events, skipped by their sequence numbers.");
        _gaps = _meter.CreateCounter<long>(
            "pipeline.runtime.gaps", "{gap}", "Gaps in the sequence numbers and losses that agents reported.");
        _evictions = _meter.CreateCounter<long>(
            "pipeline.runtime.evictions", "{entry}", "State forgotten because a bound was reached, by what held it.");
        _anomalies = _meter.CreateCounter<long>(
            "pipeline.runtime.anomalies", "{event}", "Events that cannot have happened so or in that order, by kind.");
        _alarms = _meter.CreateCounter<long>("pipeline.runtime.alarms", "{event}", "Alarm events made, by kind.");
        _failures = _meter.CreateCounter<long>("pipeline.runtime.detector_failures", "{failure}", "Exceptions of detectors, by detector.");
        _poison = _meter.CreateCounter<long>(
            "pipeline.runtime.poison_events", "{event}", "Events not shown to a detector again after it failed on them twice.");
        _discarded = _meter.CreateCounter<long>(
            "pipeline.runtime.discarded_states", "{state}", "Saved states that could not be taken over, by their owner.");
        _retries = _meter.CreateCounter<long>("pipeline.runtime.commit_retries", "{attempt}", "Commits that the store was not there for.");
        _policies = _meter.CreateCounter<long>("pipeline.runtime.policy_changes", "{change}", "Changes of the policy that partitions took up.");
        _unreadable = _meter.CreateCounter<long>(
            "pipeline.runtime.policies_unreadable", "{policy}", "Policies that this process did not understand and did not take up.");
        _commit = _meter.CreateHistogram<double>("pipeline.runtime.commit.duration", "s", "Time that one commit took, by outcome.");
        _checkpoint = _meter.CreateHistogram<long>("pipeline.runtime.checkpoint.size", "By", "State in one checkpoint.");
        _meter.CreateObservableGauge(
            "pipeline.runtime.alarms_waiting", () => Interlocked.Read(ref _waiting), "{event}", "Alarm events that wait for the store.");
        _meter.CreateObservableGauge("pipeline.runtime.lanes", () => Interlocked.Read(ref _lanes), "{lane}", "Partitions being processed.");
    }

    public void Dispose() => _meter.Dispose();

    internal void Ran(EnrichmentCounts before, EnrichmentCounts after)
    {
        _batches.Add(1);
        _events.Add(after.Events - before.Events);
        if (after.Duplicates > before.Duplicates) _duplicates.Add(after.Duplicates - before.Duplicates);
        if (after.Gaps > before.Gaps) _gaps.Add(after.Gaps - before.Gaps);
        Evicted(Enrichment.StateName, after.Evictions - before.Evictions);
    }

    internal void Met(ImmutableArray<(Anomaly Kind, long Count)> anomalies)
    {
        foreach ((Anomaly kind, long count) in anomalies) _anomalies.Add(count, Tag("kind", Spelling.Of(kind)));
    }

    internal void Evicted(string owner, long entries)
    {
        if (entries > 0) _evictions.Add(entries, Tag("owner", owner));
    }

    internal void Alarms(ImmutableArray<AlarmEvent> events)
    {
        foreach (AlarmEvent e in events) _alarms.Add(1, Tag("kind", KindOf(e)));
        Interlocked.Add(ref _waiting, events.Length);
    }

    internal void NoLongerWaiting(int events) => Interlocked.Add(ref _waiting, -events);

    internal void DetectorFailed(string detector) => _failures.Add(1, Tag("detector", detector));

    internal void Poisoned(string detector) => _poison.Add(1, Tag("detector", detector));

    internal void Discarded(string owner) => _discarded.Add(1, Tag("owner", owner));

    internal void Committed(TimeSpan duration, string outcome) => _commit.Record(duration.TotalSeconds, Tag("outcome", outcome));

    internal void PolicyChanged() => _policies.Add(1);

    internal void PolicyUnreadable() => _unreadable.Add(1);

    internal void CommitRetried() => _retries.Add(1);

    internal void Checkpoint(int bytes) => _checkpoint.Record(bytes);

    internal void LaneOpened() => Interlocked.Increment(ref _lanes);

    internal void LaneClosed() => Interlocked.Decrement(ref _lanes);

    private static string KindOf(AlarmEvent e) => e switch
    {
        AlarmRaised => "raised",
        AlarmConfirmed => "confirmed",
        AlarmAmended => "amended",
        AlarmRecurred => "recurred",
        AlarmEscalated => "escalated",
        _ => "other",
    };

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
