using System.Collections.Immutable;
using Pipeline.Domain.Events;
using Pipeline.Domain.Identity;

namespace Pipeline.Domain.Kernel;

/// <summary>
/// One event as a detector sees it: in place in its batch, with what enrichment knows about its container. Valid during the call only.
/// </summary>
public readonly ref struct Observation(EnrichedBatch enriched, int position)
{
    public EventBatch Batch { get; } = enriched.Batch;

    public int Position { get; } = position;

    public ref readonly EventRecord Event => ref Batch.Events[Position];

    public EventId Id => Batch.IdOf(Position);

    public EventTime Time => enriched.TimeAt(Position);

    public NodeBoot Node => new(Batch.Node, Batch.Boot);

    /// <summary>
    /// The container the event belongs to, as known at this position of the log; null for the host and for containers never described.
    /// </summary>
    public ContainerContext? Container => enriched.ContainerAt(Position);

    /// <summary>Details of an event of kind <see cref="EventKind.Container"/>.</summary>
    public ContainerRecord ContainerEvent => Batch.Containers[Event.Index];

    /// <summary>
    /// What is known to be missing of this node between two instants of its boot clock, in words for <see cref="Finding.EvidenceGaps"/>;
    /// empty when the window is whole.
    /// </summary>
    public ImmutableArray<string> GapsIn(long fromNs, long toNs) => enriched.GapsIn(fromNs, toNs, Position);
}
