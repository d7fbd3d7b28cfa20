using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>One event as a detector sees it: in place in its batch, with what enrichment knows about its container. Valid during the call only.</summary>
public readonly ref struct Observation(EventBatch batch, int position, ContainerContext? container)
{
    public EventBatch Batch { get; } = batch;

    public int Position { get; } = position;

    public ref readonly EventRecord Event => ref Batch.Events[Position];

    public EventId Id => Batch.IdOf(Position);

    public EventTime Time => Batch.TimeOf(Event);

    public NodeBoot Node => new(Batch.Node, Batch.Boot);

    /// <summary>The container the event belongs to, as known at this position of the log; null for the host and for containers never described.</summary>
    public ContainerContext? Container { get; } = container;

    /// <summary>Details of an event of kind <see cref="EventKind.Container"/>.</summary>
    public ContainerRecord ContainerEvent => Batch.Containers[Event.Index];
}
