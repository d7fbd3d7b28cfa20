using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace DevBroker.Storage;

/// <summary>What all partitions share.</summary>
/// <param name="FlushEveryBatch">True: a batch is acknowledged when it is on disk. False: everything is flushed at an interval.</param>
internal sealed record StorageSettings(bool FlushEveryBatch, TimeProvider Clock, ILogger Logger)
{
    /// <summary>Bounds the open files: each partition keeps one.</summary>
    public int PartitionsMax { get; init; } = 8192;

    /// <summary>How a file is forced to disk; throws <see cref="IOException"/> when it may not be there.</summary>
    public Action<SafeFileHandle> Flush { get; init; } = Durable.Flush;

    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
