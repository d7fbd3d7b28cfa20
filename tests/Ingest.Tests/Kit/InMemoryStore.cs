using System.Collections.Concurrent;
using Pipeline.Runtime.Ports;

namespace Ingest.Tests.Kit;

/// <summary>
/// What the event store promises, in memory: a partition's checkpoint and the offsets it covers move together, and only for the newest owner. What it
/// holds at the end is what the product would have stored.
/// </summary>
internal sealed class InMemoryStore
{
    private readonly ConcurrentDictionary<int, Entry> _entries = new();

    /// <summary>While true every acquisition fails.</summary>
    public volatile bool IsAway;

    private int _refused;

    /// <summary>Acquisitions refused while away.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public Task<PartitionCheckpoint> AcquireAsync(PartitionId partition, CancellationToken cancellation)
    {
        if (IsAway)
        {
            Interlocked.Increment(ref _refused);
            throw new InvalidOperationException("the store is away");
        }

        Entry entry = Of(partition.Partition);
        lock (entry) return Task.FromResult(new PartitionCheckpoint(partition, entry.Next, default, new FencingToken(++entry.Token)));
    }

    /// <summary>False when somebody acquired the partition since.</summary>
    public bool Commit(PartitionCheckpoint owner, IReadOnlyCollection<long> offsets, long next)
    {
        Entry entry = Of(owner.Partition.Partition);
        lock (entry)
        {
            if (entry.Token != owner.Token.Value) return false;
            entry.Stored.AddRange(offsets);
            entry.Next = next;
            return true;
        }
    }

    public void Seed(int partition, long next)
    {
        Entry entry = Of(partition);
        lock (entry) entry.Next = next;
    }

    public long[] Stored(int partition)
    {
        Entry entry = Of(partition);
        lock (entry) return [.. entry.Stored];
    }

    public long? Next(int partition)
    {
        Entry entry = Of(partition);
        lock (entry) return entry.Next;
    }

    /// <summary>Tells that a lane has a record in hand, not stored yet.</summary>
    public void Reach(int partition, long offset)
    {
        Entry entry = Of(partition);
        lock (entry) entry.Reached = Math.Max(entry.Reached, offset);
    }

    /// <summary>True when lanes have had every record below and all but the last few are stored; draining stores the rest.</summary>
    public bool HasReached(int partition, long end)
    {
        Entry entry = Of(partition);
        lock (entry) return entry.Reached >= end - 1 && entry.Next > end - RecordingRuntime.RecordsPerCheckpoint;
    }

    private Entry Of(int partition) => _entries.GetOrAdd(partition, _ => new Entry());

    private sealed class Entry
    {
        public List<long> Stored { get; } = [];

        public long? Next { get; set; }

        public long Token { get; set; }

        public long Reached { get; set; } = -1;
    }
}
