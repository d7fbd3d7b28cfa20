using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Sources;

/// <summary>Something on the node that tells of containers.</summary>
internal interface IEventSource
{
    /// <summary>For the heartbeat; from any thread.</summary>
    SourceState State { get; }

    /// <summary>
    /// Brings events to <paramref name="sink"/> until the source is exhausted or <paramref name="cancellation"/> is set (then it ends
    /// normally or with <see cref="OperationCanceledException"/>). A source that is away is no failure: it is waited for.
    /// </summary>
    Task RunAsync(IEventSink sink, CancellationToken cancellation);
}

/// <summary>The states that <see cref="SourceState.State"/> can have.</summary>
internal static class SourceStates
{
    public const string Connected = "connected";
    public const string Unavailable = "unavailable";
    public const string Disabled = "disabled";
}
