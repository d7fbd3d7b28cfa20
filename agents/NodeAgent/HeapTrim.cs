using Agents.NodeAgent.Kernel;

namespace Agents.NodeAgent;

/// <summary>
/// Gives back the memory that a storm of events left: the collector keeps what it once took, and a quiet agent makes no garbage that
/// would let it look again. Not thread-safe.
/// </summary>
internal sealed class HeapTrim
{
    /// <summary>A heap that is not worth the pause, which is some milliseconds.</summary>
    private const long Usual = 20 * 1024 * 1024;

    /// <summary>Events between two looks that are no storm.</summary>
    private const long Quiet = 20_000;

    private long _taken;
    private int _collections;

    /// <summary>Looks; to be called every few seconds with the number of events taken so far.</summary>
    public void Look(long taken)
    {
        bool quiet = taken - _taken < Quiet;
        _taken = taken;
        // Without a collection since the last time there is nothing that it has not seen.
        if (!quiet || GC.CollectionCount(0) == _collections || GC.GetGCMemoryInfo().TotalCommittedBytes <= Usual) return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = Libbpf.TrimHeap(0);
        _collections = GC.CollectionCount(0);
    }
}
