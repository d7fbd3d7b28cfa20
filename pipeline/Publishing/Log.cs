using Microsoft.Extensions.Logging;

namespace Pipeline.Publishing;

/// <summary>Event ids 7000 to 7999.</summary>
internal static partial class Log
{
    [LoggerMessage(7000, LogLevel.Warning, "The topic {Topic} did not take {Events} alarm events, trying again in {PauseMs} ms: {Reason}.")]
    public static partial void Retried(ILogger logger, string topic, int events, long pauseMs, string reason);

    [LoggerMessage(7001, LogLevel.Information, "The topic {Topic} takes alarm events again.")]
    public static partial void Recovered(ILogger logger, string topic);

    [LoggerMessage(7002, LogLevel.Information, "Created the topic {Topic}.")]
    public static partial void Created(ILogger logger, string topic);

    [LoggerMessage(7004, LogLevel.Information, "Revision {Revision} of the policy is in the topic {Topic}.")]
    public static partial void PolicyPublished(ILogger logger, int revision, string topic);

    [LoggerMessage(7003, LogLevel.Debug, "librdkafka {Name}: {Message}")]
    public static partial void Client(ILogger logger, string name, string message);
}
