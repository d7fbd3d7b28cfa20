using Microsoft.Extensions.Logging;

namespace DevBroker.Storage;

/// <summary>What all partitions share.</summary>
/// <param name="FlushEveryBatch">True: a batch is acknowledged when it is on disk. False: everything is flushed at an interval.</param>
internal sealed record StorageSettings(bool FlushEveryBatch, TimeProvider Clock, ILogger Logger)
{
    public long NowMs => Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
