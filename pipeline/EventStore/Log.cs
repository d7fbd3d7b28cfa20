using Microsoft.Extensions.Logging;
using Pipeline.Runtime.Ports;

namespace Pipeline.EventStore;

/// <summary>Event ids 5000 to 5999.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Information, "Took {Partition} with token {Token}, next offset {NextOffset}, {StateBytes} bytes of state.")]
    public static partial void Acquired(ILogger logger, PartitionId partition, long token, long? nextOffset, int stateBytes);

    [LoggerMessage(5001, LogLevel.Warning, "A commit for {Partition} with token {Token} was refused: another process owns the partition now.")]
    public static partial void Fenced(ILogger logger, PartitionId partition, long token);

    [LoggerMessage(5002, LogLevel.Warning, "A commit of {Alarms} alarm events for {Partition} was not stored: {Reason}.")]
    public static partial void Unavailable(ILogger logger, PartitionId partition, int alarms, string reason);

    [LoggerMessage(5003, LogLevel.Information, "The schema of the event store is up to date.")]
    public static partial void SchemaIsThere(ILogger logger);

    [LoggerMessage(5004, LogLevel.Warning, "The schema of the event store could not be looked at, trying again in {PauseMs} ms: {Reason}.")]
    public static partial void SchemaNotYet(ILogger logger, long pauseMs, string reason);

    [LoggerMessage(5005, LogLevel.Error, "The schema of the event store could not be created, trying again in {PauseMs} ms.")]
    public static partial void SchemaFailed(ILogger logger, long pauseMs, Exception failure);

    [LoggerMessage(5006, LogLevel.Information, "This process tells the subscribers what is stored; the others stand by.")]
    public static partial void SubscriptionsRun(ILogger logger);

    [LoggerMessage(5008, LogLevel.Information, "Exclusions hid or showed {Alarms} alarms.")]
    public static partial void ExclusionsApplied(ILogger logger, int alarms);

    [LoggerMessage(5009, LogLevel.Warning, "Bringing alarms in line with the exclusions was interrupted, trying again: {Reason}.")]
    public static partial void ExclusionsFailed(ILogger logger, string reason);

    [LoggerMessage(5007, LogLevel.Warning, "Telling the subscribers what is stored was interrupted, trying again: {Reason}.")]
    public static partial void SubscriptionsFailed(ILogger logger, string reason);

    [LoggerMessage(5010, LogLevel.Information, "The role {Role} may read the schema read.")]
    public static partial void ReaderIsThere(ILogger logger, string role);

    [LoggerMessage(5011, LogLevel.Warning, "This user may not make the role {Role}. Have somebody run, with a password of yours: {Sql}")]
    public static partial void ReaderRefused(ILogger logger, string role, string sql);

    [LoggerMessage(5012, LogLevel.Warning, "The role {Role} could not be made; the next start tries again: {Reason}.")]
    public static partial void ReaderFailed(ILogger logger, string role, string reason);
}
