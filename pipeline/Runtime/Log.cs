using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;
using EventId = Pipeline.Domain.Identity.EventId;

namespace Pipeline.Runtime;

/// <summary>Everything this project logs; event ids 4000 to 4999.</summary>
internal static partial class Log
{
    [LoggerMessage(4000, LogLevel.Debug, "Processing {Partition} from offset {Offset}")]
    public static partial void LaneOpened(ILogger logger, PartitionId partition, string offset);

    [LoggerMessage(4001, LogLevel.Warning, "{Partition}: the saved state of {Owner} is not used, it begins with none: {Reason}")]
    public static partial void StateDiscarded(ILogger logger, PartitionId partition, string owner, string reason);

    [LoggerMessage(4002, LogLevel.Error,
        "{Partition}: detector {Detector} failed on event {EventId} in offset {Offset}; the partition begins again from its checkpoint")]
    public static partial void DetectorFailed(
        ILogger logger, Exception? cause, PartitionId partition, string detector, EventId eventId, long offset);

    [LoggerMessage(4003, LogLevel.Error,
        "{Partition}: event {EventId} was reported and is not shown to detector {Detector} again, which failed on it {Failures} times")]
    public static partial void EventPoisoned(ILogger logger, PartitionId partition, EventId eventId, string detector, int failures);

    [LoggerMessage(4004, LogLevel.Error, "{Partition}: event {EventId} could not be reported; it is not passed over")]
    public static partial void PoisonNotReported(ILogger logger, Exception cause, PartitionId partition, EventId eventId);

    [LoggerMessage(4005, LogLevel.Error, "{Partition} stopped: {Reason}")]
    public static partial void LaneBroken(ILogger logger, PartitionId partition, string reason);

    [LoggerMessage(4006, LogLevel.Information, "{Partition}: policy {Policy} version {Version} ({Hash}) holds from offset {Offset} on")]
    public static partial void PolicyHolds(ILogger logger, PartitionId partition, string policy, int version, string hash, long offset);

    [LoggerMessage(4007, LogLevel.Information, "Revision {Revision} of the policy is the newest: {Policy} version {Version} ({Hash})")]
    public static partial void PolicyIsNewest(ILogger logger, int revision, string policy, int version, string hash);

    [LoggerMessage(4008, LogLevel.Error,
        "Policy {Policy} version {Version} ({Hash}) is not understood here, the one in force stays; is this program older? {Reason}")]
    public static partial void PolicyUnreadable(ILogger logger, string policy, int version, string hash, string reason);

    [LoggerMessage(4010, LogLevel.Warning, "{Partition}: the store takes nothing (attempt {Attempt}, next in {DelayMs} ms): {Reason}")]
    public static partial void StoreAway(ILogger logger, PartitionId partition, int attempt, double delayMs, string reason);

    [LoggerMessage(4011, LogLevel.Information, "{Partition}: the store is back after {Attempts} attempts")]
    public static partial void StoreBack(ILogger logger, PartitionId partition, int attempts);

    [LoggerMessage(4012, LogLevel.Error, "{Partition}: the store failed in a way that it should not")]
    public static partial void StoreFailed(ILogger logger, Exception cause, PartitionId partition);

    [LoggerMessage(4013, LogLevel.Warning, "{Partition} belongs to another process now; nothing more is stored for it here")]
    public static partial void Fenced(ILogger logger, PartitionId partition);
}
