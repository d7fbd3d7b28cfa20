using System.Collections.Immutable;
using Pipeline.Domain.Identity;
using Pipeline.Domain.Kernel;
using Pipeline.Runtime.Ports;

namespace Pipeline.Runtime.Processing;

/// <summary>An event that is not shown to a detector again.</summary>
internal sealed record SkippedEvent(string Detector, EventId EventId);

/// <summary>
/// Which detector failed on which event how often. It outlives the lanes of this process, since a partition begins again from its
/// checkpoint after each failure; after a restart of the process an event that is still ahead of the checkpoint fails anew and is known
/// again. Thread-safe.
/// </summary>
internal sealed class FailureLedger(int capacity)
{
    /// <summary>The first may be a passing fault (memory, a cosmic ray); the second on the same event is the event's.</summary>
    public const int FailuresTolerated = 1;

    private readonly Lock _lock = new();
    private readonly RecencyMap<(PartitionId Partition, SkippedEvent Event), Entry> _entries = new(capacity);

    /// <returns>Failures so far, this one included.</returns>
    public int Count(PartitionId partition, DetectorFault fault)
    {
        lock (_lock)
        {
            var key = (partition, new SkippedEvent(fault.Detector, fault.EventId));
            Entry entry = _entries.TryGet(key, out Entry before) ? before with { Failures = before.Failures + 1 } : new Entry(1, false);
            _entries.Set(key, entry);
            return entry.Failures;
        }
    }

    public void PassOver(PartitionId partition, DetectorFault fault)
    {
        lock (_lock)
        {
            var key = (partition, new SkippedEvent(fault.Detector, fault.EventId));
            int failures = _entries.TryGet(key, out Entry before) ? before.Failures : 0;
            _entries.Set(key, new Entry(failures, true));
        }
    }

    public ImmutableArray<SkippedEvent> PassedOver(PartitionId partition)
    {
        lock (_lock)
        {
            return [.. _entries.OldestFirst.Where(e => e.Key.Partition == partition && e.Value.PassedOver).Select(e => e.Key.Event)];
        }
    }

    private readonly record struct Entry(int Failures, bool PassedOver);
}
