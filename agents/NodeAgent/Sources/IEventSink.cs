using Agents.NodeAgent.Shipping;
using Pipeline.Domain.Events;

namespace Agents.NodeAgent.Sources;

/// <summary>Where sources bring what they see. Safe from any thread.</summary>
internal interface IEventSink
{
    /// <summary>Takes an event that cannot wait. When there is no room it is numbered all the same and reported as lost.</summary>
    /// <param name="weight">Rough size in bytes.</param>
    void Take(ContainerRecord record, int weight);

    /// <summary>Takes an event of a source that can wait for room (a file, an announcement that is made again anyway).</summary>
    Task TakeWhenRoomAsync(ContainerRecord record, int weight, CancellationToken cancellation);

    /// <summary>Takes events of a source that can neither wait nor send again, in order. Those that find no room are numbered all the
    /// same and reported as lost.</summary>
    void Take(ReadOnlySpan<PackedEvent> events);

    /// <summary>As the first, for an event that the agent composed.</summary>
    void Take(IComposedEvent composed);

    /// <summary>As the second, for an event that the agent composed.</summary>
    Task TakeWhenRoomAsync(IComposedEvent composed, CancellationToken cancellation);

    /// <summary>Reports events that were lost before they could be taken.</summary>
    /// <param name="count">How many; 0 when nobody knows.</param>
    void ReportLoss(LossCause cause, long count);
}
