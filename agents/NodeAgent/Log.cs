using Microsoft.Extensions.Logging;

namespace Agents.NodeAgent;

/// <summary>Everything the agent says, with event ids from 7000.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Information, "Watching node {Node} (boot {Boot}); events go to topic {Topic} at {Brokers}.")]
    public static partial void Started(ILogger logger, string node, string boot, string topic, string brokers);

    [LoggerMessage(7001, LogLevel.Information, "Stopped: {Taken} events taken, all of them stored or reported.")]
    public static partial void Stopped(ILogger logger, long taken);

    [LoggerMessage(7002, LogLevel.Warning, "Stopped with {Left} events that were not stored in time; the next run on this boot reports them as lost.")]
    public static partial void StoppedWithRest(ILogger logger, int left);

    [LoggerMessage(7003, LogLevel.Critical, "The agent ends because of an error in it.")]
    public static partial void Ended(ILogger logger, Exception error);

    [LoggerMessage(7010, LogLevel.Warning, "The record of sequence numbers at {Path} is not whole and is not used; numbering goes on from the node's uptime.")]
    public static partial void SequenceRecordTorn(ILogger logger, string path);

    [LoggerMessage(7011, LogLevel.Error, "The record of sequence numbers at {Path} cannot be written: {Reason}. Events go on; after a restart numbering will have a gap.")]
    public static partial void SequenceRecordNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(7012, LogLevel.Error, "The outdated record of sequence numbers at {Path} cannot be removed: {Reason}. Remove it before the agent is started again on this boot.")]
    public static partial void SequenceRecordNotRemoved(ILogger logger, string path, string reason);

    [LoggerMessage(7013, LogLevel.Warning, "An earlier run was killed: the numbers {First} to {Last} are reported as lost where they were not delivered.")]
    public static partial void EarlierRunKilled(ILogger logger, long first, long last);

    [LoggerMessage(7020, LogLevel.Warning, "Kafka at {Brokers} does not take events: {Reason}. They wait in memory; retrying.")]
    public static partial void LogAway(ILogger logger, string brokers, string reason);

    [LoggerMessage(7021, LogLevel.Information, "Kafka at {Brokers} takes events again.")]
    public static partial void LogBack(ILogger logger, string brokers);

    [LoggerMessage(7022, LogLevel.Error, "Kafka refused the message with events {First} to {Last}: {Reason}. They are reported as lost.")]
    public static partial void MessageRefused(ILogger logger, long first, long last, string reason);

    [LoggerMessage(7023, LogLevel.Error, "Event {Sequence} is larger than the {Bytes} bytes of a message and is reported as lost.")]
    public static partial void EventTooLarge(ILogger logger, long sequence, int bytes);

    [LoggerMessage(7024, LogLevel.Debug, "Kafka client: {Facility} {Line}")]
    public static partial void ClientLine(ILogger logger, string facility, string line);
}
