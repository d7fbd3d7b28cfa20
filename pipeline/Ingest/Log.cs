using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;
using Pipeline.Schemas;

namespace Pipeline.Ingest;

/// <summary>Everything this project logs; event ids 3000 to 3999.</summary>
internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "Consuming {Topic} as a member of the group {Group} at {Brokers}")]
    public static partial void ConsumerStarted(ILogger logger, string topic, string group, string brokers);

    [LoggerMessage(3001, LogLevel.Information, "Stopped consuming {Topic}")]
    public static partial void ConsumerStopped(ILogger logger, string topic);

    [LoggerMessage(3002, LogLevel.Error, "The consumer of {Topic} failed and is built anew")]
    public static partial void ConsumerFailed(ILogger logger, Exception cause, string topic);

    [LoggerMessage(3003, LogLevel.Warning, "The broker connection has a problem that should pass by itself: {Code} {Reason} ({HeldBack} more since the last message)")]
    public static partial void BrokerError(ILogger logger, string code, string reason, long heldBack);

    [LoggerMessage(3004, LogLevel.Debug, "Client library: {Facility} {Message}")]
    public static partial void ClientSays(ILogger logger, string facility, string message);

    [LoggerMessage(3010, LogLevel.Information, "Assigned {Partitions}")]
    public static partial void Assigned(ILogger logger, string partitions);

    [LoggerMessage(3011, LogLevel.Information, "Handed over {Partitions}")]
    public static partial void Revoked(ILogger logger, string partitions);

    [LoggerMessage(3012, LogLevel.Warning, "Lost {Partitions}: the group gave them away before this process let go")]
    public static partial void Lost(ILogger logger, string partitions);

    [LoggerMessage(3013, LogLevel.Warning, "The lane of {Partition} did not stop within {Seconds} s and was aborted; what it had in hand will be processed again")]
    public static partial void LaneTooSlow(ILogger logger, PartitionId partition, double seconds);

    [LoggerMessage(3014, LogLevel.Information, "Opened {Partition} at offset {Offset}, assignment {Epoch}")]
    public static partial void LaneOpened(ILogger logger, PartitionId partition, string offset, long epoch);

    [LoggerMessage(3015, LogLevel.Warning, "{Partition} rests for {Seconds} s before it is opened again from its checkpoint (failure {Failures} in a row): {Reason}")]
    public static partial void LaneRests(ILogger logger, PartitionId partition, double seconds, int failures, string reason);

    [LoggerMessage(3016, LogLevel.Error, "{Records} records of {Partition} are lost: expected offset {Expected}, the log goes on at {Found}")]
    public static partial void RecordsLost(ILogger logger, PartitionId partition, long records, long expected, long found);

    [LoggerMessage(3017, LogLevel.Error, "The log of {Partition} is shorter than the checkpoint at {Expected}: it was cut or replaced, and is read from {Found}")]
    public static partial void LogReplaced(ILogger logger, PartitionId partition, long expected, long found);

    [LoggerMessage(3018, LogLevel.Warning, "Offset {Offset} of {Partition} came although {Expected} was expected; the lane is opened again from its checkpoint")]
    public static partial void OffsetWentBack(ILogger logger, PartitionId partition, long offset, long expected);

    [LoggerMessage(3019, LogLevel.Debug, "The group offset of {Partition} was not stored: {Reason}")]
    public static partial void OffsetNotStored(ILogger logger, PartitionId partition, string reason);

    [LoggerMessage(3020, LogLevel.Warning, "Dead letter: {Partition} offset {Offset}, {Reason}: {Detail} ({HeldBack} more of this reason since the last message)")]
    public static partial void DeadLetter(ILogger logger, PartitionId partition, long offset, DeadLetterReason reason, string detail, long heldBack);

    [LoggerMessage(3021, LogLevel.Warning, "Writing the dead letter of {Partition} offset {Offset} failed and is tried again: {Reason}")]
    public static partial void DeadLetterRetried(ILogger logger, PartitionId partition, long offset, string reason);

    [LoggerMessage(3022, LogLevel.Error, "The lane of {Partition} failed")]
    public static partial void LaneFailed(ILogger logger, Exception cause, PartitionId partition);

    [LoggerMessage(3023, LogLevel.Debug, "The lane of {Partition} was aborted")]
    public static partial void LaneAborted(ILogger logger, Exception cause, PartitionId partition);

    [LoggerMessage(3030, LogLevel.Information, "Created topic {Topic} with {Partitions} partitions")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions);

    [LoggerMessage(3032, LogLevel.Information, "Changes of the policy are read from {Topic}")]
    public static partial void PoliciesRead(ILogger logger, string topic);

    [LoggerMessage(3033, LogLevel.Warning, "Changes of the policy cannot be read from {Topic}, trying again: {Reason}")]
    public static partial void PoliciesNotRead(ILogger logger, string topic, string reason);

    [LoggerMessage(3034, LogLevel.Error, "What is in {Topic} at offset {Offset} is not a policy and changes nothing")]
    public static partial void PolicyRecordIgnored(ILogger logger, string topic, long offset);

    [LoggerMessage(3031, LogLevel.Warning, "Topics are not ready, trying again: {Reason}")]
    public static partial void TopicsNotReady(ILogger logger, string reason);
}
