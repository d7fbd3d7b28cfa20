using System.Collections.Immutable;

namespace Pipeline.Replay.Sources;

/// <summary>The live log, as far as a replay needs it. Blocks; safe for any number of threads.</summary>
public interface IReplayLog
{
    /// <summary>Every partition, ascending.</summary>
    ImmutableArray<LogExtent> Extents();

    /// <summary>For each partition the first offset that was stamped with this time or a later one; the end where there is none.</summary>
    IReadOnlyDictionary<int, long> OffsetsAt(DateTimeOffset time);

    /// <summary>Records of a partition in order.</summary>
    /// <param name="end">Before which offset to end.</param>
    IEnumerable<ReplayRecord> Read(int partition, long from, long end, CancellationToken cancellation);
}

/// <summary>What a partition of the log holds: offsets from <paramref name="Oldest"/> up to before <paramref name="End"/>.</summary>
public readonly record struct LogExtent(int Partition, long Oldest, long End);
