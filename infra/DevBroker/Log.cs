using Microsoft.Extensions.Logging;

namespace DevBroker;

/// <summary>Every log line of the server. Nothing here is written per request.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "This server keeps one copy of the data, without replication: it is for trials, tests and single machines. Use Apache Kafka in production.")]
    public static partial void NoReplication(ILogger logger);

    [LoggerMessage(2, LogLevel.Information, "Stopped; everything stored is flushed.")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(10, LogLevel.Information, "Topic {Topic} was created with {Partitions} partitions.")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(11, LogLevel.Information, "Topic {Topic} was deleted.")]
    public static partial void TopicDeleted(ILogger logger, string topic);

    [LoggerMessage(20, LogLevel.Warning, "Partition {Partition}: {Bytes} bytes behind the last sound batch were cut off; the log ends at offset {Offset}.")]
    public static partial void TailCut(ILogger logger, string partition, long bytes, long offset);

    [LoggerMessage(21, LogLevel.Warning, "Partition {Partition}: segment {Segment} lies behind a damaged one and was removed.")]
    public static partial void SegmentDiscarded(ILogger logger, string partition, string segment);

    [LoggerMessage(22, LogLevel.Error, "Partition {Partition}: a batch could not be stored.")]
    public static partial void AppendFailed(ILogger logger, Exception failure, string partition);

    [LoggerMessage(23, LogLevel.Error, "{Partition}: flushing to disk failed; what is not surely there is written anew.")]
    public static partial void FlushFailed(ILogger logger, Exception failure, string partition);

    [LoggerMessage(24, LogLevel.Error, "Offsets of group {Group} could not be stored.")]
    public static partial void OffsetsNotStored(ILogger logger, Exception failure, string group);

    [LoggerMessage(25, LogLevel.Warning, "Partition {Partition}: what was in doubt is written anew and on disk.")]
    public static partial void SegmentsRenewed(ILogger logger, string partition);

    [LoggerMessage(26, LogLevel.Critical, "Partition {Partition}: what was written since the last flush is in doubt and cannot be written anew; it takes no more writes.")]
    public static partial void PartitionSuspect(ILogger logger, Exception failure, string partition);

    [LoggerMessage(27, LogLevel.Information, "Partition {Partition}: {Segments} old segments were deleted; the log starts at offset {Offset}.")]
    public static partial void SegmentsDeleted(ILogger logger, string partition, int segments, long offset);

    [LoggerMessage(28, LogLevel.Information, "Partition {Partition}: compacted up to offset {Offset}, {Before} bytes became {After}.")]
    public static partial void Compacted(ILogger logger, string partition, long offset, long before, long after);

    [LoggerMessage(29, LogLevel.Error, "Partition {Partition}: clean-up failed; it is tried again later.")]
    public static partial void CleanUpFailed(ILogger logger, Exception failure, string partition);

    [LoggerMessage(30, LogLevel.Warning, "A connection from {Peer} was closed: {Reason} ({Others} others since the last such line).")]
    public static partial void ConnectionClosed(ILogger logger, string peer, string reason, long others);

    [LoggerMessage(31, LogLevel.Error, "A request of kind {Api} from {Peer} failed.")]
    public static partial void RequestFailed(ILogger logger, Exception failure, string api, string peer);
}
