using System.Collections.Concurrent;
using Pipeline.Domain.Events;

namespace Pipeline.Ingest.Decoding;

/// <summary>
/// Batches that are between two uses. Holds at most <paramref name="capacity"/>; how many are in use is bounded by the lanes, which hold one each.
/// Thread-safe.
/// </summary>
public sealed class BatchPool(int capacity)
{
    private readonly ConcurrentQueue<EventBatch> _idle = new();

    public EventBatch Rent() => _idle.TryDequeue(out EventBatch? batch) ? batch : new EventBatch();

    /// <summary>Only when nobody reads the batch any more.</summary>
    public void Return(EventBatch batch)
    {
        if (_idle.Count < capacity) _idle.Enqueue(batch);
    }
}
