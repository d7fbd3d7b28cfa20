using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Sources;

/// <summary>An event that the agent composed itself and that can write itself into a batch. Immutable; safe from any thread.</summary>
internal interface IComposedEvent
{
    /// <summary>Rough size in bytes, in memory and in the log.</summary>
    int Weight { get; }

    /// <summary>Adds the event, and what it refers to, as the batch's next.</summary>
    void AddTo(EventBatch batch, long bootNs);
}
