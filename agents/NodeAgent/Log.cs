using Microsoft.Extensions.Logging;

namespace Agents.NodeAgent;

/// <summary>Everything the agent says, with event ids from 7000.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Information, "Watching node {Node} (boot {Boot}); events go to topic {Topic} at {Brokers}.")]
    public static partial void Started(ILogger logger, string node, string boot, string topic, string brokers);

    [LoggerMessage(7001, LogLevel.Information, "Stopped: {Taken} events taken, all of them stored or reported.")]
    public static partial void Stopped(ILogger logger, long taken);

    [LoggerMessage(7002, LogLevel.Warning,
        "Stopped with {Left} events that were not stored in time; the next run on this boot reports them as lost.")]
    public static partial void StoppedWithRest(ILogger logger, int left);

    [LoggerMessage(7003, LogLevel.Critical, "A part of the agent broke, and so the agent ends.")]
    public static partial void Broken(ILogger logger, Exception error);

    [LoggerMessage(7010, LogLevel.Warning,
        "The record of sequence numbers at {Path} is not whole and is not used; numbering goes on from the node's uptime.")]
    public static partial void SequenceRecordTorn(ILogger logger, string path);

    [LoggerMessage(7011, LogLevel.Error,
        "The record of sequence numbers at {Path} cannot be written: {Reason}. Events go on; after a restart numbering will have a gap.")]
    public static partial void SequenceRecordNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(7012, LogLevel.Error,
        "The outdated record of sequence numbers at {Path} cannot be removed: {Reason}. Remove it before the agent is started again on "
        + "this boot.")]
    public static partial void SequenceRecordNotRemoved(ILogger logger, string path, string reason);

    [LoggerMessage(7013, LogLevel.Warning,
        "An earlier run was killed: the numbers {First} to {Last} are reported as lost where they were not delivered.")]
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

    [LoggerMessage(7025, LogLevel.Warning, "Kafka is away, so events go to the spool in {Directory}.")]
    public static partial void SpoolUsed(ILogger logger, string directory);

    [LoggerMessage(7026, LogLevel.Information, "The spool in {Directory} is empty: all that it held is stored.")]
    public static partial void SpoolEmptied(ILogger logger, string directory);

    [LoggerMessage(7027, LogLevel.Error, "The spool in {Directory} is full ({Bytes} bytes). Newer events wait in memory, "
        + "and those that find no room there are reported as lost.")]
    public static partial void SpoolFull(ILogger logger, string directory, long bytes);

    [LoggerMessage(7028, LogLevel.Error, "The disk refuses the spool in {Directory}: {Reason}. Events wait in memory, and "
        + "those that find no room there are reported as lost; the disk is tried again every {Seconds} s.")]
    public static partial void SpoolRefused(ILogger logger, string directory, string reason, int seconds);

    [LoggerMessage(7029, LogLevel.Warning, "The spool in {Directory} was damaged or not written to its end: {Bytes} bytes were cut "
        + "off. What they held is reported as lost.")]
    public static partial void SpoolDamaged(ILogger logger, string directory, long bytes);

    [LoggerMessage(7064, LogLevel.Error, "What already runs cannot be announced: {Proc} cannot be read: {Reason}.")]
    public static partial void InventoryUnavailable(ILogger logger, string proc, string reason);

    [LoggerMessage(7060, LogLevel.Information, "An earlier run left {Events} events ({Bytes} bytes) "
        + "in the spool in {Directory}; they are sent first.")]
    public static partial void SpoolFound(ILogger logger, long events, long bytes, string directory);

    [LoggerMessage(7061, LogLevel.Error, "{Events} events in {Path} cannot be read any more and are reported as lost.")]
    public static partial void SpoolUnreadable(ILogger logger, long events, string path);

    [LoggerMessage(7062, LogLevel.Warning, "{Path} is delivered and cannot be removed: {Reason}.")]
    public static partial void SpoolNotRemoved(ILogger logger, string path, string reason);

    [LoggerMessage(7063, LogLevel.Warning, "Stopped before Kafka took everything: {Bytes} bytes of events are in the spool in "
        + "{Directory} and are sent by the next run.")]
    public static partial void StoppedWithSpool(ILogger logger, long bytes, string directory);

    [LoggerMessage(7030, LogLevel.Information, "Watching {Runtime} at {Socket}.")]
    public static partial void EngineConnected(ILogger logger, string runtime, string socket);

    [LoggerMessage(7031, LogLevel.Information, "{Runtime} at {Socket} is back; nothing was missed.")]
    public static partial void EngineBack(ILogger logger, string runtime, string socket);

    [LoggerMessage(7032, LogLevel.Warning,
        "{Runtime} at {Socket} is back; it does not remember what happened meanwhile, which is reported as a loss.")]
    public static partial void EngineBackWithGap(ILogger logger, string runtime, string socket);

    [LoggerMessage(7033, LogLevel.Warning, "No container engine at {Socket}: {Reason}. Trying on quietly.")]
    public static partial void EngineAway(ILogger logger, string socket, string reason);

    [LoggerMessage(7034, LogLevel.Warning, "An event of the container engine ({Source}) is not readable and is reported as lost.")]
    public static partial void EventUnreadable(ILogger logger, string source);

    [LoggerMessage(7035, LogLevel.Warning, "Container {ContainerId} is reported without its description: {Reason}.")]
    public static partial void InspectFailed(ILogger logger, string containerId, string reason);

    [LoggerMessage(7036, LogLevel.Warning,
        "Container {ContainerId} is reported without its description, which is not valid: {Path}: {Reason}.")]
    public static partial void InspectUnreadable(ILogger logger, string containerId, string path, string reason);

    [LoggerMessage(7037, LogLevel.Information, "Knowing {Pods} pods of this node from {Server}.")]
    public static partial void PodsKnown(ILogger logger, int pods, string server);

    [LoggerMessage(7038, LogLevel.Warning,
        "No facts of pods from {Server}: {Reason}. Containers are reported without owner and service account; trying on quietly.")]
    public static partial void PodsUnknown(ILogger logger, string server, string reason);

    [LoggerMessage(7040, LogLevel.Error, "{File}, document {Document}, {Place}: {Reason}.")]
    public static partial void DescriptionUnreadable(ILogger logger, string file, int document, string place, string reason);

    [LoggerMessage(7041, LogLevel.Information, "Read {Containers} containers from files; {Unreadable} parts were not readable.")]
    public static partial void FilesRead(ILogger logger, int containers, int unreadable);

    [LoggerMessage(7050, LogLevel.Critical,
        "The state directory {Directory} cannot be used: {Reason}. Another agent may hold it; name another with --state.")]
    public static partial void StateUnusable(ILogger logger, string directory, string reason);

    [LoggerMessage(7051, LogLevel.Warning, "The status file {Path} cannot be written: {Reason}.")]
    public static partial void StatusNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(7060, LogLevel.Information, "Watching containers in the kernel: {Calls} system calls, attached in {Milliseconds} ms.")]
    public static partial void KernelWatched(ILogger logger, int calls, long milliseconds);

    [LoggerMessage(7061, LogLevel.Error, "The kernel is not watched: {Reason}; {Blind}.")]
    public static partial void KernelNotWatched(ILogger logger, string reason, string blind);
}
